import type TCP from "embedded:io/socket/tcp";
import type NativeTLSSocket from "embedded:io/socket/tcp/tls";
import type RNG from "rng";
import type { SocketError, Timer, TLSSocket, TLSSocketOptions } from "../hal.ts";
import { type Credentials, secureOf } from "./credentials.ts";
import { type Guard, GuardedTCP } from "./guarded-tcp.ts";
import { randomBytes } from "./random.ts";
import type { Resolve } from "./resolve.ts";

/** What all connections of a box share. */
export interface TLSContext extends Credentials {
  readonly tcp: typeof TCP;
  readonly tls: typeof NativeTLSSocket;
  readonly rng: typeof RNG;
  readonly resolve: Resolve;
  readonly timer: Timer;
}

/** The capacity of the SDK's generator. */
const seedLength = 256;

/** How long the last bytes of a closed connection may take to be sent, mainly a DISCONNECT. */
const lingerMs = 250;

/**
 * `hal.ts`'s TLS socket on top of ECMA-419's, which needs an address, throws what it refuses, and
 * reports each record once.
 */
export class XsTLSSocket implements TLSSocket, Guard {
  readonly #context: TLSContext;
  #options: TLSSocketOptions | undefined;
  #native: NativeTLSSocket | undefined;
  #transport: GuardedTCP | undefined;
  #received: Uint8Array[] = [];
  #isConnected = false;
  #isOpen = false;
  #hasFailed = false;

  constructor(context: TLSContext, options: TLSSocketOptions) {
    this.#context = context;
    this.#options = options;
    this.#later(() => {
      if (this.#options === undefined) return;
      context.resolve(options.host, (address) => {
        if (this.#options === undefined) return;
        if (address === undefined) this.#fail("unreachable", `no address for ${options.host}`);
        else this.#connect(address, options);
      });
    });
  }

  get tcp(): typeof TCP {
    return this.#context.tcp;
  }

  onOpened(transport: GuardedTCP): void {
    this.#transport = transport;
  }

  onConnected(): void {
    this.#isConnected = true;
  }

  /** What TLS threw: it reports refusals in no other way. */
  onFailure(error: unknown): void {
    const said = error instanceof Error ? error.message : String(error);
    // Where the SDK expects more bytes than there are, it throws without a word.
    const text = said === "" ? "not TLS, or cut short" : said;
    if (text.startsWith("certificate ")) this.#fail("certificate", text);
    else this.#fail(this.#isOpen ? "closed" : "handshake", text);
  }

  read(): Uint8Array | undefined {
    const received = this.#received.splice(0);
    const [first] = received;
    if (first === undefined || received.length === 1) return first;
    const bytes = new Uint8Array(received.reduce((sum, each) => sum + each.length, 0));
    let at = 0;
    for (const each of received) {
      bytes.set(each, at);
      at += each.length;
    }
    return bytes;
  }

  write(bytes: Uint8Array): number {
    if (this.#options === undefined || this.#native === undefined || this.#hasFailed) return 0;
    try {
      return this.#native.write(bytes);
    } catch (error) {
      // On a later turn: no callback runs within a call.
      this.#later(() => this.#fail("closed", String(error)));
      return 0;
    }
  }

  close(): void {
    if (this.#options === undefined) return;
    this.#options = undefined;
    this.#received = [];
    if (this.#isOpen && !this.#hasFailed) {
      this.#context.timer.set(() => this.#release(), lingerMs);
    } else {
      this.#release();
    }
  }

  #connect(
    address: string,
    { host, port, applicationLayerProtocol, identity }: TLSSocketOptions,
  ): void {
    const { tls: Native, rng } = this.#context;
    // The SDK's own seed has 16 bytes and is drawn at the start, when the hardware generator may be
    // weak.
    rng.init(randomBytes(seedLength).buffer as ArrayBuffer);
    try {
      this.#native = new Native({
        TCP: { io: GuardedTCP },
        guard: this,
        address,
        host,
        port,
        secure: {
          ...secureOf(this.#context, identity),
          // Sessions are never resumed: every connection checks the server's certificate.
          cache: false,
          ...(applicationLayerProtocol === undefined
            ? {}
            : { applicationLayerProtocolNegotiation: applicationLayerProtocol }),
        },
        onReadable: (count) => this.#receive(count),
        onWritable: (count) => {
          this.#isOpen = true;
          this.#options?.onWritable(count);
        },
        onError: () => this.#fail(this.#isConnected ? "closed" : "refused"),
      });
    } catch (error) {
      this.onFailure(error);
    }
  }

  /** All records that have arrived, each read whole before the next is opened. */
  #receive(count: number): void {
    const transport = this.#transport;
    if (this.#native === undefined || transport === undefined) return;
    transport.isPaused = true;
    const bytes = this.#native.read(count);
    transport.isPaused = false;
    if (bytes !== undefined && this.#options !== undefined) {
      this.#received.push(new Uint8Array(bytes));
      this.#options.onReadable(count);
    }
    // Not recursively: a hundred records would be a hundred calls deep.
    this.#later(() => transport.resume());
  }

  #fail(reason: SocketError, detail?: string): void {
    const options = this.#options;
    if (options === undefined || this.#hasFailed) return;
    this.#hasFailed = true;
    // Input from a refused peer is ignored until close().
    this.#release();
    options.onError(reason, detail);
  }

  #later(run: () => void): void {
    this.#context.timer.set(run, 0);
  }

  #release(): void {
    const native = this.#native;
    this.#native = undefined;
    this.#transport = undefined;
    native?.close();
  }
}
