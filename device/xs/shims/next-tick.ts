/** `process.nextTick`, which mqtt-packet calls for streams that can be corked. */
export function nextTick(callback: (...values: unknown[]) => void, ...values: unknown[]): void {
  void Promise.resolve().then(() => callback(...values));
}
