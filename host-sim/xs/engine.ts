import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { NetstringReader, netstring } from "./netstring.ts";

export interface EngineOptions {
  /** the result of {@link findEngine} */
  readonly binary: string;
  /** Answers the program's `issueCommand`, which blocks until then. */
  onMessage?(message: Uint8Array): Uint8Array;
  /** how long one request may take, in ms; then the process is killed */
  readonly answerTimeoutMs?: number;
  /** XS steps allowed per request; beyond that, the process exits by itself */
  readonly computeLimit?: number;
}

/** The result of a request, and its cost. */
export interface EngineReply {
  readonly bytes: Uint8Array;
  /** XS steps */
  readonly compute: number;
  /** slots in use, including garbage */
  readonly slots: number;
}

/** The engine is gone, or the program threw. `detail` is further output, for a log. */
export class EngineError extends Error {
  readonly detail: string;

  constructor(message: string, detail = "") {
    super(message);
    this.name = "EngineError";
    this.detail = detail;
  }
}

/**
 * The path where npm built XS (`@agoric/xsnap`, optional), or undefined if it could not be built.
 */
export function findEngine(): string | undefined {
  const platform = { linux: "lin", darwin: "mac" }[process.platform as string];
  if (platform === undefined) return undefined;
  try {
    const manifest = createRequire(import.meta.url).resolve("@agoric/xsnap/package.json");
    const folder = join(dirname(manifest), "xsnap-native", "xsnap", "build", "bin", platform);
    const binary = join(folder, "release", "xsnap-worker");
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

interface Request {
  readonly message: Uint8Array;
  resolve(reply: EngineReply): void;
  reject(error: Error): void;
}

/**
 * XS in a process of its own, which communicates by netstrings: descriptor 3 to it, 4 from it. One
 * request at a time; each ends when the program has no more work, including promises. The first
 * letter of a message is its type: `e` evaluates a script, `?` is a call (in either direction), `.`
 * done, `!` thrown, `/` the answer to a call.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #process: ChildProcess;
  readonly #waiting: Request[] = [];
  readonly #reader = new NetstringReader();
  #current: Request | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #failure: EngineError | undefined;
  #isClosing = false;
  #said = "";
  /** settled when the process is gone; the error is the reason, undefined if it was requested */
  readonly ended: Promise<EngineError | undefined>;

  constructor(options: EngineOptions) {
    this.#options = options;
    const limit = options.computeLimit ?? 1_000_000_000;
    this.#process = spawn(options.binary, ["boom-box", "-l", String(limit)], {
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      // A process group of its own: Ctrl-C must first reach this process, which has a pin to write
      // LOW.
      detached: true,
    });
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      output?.on("data", (text: Buffer) => {
        this.#said = `${this.#said}${text}`.slice(-2_000);
      });
    }
    this.#from.on("data", (bytes: Buffer) => this.#receive(bytes));
    // If the other end of a pipe is gone, the end of the process reports it.
    this.#to.on("error", () => {});
    this.ended = new Promise((resolve) => {
      this.#process.once("error", (error) =>
        resolve(this.#end(`cannot be started: ${error.message}`)),
      );
      this.#process.once("close", (code, signal) => resolve(this.#end(endOf(code, signal))));
    });
  }

  /** @throws EngineError when the script throws */
  evaluate(script: string): Promise<EngineReply> {
    return this.#request(netstring("e", script));
  }

  /**
   * Calls the program's `handleCommand`; if `isUrgent`, before other waiting calls.
   * @throws EngineError when it throws
   */
  command(message: Uint8Array, isUrgent = false): Promise<EngineReply> {
    return this.#request(netstring("?", message), isUrgent);
  }

  /** Ends it normally. Pending requests are not executed. */
  close(): Promise<EngineError | undefined> {
    this.#isClosing = true;
    if (this.#current === undefined) this.#to.write(netstring("q"));
    else this.kill();
    return this.ended;
  }

  /** Kills it now. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }

  get #to(): Writable {
    return this.#process.stdio[3] as Writable;
  }

  get #from(): Readable {
    return this.#process.stdio[4] as Readable;
  }

  #request(message: Uint8Array, isUrgent = false): Promise<EngineReply> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const request = { message, resolve, reject };
      if (isUrgent) this.#waiting.unshift(request);
      else this.#waiting.push(request);
      this.#next();
    });
  }

  /** Never two at once: the program's own calls are answered on the same pipe. */
  #next(): void {
    if (this.#current !== undefined) return;
    const request = this.#waiting.shift();
    if (request === undefined) return;
    this.#current = request;
    const timeoutMs = this.#options.answerTimeoutMs ?? 10_000;
    this.#watchdog = setTimeout(() => {
      this.#failure = new EngineError(`the XS engine did not answer within ${timeoutMs} ms`);
      this.kill();
    }, timeoutMs);
    this.#to.write(request.message);
  }

  #receive(bytes: Uint8Array): void {
    try {
      for (const message of this.#reader.read(bytes)) this.#handle(message);
    } catch (error) {
      this.#failure ??= new EngineError(`the XS engine was lost: ${String(error)}`);
      this.kill();
    }
  }

  #handle(message: Uint8Array): void {
    const kind = String.fromCharCode(message[0] ?? 0);
    const rest = message.subarray(1);
    if (kind === "?") {
      this.#to.write(netstring("/", this.#options.onMessage?.(rest) ?? new Uint8Array()));
      return;
    }
    clearTimeout(this.#watchdog);
    const request = this.#current;
    this.#current = undefined;
    if (kind === ".") request?.resolve(readReply(rest));
    else request?.reject(thrown(Buffer.from(rest).toString()));
    this.#next();
  }

  #end(how: string | undefined): EngineError | undefined {
    clearTimeout(this.#watchdog);
    // When asked to exit, it still reports whether the last script threw.
    if (how !== undefined && !this.#isClosing)
      this.#failure ??= new EngineError(`the XS engine ${how}`, this.#said);
    const error = this.#failure ?? new EngineError("the XS engine has ended");
    const result = this.#failure;
    this.#failure = error;
    for (const request of [this.#current, ...this.#waiting.splice(0)]) request?.reject(error);
    this.#current = undefined;
    return result;
  }
}

/** `{"compute":…,"currentHeapCount":…}`, a byte 1, the value's bytes. */
function readReply(message: Uint8Array): EngineReply {
  const end = message.indexOf(1);
  const meter = JSON.parse(Buffer.from(message.subarray(0, end)).toString()) as {
    readonly compute: number;
    readonly currentHeapCount: number;
  };
  return {
    bytes: message.subarray(end + 1),
    compute: meter.compute,
    slots: meter.currentHeapCount,
  };
}

/** The first line is the message, the rest the stack. */
function thrown(text: string): EngineError {
  const [first = "", ...rest] = text.split("\n");
  return new EngineError(`on XS: ${first}`, rest.join("\n"));
}

/** @returns undefined if it exited as requested */
function endOf(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (code === 0) return undefined;
  // xsnap-worker.c, ExitCode
  const reason = { 11: "out of memory", 12: "stack overflow", 17: "computation limit exceeded" }[
    code ?? 0
  ];
  return `ended (${reason ?? signal ?? `exit code ${code}`})`;
}
