import type { SocketError, TLSSocket, TLSSocketOptions } from "../../device/hal.ts";
import { Lane, type LaneConditions } from "./lane.ts";
import { NodeTLSSocket, type TLSIdentity } from "./tls.ts";

/** How many bytes may be under way before the writer has to wait. */
const windowBytes = 16_384;

/** TCP's handshake and TLS 1.3's: there and back twice. */
const handshakeTrips = 4;

/** How long what was written before `close()` may take beside its latency, in ms. */
const lingerMs = 1_000;

/**
 * The way from one box to its broker, over the real TLS sockets, and what can be wrong with it. May
 * be changed at any time, and holds for connections that are there already.
 */
export class FaultyLink implements LaneConditions {
  /** ms, each way */
  latencyMs = 0;
  /** 0–100, of what is sent at one moment; 100: silence, which only a keep alive finds out */
  lossPercent = 0;
  readonly random: () => number;
  readonly #sockets = new Set<LinkedSocket>();
  #isRefused = false;

  constructor(random: () => number = Math.random) {
    this.random = random;
  }

  get isRefused(): boolean {
    return this.#isRefused;
  }

  connect(options: TLSSocketOptions, identity: TLSIdentity): TLSSocket {
    const socket = new LinkedSocket(this, options, identity, () => this.#sockets.delete(socket));
    this.#sockets.add(socket);
    socket.open();
    return socket;
  }

  /** As if the broker were gone: what is connected is cut off, and nobody answers until it is undone. */
  refuse(isRefused: boolean): void {
    this.#isRefused = isRefused;
    if (!isRefused) return;
    for (const socket of this.#sockets) socket.cut();
  }

  /** The aerial or the power is gone: neither end of what is connected hears of the other again. */
  abandon(): void {
    for (const socket of this.#sockets) socket.abandon();
  }
}

class LinkedSocket implements TLSSocket {
  readonly #link: FaultyLink;
  readonly #identity: TLSIdentity;
  readonly #onGone: () => void;
  readonly #out: Lane;
  readonly #in: Lane;
  /** undefined once it is closed */
  #options: TLSSocketOptions | undefined;
  #inner: NodeTLSSocket | undefined;
  /** how many bytes the inner socket takes now */
  #innerRoom = 0;
  /** bytes that were written and are not with the inner socket yet */
  #heldBytes = 0;
  /** of those, what has come to the end of its lane */
  #arrived: Uint8Array[] = [];
  #received: Uint8Array[] = [];
  /** what the owner was told last of how much it may write */
  #told = 0;
  #isWriting = false;
  /** all that was written has arrived, and after it the end */
  #isEnding = false;
  #giveUp: NodeJS.Timeout | undefined;
  #hasFailed = false;

  constructor(
    link: FaultyLink,
    options: TLSSocketOptions,
    identity: TLSIdentity,
    onGone: () => void,
  ) {
    this.#link = link;
    this.#options = options;
    this.#identity = identity;
    this.#onGone = onGone;
    this.#out = new Lane(link);
    this.#in = new Lane(link);
  }

  open(): void {
    this.#out.push(() => this.#connect(), handshakeTrips);
  }

  read(): Uint8Array | undefined {
    if (this.#received.length <= 1) return this.#received.pop();
    return Buffer.concat(this.#received.splice(0));
  }

  write(bytes: Uint8Array): number {
    if (this.#options === undefined) return 0;
    this.#heldBytes += bytes.length;
    this.#isWriting = true;
    this.#out.push(() => {
      this.#arrived.push(bytes);
      this.#flush();
    });
    this.#isWriting = false;
    this.#told = this.#room();
    return this.#told;
  }

  close(): void {
    if (this.#options === undefined) return;
    this.#options = undefined;
    this.#received = [];
    this.#in.clear();
    // The end of it goes the same way as what was written before; if it cannot, the peer hears nothing.
    this.#giveUp = setTimeout(
      () => (this.#isEnding ? this.#end() : this.abandon()),
      lingerMs + 2 * this.#link.latencyMs,
    );
    this.#out.push(() => {
      this.#isEnding = true;
      this.#flush();
    });
  }

  /** The other end is gone, and says so. */
  cut(): void {
    this.#out.clear();
    this.#in.clear();
    this.#end();
    this.#fail("closed", "the broker is down");
  }

  abandon(): void {
    clearTimeout(this.#giveUp);
    this.#out.clear();
    this.#in.clear();
    this.#inner?.abandon();
    this.#options = undefined;
    this.#received = [];
    this.#onGone();
  }

  #connect(): void {
    const options = this.#options;
    if (options === undefined) return;
    if (this.#link.isRefused) {
      // On a later turn: connect() may not have returned.
      setTimeout(() => this.#fail("refused", "the broker is down"), 0);
      return;
    }
    const inner = new NodeTLSSocket(
      {
        ...options,
        onWritable: (count) => {
          this.#innerRoom = count;
          this.#flush();
        },
        onReadable: () => {
          const bytes = inner.read();
          if (bytes !== undefined) this.#in.push(() => this.#receive(bytes));
        },
        onError: (reason, detail) => this.#in.push(() => this.#fail(reason, detail)),
      },
      this.#identity,
    );
    this.#inner = inner;
  }

  #receive(bytes: Uint8Array): void {
    this.#received.push(bytes);
    this.#options?.onReadable(bytes.length);
  }

  #fail(reason: SocketError, detail: string | undefined): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#options?.onError(reason, detail);
  }

  /** Hands over what has arrived, as far as there is room for it. */
  #flush(): void {
    while (this.#inner !== undefined && this.#innerRoom > 0) {
      const next = this.#arrived.shift();
      if (next === undefined) break;
      const part = next.subarray(0, this.#innerRoom);
      if (part.length < next.length) this.#arrived.unshift(next.subarray(part.length));
      this.#heldBytes -= part.length;
      this.#innerRoom = this.#inner.write(part);
    }
    if (this.#isEnding) {
      if (this.#arrived.length === 0) this.#end();
      return;
    }
    // What write() returns is as good as a call, and a call must not come before it has returned.
    if (this.#told > 0 || this.#isWriting) return;
    this.#told = this.#room();
    if (this.#told > 0) this.#options?.onWritable(this.#told);
  }

  #end(): void {
    clearTimeout(this.#giveUp);
    this.#inner?.close();
    this.#onGone();
  }

  #room(): number {
    if (this.#heldBytes === 0) return this.#innerRoom;
    return this.#innerRoom === 0 ? 0 : Math.max(0, windowBytes - this.#heldBytes);
  }
}
