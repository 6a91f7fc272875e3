import type { SocketError, TLSSocket, TLSSocketOptions } from "../../device/hal.ts";
import { Lane, type LaneConditions } from "./lane.ts";
import { NodeTLSSocket, type TLSIdentity } from "./tls.ts";

/** How many bytes may be in transit before the writer has to wait. */
const windowBytes = 16_384;

/** The handshakes of TCP and TLS 1.3: two round trips. */
const handshakeTrips = 4;

/** How long data written before `close()` may take beyond its latency, in ms. */
const lingerMs = 1_000;

/**
 * The link from one box to its broker, on top of the real TLS sockets, with its faults. It may be
 * changed at any time, and applies to open connections too.
 */
export class FaultyLink implements LaneConditions {
  /** ms, each way */
  latencyMs = 0;
  /** 0–100, of the data sent at one moment; 100: silence, which only the keep alive detects */
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

  /**
   * As if the broker were down: open connections are cut, and new ones fail until this is undone.
   */
  refuse(isRefused: boolean): void {
    this.#isRefused = isRefused;
    if (!isRefused) return;
    for (const socket of this.#sockets) socket.cut();
  }

  /** WiFi or power is gone: neither end of an open connection receives anything more. */
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
  /** undefined after close */
  #options: TLSSocketOptions | undefined;
  #inner: NodeTLSSocket | undefined;
  /** how many bytes the inner socket accepts now */
  #innerRoom = 0;
  /** bytes that were written and have not reached the inner socket yet */
  #heldBytes = 0;
  /** of those, the bytes that have left their lane */
  #arrived: Uint8Array[] = [];
  #received: Uint8Array[] = [];
  /** the writable count last reported to the owner */
  #told = 0;
  #isWriting = false;
  /** all written data has arrived, followed by the end */
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
    // The end travels the same path as the data before it; if it is lost, the peer receives
    // nothing.
    this.#giveUp = setTimeout(
      () => (this.#isEnding ? this.#end() : this.abandon()),
      lingerMs + 2 * this.#link.latencyMs,
    );
    this.#out.push(() => {
      this.#isEnding = true;
      this.#flush();
    });
  }

  /** The other end closed the connection, and this end is notified. */
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

  /** Passes on what has arrived, as far as there is room for it. */
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
    // The return value of write() is like a callback, and a callback must not come before it.
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
