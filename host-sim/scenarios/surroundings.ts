import type { SocketError } from "../../device/hal.ts";

/** A WiFi network in range. */
export interface AccessPoint {
  readonly SSID: string;
  readonly password?: string;
  readonly RSSI: number;
  /** it gives an address, but nothing beyond it can be reached */
  readonly leadsNowhere?: true;
}

/** The result of opening a connection: TLS, or the failure. */
export type Reach =
  | { readonly type: "works" }
  | { readonly type: "fails"; readonly reason: SocketError; readonly afterMs: number }
  /** no answer and no end */
  | { readonly type: "silent" };

/** The environment of a box. It can be changed at any time. */
export interface Surroundings {
  accessPoints: readonly AccessPoint[];
  joinMs: number;
  timeServers: "answer" | "blocked";
  /** offset of the time servers from the calendar, in ms */
  timeSkewMs: number;
  /** the same of single servers, by host name */
  timeSkewsMs: Readonly<Record<string, number>>;
  /** of the broker, in ms since 1970 */
  certificate: { readonly notBefore: number; readonly notAfter: number };
  reach: Reach;
  handshakeMs: number;
  /** latency from the broker to the box, and back */
  latencyMs: number;
  /** how bytes to the box are split; default: not at all */
  cut: ((bytes: Uint8Array) => readonly Uint8Array[]) | undefined;
  /** whether the peer reads what the box writes; false: the send buffer fills up */
  isReading: boolean;
  /** free heap, in bytes; undefined: the platform cannot report it */
  freeHeap: number | undefined;
  /** no memory for the next socket: opening one throws */
  isOutOfMemory: boolean;
  /** writes to storage are lost */
  isStorageFull: boolean;
}

export const car: AccessPoint = { SSID: "car-park", password: "barrier-2026", RSSI: -61 };
export const office: AccessPoint = { SSID: "office", password: "coffee-2026", RSSI: -72 };

/** Noon of a working day, in ms since 1970: the calendar time at the start. */
export const epoch = Date.UTC(2026, 10, 24, 12);

export const fairWeather = (): Surroundings => ({
  accessPoints: [car],
  joinMs: 1_500,
  timeServers: "answer",
  timeSkewMs: 0,
  timeSkewsMs: {},
  certificate: { notBefore: Date.UTC(2026, 0), notAfter: Date.UTC(2029, 0) },
  reach: { type: "works" },
  handshakeMs: 900,
  latencyMs: 30,
  cut: undefined,
  isReading: true,
  freeHeap: 140_000,
  isOutOfMemory: false,
  isStorageFull: false,
});
