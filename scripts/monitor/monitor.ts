import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../command-line/user-error.ts";
import { type BoardPort, consoleBaudRate, isPortFailure } from "../serial/board-port.ts";

export interface MonitorOptions {
  readonly port: BoardPort;
  /** Each line, untrusted, without its line break. */
  onLine(line: string): void;
  /** The port has been opened for the first time. */
  onOpened(): void;
  /** The port was lost, or is back. */
  onNotice(words: string): void;
  /** ends the monitor */
  readonly signal: AbortSignal;
}

const retryMs = 500;
/** A longer line is shown in pieces. */
const longestLine = 2_048;

/**
 * Reads the lines of a board until the signal, also over a cable that is pulled and connected again. The
 * board is neither reset nor held. The port is closed at the end.
 * @throws PortError or DOMException when the port cannot be opened the first time
 */
export async function runMonitor(options: MonitorOptions): Promise<void> {
  const { port, onNotice, signal } = options;
  await openPort(port);
  options.onOpened();
  while (!signal.aborted) {
    try {
      await readLines(options);
    } catch (error) {
      if (!isPortFailure(error)) throw error;
      if (!signal.aborted) onNotice(`${messageOf(error)}; waiting for it`);
    } finally {
      await port.close().catch(() => {});
    }
    if (await isBack(port, signal)) onNotice("the port is back");
  }
}

/** Both control lines go off: one of them alone would reset the board or hold it in reset. */
async function openPort(port: BoardPort): Promise<void> {
  await port.open({ baudRate: consoleBaudRate });
  await port.setSignals({ dataTerminalReady: false, requestToSend: false });
}

/** @returns false when the signal came first */
async function isBack(port: BoardPort, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    // A signal ends the wait too.
    await sleep(retryMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return false;
    try {
      await openPort(port);
      return true;
    } catch (error) {
      await port.close().catch(() => {});
      if (!isPortFailure(error)) throw error;
    }
  }
  return false;
}

/** Until the signal, or until the port is lost. */
async function readLines({ port, onLine, signal }: MonitorOptions): Promise<void> {
  const reader = port.readable?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", stop);
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = `${rest}${decoder.decode(value, { stream: true })}`.split(/\r*\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
      if (rest.length > longestLine) {
        onLine(rest);
        rest = "";
      }
    }
  } finally {
    if (rest !== "") onLine(rest);
    signal.removeEventListener("abort", stop);
    reader.releaseLock();
  }
}
