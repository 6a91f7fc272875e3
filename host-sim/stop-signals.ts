/** Ctrl-C, a service manager's stop, and a terminal that was closed. */
export const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type StopSignal = (typeof stopSignals)[number];

/** What is used of `process`. */
interface Signals {
  on(event: StopSignal, listener: () => void): unknown;
  off(event: StopSignal, listener: () => void): unknown;
}

/**
 * Calls `stop` at the first of the signals. A second one gets Node's default handling, which ends the
 * process at once.
 * @returns a function that stops listening
 */
export function onStopSignal(signals: Signals, stop: () => void): () => void {
  const release = () => {
    for (const signal of stopSignals) signals.off(signal, stopOnce);
  };
  const stopOnce = () => {
    release();
    stop();
  };
  for (const signal of stopSignals) signals.on(signal, stopOnce);
  return release;
}
