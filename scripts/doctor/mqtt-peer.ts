import type { TLSSocket } from "node:tls";
import { generate, type Packet, parser } from "mqtt-packet";
import { printable } from "../../host-sim/printable.ts";
import { alertOf } from "./tls-probe.ts";

/** Why no more packets arrive. */
export type Ending =
  | { readonly type: "closed"; readonly alert: string | undefined }
  | { readonly type: "malformed"; readonly detail: string };

/** The most bytes that the doctor reads on one connection. */
const maximumBytes = 1_000_000;

/** MQTT on a TLS socket, packet by packet. It also reports when the peer closed the connection. */
export class MqttPeer {
  readonly #socket: TLSSocket;
  readonly #packets = parser({ protocolVersion: 4 });
  readonly #received: Packet[] = [];
  #bytes = 0;
  #ending: Ending | undefined;
  #alert: string | undefined;
  #wake = () => {};

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.#packets.on("packet", (packet) => {
      this.#received.push(packet);
      this.#wake();
    });
    this.#packets.on("error", (error) => this.#giveUp(String(error)));
    socket.on("data", (bytes: Buffer) => {
      if (this.#ending !== undefined) return;
      this.#bytes += bytes.length;
      if (this.#bytes > maximumBytes) this.#giveUp("too much data");
      else this.#packets.parse(bytes);
    });
    socket.on("error", (error) => {
      this.#alert ??= alertOf(error);
    });
    socket.on("close", () => this.#end({ type: "closed", alert: this.#alert }));
    if (socket.destroyed) this.#end({ type: "closed", alert: undefined });
  }

  send(packet: Packet): void {
    this.#socket.write(generate(packet));
  }

  /** Returns the next packet, why there is none, or undefined after `timeoutMs`. */
  async next(timeoutMs: number): Promise<Packet | Ending | undefined> {
    const packet = this.#received.shift();
    if (packet !== undefined) return packet;
    if (this.#ending !== undefined) return this.#ending;
    const hasMore = await new Promise<boolean>((resolve) => {
      const timeout = setTimeout(() => resolve(false), timeoutMs);
      this.#wake = () => {
        clearTimeout(timeout);
        resolve(true);
      };
    });
    this.#wake = () => {};
    return hasMore ? this.next(timeoutMs) : undefined;
  }

  /** Makes {@link next} return these packets again first. */
  putBack(packets: readonly Packet[]): void {
    this.#received.unshift(...packets);
  }

  /** Sends DISCONNECT, so that no last will is published. Resolves when the broker closes, or soon after. */
  async leave(): Promise<void> {
    if (this.#ending === undefined) {
      const closed = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
      this.#socket.end(generate({ cmd: "disconnect" }));
      const giveUp = setTimeout(() => this.#socket.destroy(), 1_000);
      await closed;
      clearTimeout(giveUp);
    }
    this.#socket.destroy();
  }

  #giveUp(detail: string): void {
    this.#end({ type: "malformed", detail: printable(detail) });
    this.#socket.destroy();
  }

  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#wake();
  }
}

export function isEnding(value: Packet | Ending): value is Ending {
  return "type" in value && (value.type === "closed" || value.type === "malformed");
}
