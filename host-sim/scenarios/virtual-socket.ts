import type { Clock, TLSSocket, TLSSocketOptions } from "../../device/hal.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Timeline } from "./timeline.ts";
import type { BrokerLink, VirtualBroker } from "./virtual-broker.ts";

/** What a socket needs from its device. */
export interface SocketHost {
  readonly options: {
    readonly timeline: Timeline;
    readonly surroundings: Surroundings;
    readonly broker: VirtualBroker;
  };
  readonly clock: Pick<Clock, "now">;
  readonly network: { readonly leadsNowhere: boolean };
  /** On a later turn, while there is power. */
  later(delayMs: number, callback: () => void): void;
}

/** How many bytes a board's TCP accepts before it waits for acknowledgements. */
const sendBufferBytes = 2_872;

/** A TLS connection in virtual time, with one end in the firmware and the other in the broker. */
export class VirtualSocket implements TLSSocket {
  readonly #device: SocketHost;
  readonly #options: TLSSocketOptions;
  readonly #onClosed: () => void;
  #link: BrokerLink | undefined;
  #received: Uint8Array[] = [];
  #isClosed = false;
  #hasVanished = false;
  #hasFailed = false;
  #room = sendBufferBytes;
  /** the time before which nothing may arrive: bytes keep their order */
  #arrivesAt = 0;

  constructor(device: SocketHost, options: TLSSocketOptions, onClosed: () => void) {
    this.#device = device;
    this.#options = options;
    this.#onClosed = onClosed;
    const { reach, handshakeMs } = device.options.surroundings;
    if (reach.type === "silent" || device.network.leadsNowhere) return;
    if (reach.type === "fails") {
      device.later(reach.afterMs, () => this.#fail(reach.reason));
      return;
    }
    device.later(handshakeMs, () => {
      if (this.#isOver) return;
      const refusal = this.#checkDates();
      if (refusal !== undefined) {
        this.#fail("certificate", `certificate 0: ${refusal}`);
        return;
      }
      if (!device.options.broker.claims.knows(options.identity)) {
        this.#fail("handshake");
        return;
      }
      this.#link = device.options.broker.accept({
        deliver: (bytes) => this.#deliver(bytes),
        hangUp: () => this.#hangUp(),
      });
      this.#options.onWritable(this.#room);
    });
  }

  read(): Uint8Array | undefined {
    const chunks = this.#received.splice(0);
    const [first] = chunks;
    if (chunks.length <= 1) return first;
    const joined = new Uint8Array(chunks.reduce((total, { length }) => total + length, 0));
    let at = 0;
    for (const chunk of chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    return joined;
  }

  write(bytes: Uint8Array): number {
    if (bytes.length > this.#room) throw new Error(`${bytes.length} bytes into ${this.#room}`);
    const { surroundings, timeline } = this.#device.options;
    this.#room -= bytes.length;
    if (!surroundings.isReading) return this.#room;
    const link = this.#link;
    const copy = bytes.slice();
    // What was written before a close still arrives.
    timeline.after(surroundings.latencyMs, () => link?.receive(copy));
    this.#device.later(2 * surroundings.latencyMs, () => {
      if (this.#isOver) return;
      const wasFull = this.#room === 0;
      this.#room += copy.length;
      if (wasFull) this.#options.onWritable(this.#room);
    });
    return this.#room;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClosed();
    const link = this.#link;
    const { surroundings, timeline } = this.#device.options;
    timeline.after(surroundings.latencyMs, () => link?.end());
  }

  /** No packet passes any more, in either direction; the broker's keep alive detects it. */
  vanish(): void {
    this.#hasVanished = true;
    this.#link?.vanish();
    this.#link = undefined;
  }

  get #isOver(): boolean {
    return this.#isClosed || this.#hasFailed || this.#hasVanished;
  }

  /** As device/xs/tls/chain.ts does. */
  #checkDates(): "not-yet-valid" | "expired" | undefined {
    const { date = 0 } = this.#device.clock.now();
    const { notBefore, notAfter } = this.#device.options.surroundings.certificate;
    return date < notBefore ? "not-yet-valid" : date > notAfter ? "expired" : undefined;
  }

  #deliver(bytes: Uint8Array): void {
    const { cut } = this.#device.options.surroundings;
    for (const piece of cut?.(bytes) ?? [bytes]) {
      this.#arrive(() => {
        this.#received.push(piece);
        this.#options.onReadable(piece.length);
      });
    }
  }

  #hangUp(): void {
    this.#arrive(() => this.#fail("closed"));
  }

  #arrive(callback: () => void): void {
    const { surroundings, timeline } = this.#device.options;
    this.#arrivesAt = Math.max(this.#arrivesAt, timeline.now + surroundings.latencyMs);
    this.#device.later(this.#arrivesAt - timeline.now, () => {
      if (!this.#isOver) callback();
    });
  }

  #fail(reason: Parameters<TLSSocketOptions["onError"]>[0], detail?: string): void {
    if (this.#isOver) return;
    this.#hasFailed = true;
    this.#options.onError(reason, detail);
  }
}
