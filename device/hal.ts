/**
 * What hardware is, in the terms of ECMA-419 (https://419.ecma-international.org): interfaces, no code.
 *
 * Three rules hold for every implementation, and `hal.contract.ts` checks them:
 * - no callback runs before the call that caused it has returned;
 * - after `close()` (or `clear()`) no callback of that object runs any more;
 * - a callback that throws is the caller's bug and must not break the hardware.
 */

/** Milliseconds since start, and what the calendar says, read at one moment. */
export interface Instant {
  /** monotonic milliseconds since the device started; never wraps, never jumps */
  readonly ticks: number;
  /** milliseconds since 1970 (UTC), or undefined until the clock has been set */
  readonly date: number | undefined;
}

/**
 * One output pin (ECMA-419, class Digital, mode Output, initialValue 0). It has no `close()`:
 * closing a pin on the ESP32 turns its pull-up on, and the gate's button would be pressed.
 */
export interface Digital {
  /** Takes effect before it returns. */
  write(value: 0 | 1): void;
}

/**
 * The pin the remote hangs on. On the ESP32 a peripheral makes its pulses, which goes on whatever
 * becomes of the CPU: a program that hangs, panics or restarts holds no button.
 */
export interface PulseOutput extends Digital {
  /**
   * Rises now, and falls by itself `durationMs` later, or at `write(0)` before. Absent where nothing
   * but the program can end a pulse.
   */
  pulse?(durationMs: number): void;
}

/** Why a socket is of no more use. A word for reports; the connection treats all alike. */
export type SocketError =
  | "closed" // the peer ended the connection
  | "refused" // nobody answers at that address
  | "unreachable" // no address for the name, or no route to it
  | "certificate" // the peer's certificate is not one we trust for this name and time
  | "handshake" // TLS failed otherwise: the peer refused our certificate, or no common suite
  | "timeout"
  | "unknown";

/** As whom a box connects. The private keys stay where the hardware has them. */
export type Identity =
  /** the certificate that came with the box */
  | { readonly type: "built-in" }
  /** the box's own key, with a certificate (DER) that was issued to it since */
  | { readonly type: "issued"; readonly certificate: Uint8Array }
  /** the certificate and key a whole fleet shares: good for asking for one of its own, no more */
  | { readonly type: "claim" };

/** `host` is the name to resolve, to send as SNI and to find in the peer's certificate. */
export interface TLSSocketOptions {
  readonly host: string;
  /** 1–65535 */
  readonly port: number;
  /** default: `built-in`. One the hardware has no certificate or key for ends in `handshake`. */
  readonly identity?: Identity;
  /** ALPN, such as `x-amzn-mqtt-ca`; none is sent when absent */
  readonly applicationLayerProtocol?: string;
  /** There is something to read; `count` bytes at least. */
  onReadable(count: number): void;
  /** `count` bytes may be written. The first call says that the handshake is done. */
  onWritable(count: number): void;
  /** Called once at most; the socket is of no more use, but must still be closed. */
  onError(reason: SocketError, detail?: string): void;
}

/** A TLS 1.2+ client socket with mutual authentication (ECMA-419, TLSSocket over TCP). */
export interface TLSSocket {
  /** All bytes that have arrived, or undefined where there are none. */
  read(): Uint8Array | undefined;
  /**
   * Hands over `bytes`, which must not be longer than the writable count last told.
   * @returns how many bytes may be written now; 0 means: wait for onWritable
   */
  write(bytes: Uint8Array): number;
  /**
   * Ends the connection; nothing is heard of it any more. Bytes already written still go out if
   * the peer takes them: a DISCONNECT written before is not lost. May be called twice.
   */
  close(): void;
}

/** One WiFi network. An open one has no password. */
export interface WiFiNetwork {
  readonly SSID: string;
  readonly password?: string;
}

/**
 * A network interface by WiFi or by Ethernet (ECMA-419, Network Interface). It is made once and
 * kept; `onChanged` is told by {@link NetworkInterface.onChanged}.
 */
export interface NetworkInterface {
  /** ECMA-419: up to 200 disconnected, 300 connecting, 400 connected, from 500 on with an address */
  readonly connection: number;
  readonly address: string | undefined;
  /** dBm, negative; undefined on a cable or while not joined */
  readonly RSSI: number | undefined;
  /** The property that changed, for whoever watches; one watcher. */
  onChanged: ((property: "connection" | "address") => void) | undefined;
  /** Starts to join; replaces an attempt under way. A cable takes no network. */
  connect(network?: WiFiNetwork): void;
  disconnect(): void;
}

/** `connection` from here on means: there is an address, sockets can be opened. */
export const networkReady = 500;

export interface SynchronizeOptions {
  /** host names of SNTP servers, tried in order */
  readonly servers: readonly string[];
  /** The clock is set. */
  onSynchronized(): void;
  /** No server answered. */
  onError(detail: string): void;
}

export interface Clock {
  now(): Instant;
  /** Asks time servers and sets the clock. A second call replaces the first. */
  synchronize(options: SynchronizeOptions): void;
}

/** One-shot timers, in milliseconds of {@link Instant.ticks}. */
export interface Timer {
  set(callback: () => void, delayMs: number): TimerHandle;
  clear(handle: TimerHandle): void;
}

/** Known to the timer that made it, to nobody else. */
export type TimerHandle = object;

/** Small texts that outlive a restart (ECMA-419, key-value storage). A write survives a power cut whole or not at all. */
export interface KeyValue {
  read(key: string): string | undefined;
  write(key: string, value: string): void;
  delete(key: string): void;
}

/** Why the device started. */
export type ResetReason =
  | "power-on"
  | "external"
  | "software"
  | "panic"
  | "watchdog"
  | "brownout"
  | "deep-sleep"
  | "unknown";

export interface System {
  readonly resetReason: ResetReason;
  /** free heap in bytes, where the platform can tell */
  freeHeap(): number | undefined;
  /** uniform in [0, 1) */
  random(): number;
}

/** All the hardware of one box, handed in: a thousand boxes can live in one process. */
export interface Device {
  /** LOW already */
  readonly gatePin: PulseOutput;
  readonly network: NetworkInterface;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly storage: KeyValue;
  readonly system: System;
  /**
   * A request for a certificate (PKCS#10, PEM), signed by the box's own key; undefined where the box
   * came without one. It holds nothing secret, and is read when it is needed.
   */
  certificateRequest(): string | undefined;
  /** The last moment at which that certificate is valid, in ms since 1970; undefined where it cannot be read. */
  certificateEndsAt(identity: Identity): number | undefined;
  /** Opens a TLS connection with mutual authentication. Never throws for the network's sake. */
  connect(options: TLSSocketOptions): TLSSocket;
}
