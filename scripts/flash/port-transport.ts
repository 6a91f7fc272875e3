import type { ReadableStreamDefaultReader } from "node:stream/web";
import type { Transport } from "esptool-js";
import { encodeSlip, SlipDecoder } from "../../host-sim/board/slip.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";
import {
  type BoardPort,
  type ControlLines,
  consoleBaudRate,
  PortError,
} from "../serial/board-port.ts";

export type Esptool = typeof import("esptool-js");

/**
 * The optional package with the chip's loader protocol.
 * @throws UserError when it is not installed
 */
export async function loadEsptool(): Promise<Esptool> {
  try {
    return await import("esptool-js");
  } catch (cause) {
    throw new UserError(
      'the package "esptool-js" cannot be loaded: run "npm ci" again without --omit=optional',
      { cause },
    );
  }
}

/** A port that takes no bytes for so long is stuck. */
const writeTimeoutMs = 15_000;

/** How many bytes are kept to say what a board printed instead of an answer. */
const keptBytes = 2_048;

/** The stub reads 4 KB of flash at a time. */
const longestPacket = 0x2000;
const slipEnd = Uint8Array.of(0xc0);

/** A board's port for esptool-js, and as text after a reset. */
export interface PortTransport extends Transport {
  /** The next bytes, outside of packets; undefined when none come in time. */
  readBytes(timeoutMs: number): Promise<Uint8Array | undefined>;
  /** the last bytes that arrived, as Latin-1 */
  readonly recentText: string;
  /** Sets the lines of the port. */
  setLines(lines: ControlLines): Promise<void>;
}

/**
 * Connects esptool-js to a board's port. Its own transport prints to the console, polls every
 * millisecond, and waits for an answer although the port is lost.
 * @param signal when it aborts, every operation of the transport throws its reason
 */
export function transportFor(
  { Transport, ESPError }: Esptool,
  port: BoardPort,
  signal: AbortSignal,
): PortTransport {
  class OurTransport extends Transport implements PortTransport {
    readonly #slip = new SlipDecoder(longestPacket);
    #packets: Uint8Array[] = [];
    #chunks: Uint8Array[] = [];
    #recent = "";
    #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    #reading: Promise<void> | undefined;
    #lost: UserError | undefined;
    #wake: () => void = () => {};

    get recentText(): string {
      return this.#recent;
    }

    override trace(): void {}

    override async connect(baudRate?: number): Promise<void> {
      this.#throwIfOver();
      this.#lost = undefined;
      await port.open({ baudRate: baudRate ?? consoleBaudRate }).catch((error: unknown) => {
        throw portErrorOf(error, "the port cannot be opened");
      });
      this.baudrate = baudRate ?? consoleBaudRate;
    }

    override readLoop(): Promise<void> {
      this.#reading = this.#readUntilClosed();
      return this.#reading;
    }

    async #readUntilClosed(): Promise<void> {
      const reader = port.readable?.getReader();
      if (reader === undefined) return;
      this.#reader = reader;
      try {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          this.#chunks.push(value);
          this.#recent = (this.#recent + Buffer.from(value).toString("latin1")).slice(-keptBytes);
          this.#wake();
        }
      } catch (error) {
        this.#lost = portErrorOf(error, "the port is gone");
      } finally {
        reader.releaseLock();
        this.#reader = undefined;
        this.#wake();
      }
    }

    override async read(timeoutMs: number): Promise<Uint8Array> {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const packet = this.#nextPacket();
        if (packet !== undefined) return packet;
        if (!(await this.#arrival(deadline))) throw new ESPError("no answer");
      }
    }

    async readBytes(timeoutMs: number): Promise<Uint8Array | undefined> {
      const deadline = performance.now() + timeoutMs;
      while (this.#chunks.length === 0) {
        if (!(await this.#arrival(deadline))) return undefined;
      }
      return this.#chunks.shift();
    }

    override async write(data: Uint8Array): Promise<void> {
      this.#throwIfOver();
      const writer = port.writable?.getWriter();
      if (writer === undefined) throw new PortError("lost", "the port is closed: connect again");
      try {
        await within(writer.write(encodeSlip(data)), writeTimeoutMs, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw portErrorOf(error, "the port is gone");
      } finally {
        writer.releaseLock();
      }
    }

    async setLines(lines: ControlLines): Promise<void> {
      this.#throwIfOver();
      await port.setSignals(lines).catch((error: unknown) => {
        throw portErrorOf(error, "the port's control lines cannot be set");
      });
    }

    override async setSignals(dtr?: boolean, rts?: boolean): Promise<void> {
      await this.setLines({
        ...(dtr === undefined ? {} : { dataTerminalReady: dtr }),
        ...(rts === undefined ? {} : { requestToSend: rts }),
      });
    }

    override async setRTS(state: boolean): Promise<void> {
      await this.setLines({ requestToSend: state });
    }

    override async setDTR(state: boolean): Promise<void> {
      await this.setLines({ dataTerminalReady: state });
    }

    override flushInput(): void {
      this.#chunks = [];
      // Ends a packet of which the rest is still on its way.
      this.#slip.receive(slipEnd);
      this.#packets = [];
    }

    override async drainInput(quietMs = 100, maxMs = 400): Promise<void> {
      const deadline = performance.now() + maxMs;
      do this.flushInput();
      while (await this.#arrival(Math.min(deadline, performance.now() + quietMs)));
      this.flushInput();
    }

    override inWaiting(): number {
      return this.#chunks.reduce((sum, { length }) => sum + length, 0);
    }

    override peek(): Uint8Array {
      return Buffer.concat(this.#chunks);
    }

    override async disconnect(): Promise<void> {
      await this.#reader?.cancel().catch(() => {});
      await this.#reading;
      this.flushInput();
      await port.close();
    }

    #nextPacket(): Uint8Array | undefined {
      for (const chunk of this.#chunks.splice(0)) this.#packets.push(...this.#slip.receive(chunk));
      return this.#packets.shift();
    }

    /** @returns false when nothing came before the deadline */
    async #arrival(deadline: number): Promise<boolean> {
      this.#throwIfOver();
      const left = deadline - performance.now();
      if (left <= 0) return false;
      const isInTime = await new Promise<boolean>((resolve) => {
        const finish = (came: boolean) => {
          clearTimeout(timer);
          signal.removeEventListener("abort", wake);
          this.#wake = () => {};
          resolve(came);
        };
        const wake = () => finish(true);
        const timer = setTimeout(() => finish(false), left);
        this.#wake = wake;
        signal.addEventListener("abort", wake);
      });
      this.#throwIfOver();
      return isInTime;
    }

    #throwIfOver(): void {
      signal.throwIfAborted();
      if (this.#lost !== undefined && this.#chunks.length === 0) throw this.#lost;
    }
  }
  return new OurTransport(port);
}

/** A browser's port fails with a DOMException, which says no more than that. */
function portErrorOf(error: unknown, what: string): UserError {
  if (error instanceof UserError) return error;
  const reason = messageOf(error).replace(/\.$/, "");
  return new PortError("lost", `${what} (${reason}): connect the board again`, { cause: error });
}

/** @throws the signal's reason, or a {@link PortError} when it takes too long */
async function within(work: Promise<void>, limitMs: number, signal: AbortSignal): Promise<void> {
  let stop = () => {};
  const limit = new Promise<never>((_, reject) => {
    const timer = setTimeout(
      () => reject(new PortError("lost", "the port takes no more bytes: connect the board again")),
      limitMs,
    );
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    stop = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    stop();
  }
}
