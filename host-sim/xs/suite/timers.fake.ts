import { askHost } from "./host.fake.ts";

/** `setTimeout` on XS, with the host's time. */
const waiting = new Map<number, () => void>();
let last = 0;

export function setTimeout(callback: () => void, delayMs = 0): number {
  last += 1;
  waiting.set(last, callback);
  askHost("wakeLater", last, delayMs);
  return last;
}

export function clearTimeout(id: number): void {
  waiting.delete(id);
}

export function wake(id: number): void {
  const callback = waiting.get(id);
  waiting.delete(id);
  callback?.();
}
