/**
 * The hardware interfaces, in the terms of ECMA-419 (https://419.ecma-international.org). No code.
 *
 * Three rules apply to every implementation, and `hal.contract.ts` checks them:
 * - no callback runs before the call that caused it has returned;
 * - after `close()` (or `clear()`), no callback of that object runs;
 * - a callback that throws is the caller's bug and must not break the hardware.
 */

/** Milliseconds since start and the calendar time, read at one moment. */
export interface Instant {
  /** monotonic milliseconds since the device started; never wraps, never jumps */
  readonly ticks: number;
  /** milliseconds since 1970 (UTC), or undefined until the clock has been set */
  readonly date: number | undefined;
}

/**
 * One output pin (ECMA-419, class Digital, mode Output, initialValue 0). It has no `close()`:
 * closing a pin on the ESP32 enables its pull-up, which would press the gate's button.
 */
export interface Digital {
  /** Takes effect before it returns. */
  write(value: 0 | 1): void;
}

/**
 * The pin that is wired to the remote. On the ESP32, a peripheral makes its pulses and continues
 * without the CPU: a program that hangs, panics or restarts does not hold the button.
 */
export interface PulseOutput extends Digital {
  /**
   * Rises now, and falls by itself after `durationMs`, or earlier at `write(0)`. Absent if only the
   * program can end a pulse.
   */
  pulse?(durationMs: number): void;
}

/**
 * One input pin (ECMA-419, class Digital, mode Input…, both edges). Its contact may bounce: many edges
 * may make one call, and the level may be the old one again by then.
 */
export interface DigitalInput {
  read(): 0 | 1;
  /** The level has changed, perhaps more than once; one observer. */
  onReadable: (() => void) | undefined;
}

/** Why a socket is no longer usable. For reports only; the connection treats all alike. */
export type SocketError =
  | "closed" // the peer closed the connection
  | "refused" // nothing listens at that address and port
  | "unreachable" // no address for the name, or no route to it
  | "certificate" // the peer's certificate is not trusted for this name and time
  | "handshake" // another TLS failure: the peer refused our certificate, or no common suite
  | "timeout"
  | "unknown";

/** The identity that a box connects with. The private keys stay in the hardware. */
export type Identity =
  /** the certificate that was in the image */
  | { readonly type: "built-in" }
  /** the box's own key, with a certificate (DER) issued later */
  | { readonly type: "issued"; readonly certificate: Uint8Array }
  /** the certificate and key shared by a fleet: allowed only to request an own certificate */
  | { readonly type: "claim" };

/** `host` is the name to resolve, to send as SNI, and to match in the peer's certificate. */
export interface TLSSocketOptions {
  readonly host: string;
  /** 1–65535 */
  readonly port: number;
  /** default: `built-in`. An identity without a certificate or key ends in `handshake`. */
  readonly identity?: Identity;
  /** ALPN, such as `x-amzn-mqtt-ca`; none is sent when absent */
  readonly applicationLayerProtocol?: string;
  /** There are bytes to read; at least `count`. */
  onReadable(count: number): void;
  /** `count` bytes may be written. The first call means that the handshake is done. */
  onWritable(count: number): void;
  /** Called at most once. The socket is no longer usable, but must still be closed. */
  onError(reason: SocketError, detail?: string): void;
}

/** A TLS 1.2+ client socket with mutual authentication (ECMA-419, TLSSocket over TCP). */
export interface TLSSocket {
  /** All bytes that have arrived, or undefined if there are none. */
  read(): Uint8Array | undefined;
  /**
   * Hands over `bytes`, which must not be longer than the last writable count.
   * @returns how many bytes may be written now; 0 means: wait for onWritable
   */
  write(bytes: Uint8Array): number;
  /**
   * Ends the connection. No callback runs after it. Bytes already written are still sent if the
   * peer accepts them, so a DISCONNECT is not lost. May be called twice.
   */
  close(): void;
}

/** One WiFi network. An open one has no password. */
export interface WiFiNetwork {
  readonly SSID: string;
  readonly password?: string;
}

/** One WiFi network that a scan found. */
export interface FoundNetwork {
  /** empty if the access point hides it */
  readonly SSID: string;
  /** dBm, negative */
  readonly RSSI: number;
  /** it wants a password */
  readonly isSecured: boolean;
}

/**
 * A network interface, WiFi or Ethernet (ECMA-419, Network Interface). It is created once and kept;
 * `onChanged` is called with {@link NetworkInterface.onChanged}.
 */
