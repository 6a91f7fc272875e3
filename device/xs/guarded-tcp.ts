import type TCP from "embedded:io/socket/tcp";
import type { TCPOptions } from "embedded:io/socket/tcp";
import type { Transport } from "embedded:io/socket/tcp/tls";

/** Receives errors that the TLS above does not catch, and tracks the progress of TCP. */
export interface Guard {
  readonly tcp: typeof TCP;
  onOpened(transport: GuardedTCP): void;
  /** TCP is connected. */
  onConnected(): void;
  /** What TLS threw while it processed input. */
  onFailure(error: unknown): void;
}

/** The SDK's TLS passes its options to the transport: this is how the guard gets here. */
export interface GuardedOptions extends TCPOptions {
  readonly guard?: Guard;
}

/**
 * TCP below the SDK's TLS socket. When TLS refuses something (a certificate, an alert, a tampered
 * record), it throws out of TCP's callbacks; uncaught, that would end the whole machine. This class
 * catches it. TLS also sets its own timer if data remain after a read, and no catch reaches that
 * timer. So while {@link isPaused}, no data seem to remain, and {@link resume} delivers them.
 */
export class GuardedTCP implements Transport {
  writable = 0;
  isPaused = false;
  readonly #tcp: TCP;
  readonly #guard: Guard;
  readonly #options: TCPOptions;
  #readable = 0;
  #isClosed = false;

  constructor(options: GuardedOptions) {
    this.#options = options;
    const { address, port, guard } = options;
    if (guard === undefined) throw new TypeError("transport without a guard");
    this.#guard = guard;
    guard.onOpened(this);
    this.#tcp = new guard.tcp({
      address,
      port,
      nodelay: true,
      onReadable: (count) => this.#try(() => options.onReadable?.(count)),
      onWritable: (count) => {
        guard.onConnected();
        this.#try(() => options.onWritable?.(count));
      },
      onError: () => this.#try(() => options.onError?.()),
    });
  }

  get readable(): number {
    return this.isPaused ? 0 : this.#readable;
  }

  set readable(count: number) {
    this.#readable = count;
  }

  /** Processes input that has not been read yet. @returns whether there was any */
  resume(): boolean {
    if (this.#readable === 0 || this.#isClosed) return false;
    this.#try(() => this.#options.onReadable?.(this.#readable));
    return true;
  }

  read(bytes: Uint8Array): number {
    return this.#tcp.read(bytes);
  }

  write(bytes: ArrayBuffer | Uint8Array): number {
    return this.#tcp.write(bytes);
  }

  close(): void {
    this.#isClosed = true;
    this.#tcp.close();
  }

  #try(run: () => void): void {
    if (this.#isClosed) return;
    try {
      run();
    } catch (error) {
      this.#guard.onFailure(error);
    }
  }
}
