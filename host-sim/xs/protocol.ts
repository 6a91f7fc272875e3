import type { NetworkKind, Settings } from "../../device/config.ts";
import type { FirmwareRecord } from "../../device/firmware.ts";
import type {
  FoundNetwork,
  Instant,
  ResetReason,
  SocketError,
  WiFiNetwork,
} from "../../device/hal.ts";

/**
 * Calls from the firmware on XS to the hardware on Node. Each call is answered before it returns:
 * the engine blocks meanwhile. The caller assigns numbers to sockets and timers. Values that JSON
 * cannot express are null.
 */
export interface Calls {
  /** at least 1 */
  gateCount(): number;
  /** @param gate the first is 0 */
  writePin(gate: number, value: 0 | 1): void;
  /** null if there is no such input */
  readInput(input: InputName): 0 | 1 | null;
  now(): Instant;
  synchronize(id: number, servers: readonly string[]): void;
  network(): NetworkState;
  join(network: WiFiNetwork | null): NetworkState;
  leave(): NetworkState;
  scan(): void;
  RSSI(): number | null;
  setTimer(id: number, delayMs: number): void;
  clearTimer(id: number): void;
  openSocket(
    id: number,
    host: string,
    port: number,
    alpn: string | null,
    identity: RemoteIdentity,
  ): void;
  certificateRequest(): string | null;
  certificateEndsAt(identity: RemoteIdentity): number | null;
  read(id: number): readonly number[] | null;
  /** @returns how many more bytes may be written */
  write(id: number, bytes: readonly number[]): number;
  closeSocket(id: number): void;
  readStorage(key: string): string | null;
  writeStorage(key: string, value: string): void;
  deleteStorage(key: string): void;
  resetReason(): ResetReason;
  freeHeap(): number | null;
  random(): number;
  readFlash(offset: number, count: number): readonly number[];
  writeFlash(offset: number, bytes: readonly number[]): void;
  eraseFlash(first: number, end: number): void;
  writeSerial(bytes: readonly number[]): void;
  record(record: FirmwareRecord): void;
}

/**
 * Messages from the hardware on Node, or from the code that runs the box, to the firmware on XS.
 */
export interface Events {
  /** the agent alone, with these settings */
  start(settings: Settings, firmware: string): void;
  /** all of the firmware, which reads its settings from flash */
  boot(image: ImageFacts): void;
  stop(): void;
  timerFired(id: number): void;
  /** at the time of the event */
  inputReadable(input: InputName, level: 0 | 1): void;
  networkFound(network: FoundNetwork): void;
  scanCompleted(): void;
  serialReceived(bytes: readonly number[]): void;
  networkChanged(property: "connection" | "address", state: NetworkState): void;
  synchronized(id: number): void;
  synchronizeFailed(id: number, detail: string): void;
  readable(id: number, count: number): void;
  writable(id: number, count: number): void;
  socketFailed(id: number, reason: SocketError, detail: string | null): void;
}

/** An input of a `Device`: that of a gate, of which the first is 0, or the button. */
export type InputName = number | "button";

/** What the firmware knows about its image and its flash. */
export interface ImageFacts {
  readonly networkKind: NetworkKind | null;
  readonly version: string;
  readonly chip: string;
  /** of the box's partition, in bytes */
  readonly flashLength: number;
  readonly blockLength: number;
}

/** An `Identity` in JSON: the bytes of an issued certificate, or the word. */
export type RemoteIdentity = "built-in" | "claim" | readonly number[];

/**
 * At the time of the call or the event: the host continues, and the firmware must not see later
 * values.
 */
export interface NetworkState {
  readonly connection: number;
  readonly address: string | null;
}

/** One call or event on the pipe: its name and its arguments, in JSON. */
type Message = readonly [name: string, ...values: unknown[]];

/** One function per name that a side supports. */
export type Handlers<T> = { readonly [N in keyof T]: T[N] };

export function encodeMessage(name: string, values: readonly unknown[]): Uint8Array {
  const message: Message = [name, ...values];
  return new TextEncoder().encode(JSON.stringify(message));
}

export function nameOf(bytes: Uint8Array): string {
  const [name] = JSON.parse(new TextDecoder().decode(bytes)) as Message;
  return name;
}

/** Executes a message. @returns the answer; null if there is none */
export function dispatch<T>(handlers: Handlers<T>, bytes: Uint8Array): Uint8Array {
  const [name, ...values] = JSON.parse(new TextDecoder().decode(bytes)) as Message;
  const handler = handlers[name as keyof T] as (...values: unknown[]) => unknown;
  // As a method, so that handlers may be an object of a class.
  const answer = Reflect.apply(handler, handlers, values) ?? null;
  return new TextEncoder().encode(JSON.stringify(answer));
}

export function decodeAnswer(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
