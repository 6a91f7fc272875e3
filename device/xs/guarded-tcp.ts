import type TCP from "embedded:io/socket/tcp";
import type { TCPOptions } from "embedded:io/socket/tcp";
import type { Transport } from "embedded:io/socket/tcp/tls";

/** Who hears what the TLS above does not catch, and how far TCP has come. */
export interface Guard {
  readonly tcp: typeof TCP;
  onOpened(transport: GuardedTCP): void;
  /** TCP is connected. */
  onConnected(): void;
  /** What the TLS threw while it was at work on what came in. */
  onFailure(error: unknown): void;
}

/** The SDK's TLS hands on what it was made with: so the guard finds its way here. */
export interface GuardedOptions extends TCPOptions {
  readonly guard?: Guard;
}

/**
 * TCP beneath the SDK's TLS socket, which throws what it refuses (a certificate, an alert, a record
 * that was tampered with) out of TCP's callbacks: uncaught, that ends the whole machine. Here it is
 * caught. It also sets itself a timer where data wait after a read, out of reach of any catch; while
 * {@link isPaused} nothing seems to wait, and {@link resume} brings it on.
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
    if (guard === undefined) throw new TypeError("a guarded transport without its guard");
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

  /** What came in and has not been looked at is, now. @returns whether there was any */
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
