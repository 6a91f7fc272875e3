import type { Readable } from "node:stream";
import type { Limits } from "./aws-limits.ts";
import { Framer } from "./frames.ts";
import { TokenBucket } from "./token-bucket.ts";

/** room for the topic and the other fields of a packet with the maximum payload */
const frameSlackBytes = 4096;

export interface InletHandlers {
  /** One control packet. */
  readonly onFrame: (frame: Buffer, now: number) => void;
  /** The stream cannot be parsed any further. */
  readonly onProblem: (problem: string) => void;
  /** The client has closed its side, and all of its input has been passed on. */
  readonly onEnd: () => void;
}

/**
 * The reading half of a connection: control packets one by one, limited to AWS's throughput per
 * connection. A client that is too fast is not refused but read later.
 */
export class Inlet {
  readonly #socket: Readable;
  readonly #handlers: InletHandlers;
  readonly #now: () => number;
  readonly #framer: Framer;
  readonly #throughput: TokenBucket;
  readonly #backlog: Buffer[] = [];
  #resumption: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(socket: Readable, limits: Limits, now: () => number, handlers: InletHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#now = now;
    this.#framer = new Framer(limits.payloadBytes + frameSlackBytes);
    this.#throughput = new TokenBucket(limits.bytesPerSecond, limits.bytesPerSecond, now());
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("end", () => this.#end());
  }

  /** The reader is busy. */
  pause(): void {
    this.#socket.pause();
  }

  /** The reader is ready again, but the rate limit still applies. */
  resume(): void {
    if (this.#resumption === undefined) this.#socket.resume();
  }

  /** Passes nothing on from now on. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#resumption);
  }

  #receive(chunk: Buffer): void {
    if (this.#closed) return;
    const { frames, problem } = this.#framer.push(chunk);
    this.#backlog.push(...frames);
    this.#handleBacklog();
    if (problem !== undefined && !this.#closed) this.#handlers.onProblem(problem);
  }

  /** A client that has gone need not be slowed down. */
  #end(): void {
    clearTimeout(this.#resumption);
    for (const frame of this.#backlog.splice(0)) {
      if (!this.#closed) this.#handlers.onFrame(frame, this.#now());
    }
    if (!this.#closed) this.#handlers.onEnd();
  }

  #handleBacklog(): void {
    for (let frame = this.#backlog[0]; frame !== undefined; frame = this.#backlog[0]) {
      if (this.#closed || this.#resumption !== undefined) return;
      const now = this.#now();
      if (!this.#throughput.take(frame.length, now)) {
        this.#wait(this.#throughput.msUntil(frame.length, now));
        return;
      }
      this.#backlog.shift();
      this.#handlers.onFrame(frame, now);
    }
  }

  #wait(delayMs: number): void {
    this.#socket.pause();
    this.#resumption = setTimeout(() => {
      this.#resumption = undefined;
      this.#socket.resume();
      this.#handleBacklog();
    }, delayMs);
  }
}
