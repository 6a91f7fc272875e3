import { printable } from "../../host-sim/printable.ts";
import { PortError } from "../serial/board-port.ts";

/** What a board did after its reset. */
export type BoardStart =
  /** the firmware runs; `line` is its first line, untrusted */
  | { readonly type: "started"; readonly line: Readonly<Record<string, unknown>> }
  /** the firmware ends itself; `reason` is the panic's first line */
  | { readonly type: "panic"; readonly reason: string }
  /** the chip finds nothing to start; `reason` is what its ROM or bootloader prints */
  | { readonly type: "nothing-to-start"; readonly reason: string }
  /** the chip waits for a loader: BOOT is held, or GPIO 0 is wired to ground */
  | { readonly type: "download-mode" }
  /** it printed something, but no line of the firmware; `text` is the last of it */
  | { readonly type: "other"; readonly text: string }
  | { readonly type: "silent" };

const longestLine = 4_096;

/** Judges what a board prints, line by line, until it is clear what it does. */
export class StartWatch {
  #rest = "";
  #last = "";
  readonly #decoder = new TextDecoder();

  /** @returns what the board did, as soon as that is clear */
  take(bytes: Uint8Array): BoardStart | undefined {
    const lines = `${this.#rest}${this.#decoder.decode(bytes, { stream: true })}`.split("\n");
    this.#rest = (lines.pop() ?? "").slice(-longestLine);
    for (const line of lines) {
      const start = judge(line.trim());
      if (start !== undefined) return start;
      if (line.trim() !== "") this.#last = line;
    }
    // The ROM ends this line without a line break for seconds.
    return /waiting for download/.test(this.#rest) ? { type: "download-mode" } : undefined;
  }

  /** When nothing more came in time. */
  end(): BoardStart {
    const text = printable(this.#rest.trim() === "" ? this.#last : this.#rest).trim();
    return text === "" ? { type: "silent" } : { type: "other", text };
  }
}

/**
 * Reads what a board prints until it is clear what it does. A port that goes away meanwhile is an end of
 * the output, because everything is written.
 * @param read the next bytes; undefined when none come in time
 */
export async function awaitStart(
  read: (timeoutMs: number) => Promise<Uint8Array | undefined>,
  timeoutMs: number,
): Promise<BoardStart> {
  const watch = new StartWatch();
  const deadline = performance.now() + timeoutMs;
  try {
    for (;;) {
      const left = deadline - performance.now();
      const bytes = left <= 0 ? undefined : await read(left);
      if (bytes === undefined) return watch.end();
      const start = watch.take(bytes);
      if (start !== undefined) return start;
    }
  } catch (error) {
    if (error instanceof PortError) return watch.end();
    throw error;
  }
}

function judge(line: string): BoardStart | undefined {
  // The loader's last answer, or noise of the reset, may be before the first line.
  const begin = line.indexOf("{");
  if (begin >= 0) {
    const fields = parseObject(line.slice(begin));
    const isRecord = typeof fields?.at === "number" && typeof fields.type === "string";
    // XS ends the firmware, for example when its memory is full.
    if (fields?.type === "abort") return { type: "panic", reason: printable(line) };
    if (fields !== undefined && isRecord) return { type: "started", line: fields };
  }
  if (/Guru Meditation Error|\babort\(\) was called|\bassert failed/.test(line)) {
    return { type: "panic", reason: printable(line) };
  }
  if (/invalid header|No bootable app|flash read err|csum err/i.test(line)) {
    return { type: "nothing-to-start", reason: printable(line) };
  }
  return /waiting for download/.test(line) ? { type: "download-mode" } : undefined;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
