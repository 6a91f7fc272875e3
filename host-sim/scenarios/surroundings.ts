import type { SocketError } from "../../device/hal.ts";

/** A WiFi network in reach. */
export interface AccessPoint {
  readonly SSID: string;
  readonly password?: string;
  readonly RSSI: number;
}

/** What becomes of a connection that is opened: TLS in a word, or how it fails. */
export type Reach =
  | { readonly type: "works" }
  | { readonly type: "fails"; readonly reason: SocketError; readonly afterMs: number }
  /** neither an answer nor an end */
  | { readonly type: "silent" };

/** What lies around a box and can be changed at any moment. */
export interface Surroundings {
  accessPoints: readonly AccessPoint[];
  joinMs: number;
  timeServers: "answer" | "blocked";
  /** how far the time servers are ahead of the calendar, in ms */
  timeSkewMs: number;
  reach: Reach;
  handshakeMs: number;
  /** from the broker to the box and back, each */
  latencyMs: number;
  /** how bytes towards the box are cut into pieces; default: not at all */
  cut: ((bytes: Uint8Array) => readonly Uint8Array[]) | undefined;
  /** whether the peer takes what the box writes; false: the send buffer fills up */
  isReading: boolean;
  /** free heap, in bytes; undefined: the platform cannot tell */
  freeHeap: number | undefined;
  /** no memory for the next socket: opening one throws */
  isOutOfMemory: boolean;
  /** what is written to storage is not kept */
  isStorageFull: boolean;
}

export const car: AccessPoint = { SSID: "car-park", password: "barrier-2026", RSSI: -61 };
export const office: AccessPoint = { SSID: "office", password: "coffee-2026", RSSI: -72 };

/** Noon of a working day, in ms since 1970: the calendar as the timeline begins. */
export const epoch = Date.UTC(2026, 10, 24, 12);

export const fairWeather = (): Surroundings => ({
  accessPoints: [car],
  joinMs: 1_500,
  timeServers: "answer",
  timeSkewMs: 0,
  reach: { type: "works" },
  handshakeMs: 900,
  latencyMs: 30,
  cut: undefined,
  isReading: true,
  freeHeap: 140_000,
  isOutOfMemory: false,
  isStorageFull: false,
});