export interface NetworkInterface {
  /** ECMA-419: up to 200 disconnected, 300 connecting, 400 connected, from 500 on with an address */
  readonly connection: number;
  readonly address: string | undefined;
  /** dBm, negative; undefined with Ethernet or while not joined */
  readonly RSSI: number | undefined;
  /** The property that changed; one observer. */
  onChanged: ((property: "connection" | "address") => void) | undefined;
  /** Starts to join; replaces an attempt in progress. Ethernet takes no network. */
  connect(network?: WiFiNetwork): void;
  disconnect(): void;
  /**
   * Looks for networks; absent with Ethernet. `onFound` is called for each access point, then
   * `onComplete`. A scan that cannot start completes at once, on a later turn. One at a time.
   */
  scan?(onFound: (network: FoundNetwork) => void, onComplete: () => void): void;
}

/** `connection` from this value on: there is an address, and sockets can be opened. */
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

/** Opaque outside the timer that made it. */
export type TimerHandle = object;

/**
 * Small texts that survive a restart (ECMA-419, key-value storage). A write is atomic, even across
 * a power cut.
 */
export interface KeyValue {
  read(key: string): string | undefined;
  write(key: string, value: string): void;
  delete(key: string): void;
}

/**
 * A partition of flash memory (ECMA-419, storage, flash). Erased bytes are 0xff, and a write can only
 * clear bits. Every call takes effect before it returns, and throws if the flash fails.
 */
