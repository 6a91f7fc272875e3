import type { Packet } from "mqtt-packet";
import type { ClientHello } from "./client-hello.ts";

/** An observation on a connection, or an action on it. */
export type Sight =
  | { readonly type: "opened" }
  | { readonly type: "hello"; readonly hello: ClientHello }
  | { readonly type: "secured"; readonly protocol: string; readonly cipher: string }
  /** sent by the client */
  | { readonly type: "received"; readonly packet: Packet }
  /** bytes that are not MQTT */
  | { readonly type: "malformed"; readonly detail: string }
  /** sent by the advisor */
  | { readonly type: "sent"; readonly packet: SentPacket; readonly id?: number }
  /**
   * `alert`: the TLS alert with which the client refused, as OpenSSL names it. `detail`: the error,
   * if any.
   */
  | {
      readonly type: "closed";
      readonly by: "client" | "advisor";
      readonly alert: string | undefined;
      readonly detail: string | undefined;
    };

export type SentPacket = "CONNACK" | "SUBACK" | "PUBACK" | "PINGRESP" | "PUBLISH";

/** `at`: ms of the client's time. `connection`: from 1, in order of arrival. */
export type Entry = Sight & { readonly at: number; readonly connection: number };

/** A packet from the client, and its time of arrival. */
export interface Received<T extends Packet["cmd"] = Packet["cmd"]> {
  readonly at: number;
  readonly connection: number;
  readonly packet: Extract<Packet, { cmd: T }>;
}

/** The error of the times, in ms: a busy machine, and the latency between client and advisor. */
export const uncertaintyMs = 100;

/** Everything that happened in a case, in order: the only input of a judge. */
export class Transcript {
  readonly entries: Entry[] = [];

  /** @returns the first entry of this type, on this connection or on any */
  first<T extends Sight["type"]>(
    type: T,
    connection?: number,
  ): Extract<Entry, { type: T }> | undefined {
    return this.all(type, connection)[0];
  }

  all<T extends Sight["type"]>(type: T, connection?: number): Extract<Entry, { type: T }>[] {
    return this.entries.filter(
      (entry): entry is Extract<Entry, { type: T }> =>
        entry.type === type && (connection === undefined || entry.connection === connection),
    );
  }

  received<T extends Packet["cmd"]>(cmd: T, connection?: number): Received<T>[] {
    return this.all("received", connection).filter(
      (entry): entry is Extract<Entry, { type: "received" }> & Received<T> =>
        entry.packet.cmd === cmd,
    );
  }

  sent(packet: SentPacket, connection?: number): Extract<Entry, { type: "sent" }>[] {
    return this.all("sent", connection).filter((entry) => entry.packet === packet);
  }

  /** the number of connections */
  get connections(): number {
    return this.all("opened").length;
  }
}
