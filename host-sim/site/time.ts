/** The time at the gate, in ms: the laptop's, or a scenario's. */
export interface SiteTime {
  now(): number;
  after(delayMs: number, callback: () => void): object;
  cancel(handle: object): void;
}

export const laptopTime: SiteTime = {
  now: () => performance.now(),
  after: (delayMs, callback) => setTimeout(callback, delayMs),
  cancel: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