export interface Flash {
  /** in bytes; a multiple of {@link Flash.blockLength} */
  readonly length: number;
  /** how many bytes are erased together */
  readonly blockLength: number;
  /** A copy of `count` bytes. */
  read(offset: number, count: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** Blocks from `first` up to, but not including, `end`, in this order. */
  eraseBlocks(first: number, end: number): void;
}

/**
 * Memory that keeps its bytes across a reset, and loses them in a power cut (ESP32: RTC slow memory).
 * After a power cut it holds anything, so whoever reads it checks what is there.
 */
export interface RetainedMemory {
  /** in bytes */
  readonly length: number;
  /**
   * A copy of `count` bytes.
   * @throws RangeError outside of the memory, as does {@link write}
   */
  read(offset: number, count: number): Uint8Array;
  /**
   * Takes effect before it returns, and needs no memory: it works when there is none left.
   * @param bytes the whole of its buffer
   */
  write(offset: number, bytes: Uint8Array): void;
}

/** What the chip's own system knows of a panic: an error in native code, or a task that hung. */
export interface Panic {
  /** such as `Unhandled debug exception`; null if there is none */
  readonly reason: string | null;
  /** the name of the task that was running */
  readonly task: string;
  /** addresses in the image, innermost first */
  readonly backtrace: readonly number[];
  /** addresses of byte code that were on the stacks: what JavaScript was running, or had run just before */
  readonly code: readonly number[];
  /** the beginning of the SHA-256 of the ELF file that it ran, in hexadecimal digits */
  readonly elf: string;
}

/** Where the chip keeps the first panic since {@link PanicStore.erase}, also across a power cut. */
export interface PanicStore {
  /** There is one, or part of one. */
  readonly isFull: boolean;
  /** Undefined if there is none, or it is damaged. */
  read(): Panic | undefined;
  /** It may take some tenths of a second. */
  erase(): void;
}

/**
 * The two slots for a firmware in flash: one runs, the other takes an update. The model is ECMA-419's
 * firmware update (Moddable's `embedded:update`): bytes are written to the slot that does not run, and at
 * the end it becomes the one that starts. It differs in two ways: the caller erases, sector by sector, so
 * that no call is long; and a new firmware runs on trial until it is confirmed. A reset before that
 * brings the old one back.
 *
 * Every call takes effect before it returns, and throws if the flash fails. A power cut at any moment
 * leaves one slot that starts.
 */
export interface FirmwareSlots {
  readonly runningState: "valid" | "trial";
  /** the firmware in the other slot was started once, and was not confirmed */
  readonly hasOtherFailed: boolean;
  /** of the other slot, in bytes: a multiple of {@link firmwareSectorBytes} */
  readonly otherLength: number;
  /** Forgets that the other slot failed, and that it could start: the first step of an update. */
  forgetOther(): void;
  /** Erases in the other slot: whole sectors. */
  erase(offset: number, length: number): void;
  /** Writes to erased bytes of the other slot. */
  write(offset: number, bytes: Uint8Array): void;
  /** A copy of bytes of the other slot. */
  read(offset: number, count: number): Uint8Array;
  /** The other slot starts next, on trial. It is checked first, which takes a second or two. */
  select(): void;
  /** Ends the trial of the running firmware: it stays. */
  confirm(): void;
  /** Ends the trial: the old firmware starts. Returns only if it is not a board, or throws. */
  rollBack(): void;
  /** Returns only if it is not a board. */
  restart(): void;
}

/** How many bytes of a slot are erased together. */
export const firmwareSectorBytes = 4_096;

/** A hash that takes its input in pieces (ECMA-419 has none; Moddable's `Digest`). SHA-256 here. */
export interface Digest {
  write(bytes: Uint8Array): void;
  /** Once, after everything has been written. */
  end(): Uint8Array;
}

/** What a box needs to update its firmware. */
export interface UpdateHardware {
  readonly slots: FirmwareSlots;
  /** what an update must be for, such as `ESP32` */
  readonly chip: string;
  /** its number in the header of an image (`esp_chip_id_t`); undefined if its images have none */
  readonly imageId?: number | undefined;
  /** what the running firmware was built for; undefined if it supports each kind */
  readonly network: "wifi" | "ethernet" | undefined;
  /** how many public keys the image has */
  readonly keyCount: number;
  /**
   * Whether that key signed these bytes: ECDSA with P-256 and SHA-256.
   * @param signature `ECDSA-Sig-Value`, DER, untrusted
   * @param key 0 for the first public key in the image
   */
  verify(bytes: Uint8Array, signature: Uint8Array, key: number): boolean;
  /** SHA-256 */
  makeDigest(): Digest;
}

/**
 * The serial port, which also carries the printed lines (ECMA-419, Serial, format buffer). A byte that
 * arrives with no observer is lost.
 */
export interface Serial {
  /** Bytes have arrived; one observer. */
  onReceived: ((bytes: Uint8Array) => void) | undefined;
  /** Sent in order, between two printed lines. */
  write(bytes: Uint8Array): void;
}

/** A button (ECMA-419, Digital, mode InputPullUp, both edges). Its contact may bounce. */
export interface Button {
  readonly isPressed: boolean;
  /** It may have been pressed or released; one observer. */
  onChanged: (() => void) | undefined;
}

/** What a box needs to be set up, apart from its {@link Device}. */
export interface SetupHardware {
  readonly serial?: Serial;
  /** BOOT, on an ESP32 board */
  readonly button?: Button;
  /** HIGH: it shines */
  readonly led?: Digital;
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
  /** free heap in bytes, if the platform can report it */
  freeHeap(): number | undefined;
  /** uniform in [0, 1) */
  random(): number;
}

/** A gate's pin, and its contact if it has one. */
export interface GateHardware {
  /** already LOW */
  readonly pin: PulseOutput;
  readonly input?: DigitalInput;
}

/** All the hardware of one box, passed in: a thousand boxes can run in one process. */
export interface Device {
  /** already LOW */
  readonly gatePin: PulseOutput;
  /** a contact at the gate; absent if the settings have none */
  readonly gateInput?: DigitalInput;
  /** the gates after the first, in the order of the settings; absent if there is one gate */
  readonly moreGates?: readonly GateHardware[];
  /** a push button that opens, LOW while it is pressed; absent if the settings have none */
  readonly button?: DigitalInput;
  readonly network: NetworkInterface;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly storage: KeyValue;
  readonly system: System;
  /** absent if the firmware cannot be replaced */
  readonly updates?: UpdateHardware;
  /**
   * A certificate request (PKCS#10, PEM), signed with the box's own key; undefined if the image has
   * none. It contains no secrets, and is read on demand.
   */
  certificateRequest(): string | undefined;
  /** The end of that certificate's validity, in ms since 1970; undefined if it cannot be read. */
  certificateEndsAt(identity: Identity): number | undefined;
  /** Opens a TLS connection with mutual authentication. Never throws because of the network. */
  connect(options: TLSSocketOptions): TLSSocket;
}

/** Every gate of a device, in the order of the settings. */
export function gatesOfDevice({
  gatePin,
  gateInput,
  moreGates = [],
}: Pick<Device, "gatePin" | "gateInput" | "moreGates">): readonly GateHardware[] {
  const first = gateInput === undefined ? { pin: gatePin } : { pin: gatePin, input: gateInput };
  return [first, ...moreGates];
}
