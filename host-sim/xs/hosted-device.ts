import type { FirmwareRecord } from "../../device/firmware.ts";
import { GatePin } from "../../device/gate-pin.ts";
import type {
  Device,
  Flash,
  Identity,
  Serial,
  TimerHandle,
  TLSSocket,
  WiFiNetwork,
} from "../../device/hal.ts";
import type {
  Calls,
  Events,
  Handlers,
  InputName,
  NetworkState,
  RemoteIdentity,
} from "./protocol.ts";

const inputNames: readonly InputName[] = ["gateInput", "button"];

/** What the firmware needs to be set up, apart from a {@link Device}. */
export interface HostedSetup {
  /** the box's partition */
  readonly flash: Flash;
  readonly serial: Serial;
}

export interface HostedDeviceOptions {
  readonly device: Device;
  readonly setup?: HostedSetup;
  /** the pin is LOW this long after its edge, whatever the firmware does */
  readonly pulseCapMs: number;
  /** notifies the firmware, which handles it on a later turn */
  tell<N extends keyof Events>(name: N, ...values: Parameters<Events[N]>): void;
  onRecord(record: FirmwareRecord): void;
}

/**
 * The hardware's side of the bridge: executes calls on any {@link Device}, and passes callbacks on.
 */
export class HostedDevice implements Handlers<Calls> {
  readonly #device: Device;
  readonly #options: HostedDeviceOptions;
  readonly #pin: GatePin;
  readonly #timers = new Map<number, TimerHandle>();
  readonly #sockets = new Map<number, TLSSocket>();

  constructor(options: HostedDeviceOptions) {
    const { device, pulseCapMs, tell } = options;
    this.#device = device;
    this.#options = options;
    // The firmware's own cap is on the other side, which can crash or hang.
    this.#pin = new GatePin(device.gatePin, device.timer, {
      pulseMs: pulseCapMs,
      capMs: pulseCapMs,
      onCapped: () => {},
    });
    device.network.onChanged = (property) => tell("networkChanged", property, this.network());
    for (const name of inputNames) {
      const input = device[name];
      if (input !== undefined) {
        input.onReadable = () => tell("inputReadable", name, input.read());
      }
    }
    if (options.setup !== undefined) {
      options.setup.serial.onReceived = (bytes) => tell("serialReceived", [...bytes]);
    }
  }

  /** Writes LOW and closes timers and sockets: nothing can call back any more. */
  powerOff(): void {
    this.#pin.write(0);
    this.#device.network.onChanged = undefined;
    for (const name of inputNames) {
      const input = this.#device[name];
      if (input !== undefined) input.onReadable = undefined;
    }
    if (this.#options.setup !== undefined) this.#options.setup.serial.onReceived = undefined;
    for (const handle of this.#timers.values()) this.#device.timer.clear(handle);
    for (const socket of this.#sockets.values()) socket.close();
    this.#timers.clear();
    this.#sockets.clear();
  }

  writePin(value: 0 | 1): void {
    this.#pin.write(value);
  }

  readInput(name: InputName): 0 | 1 | null {
    return this.#device[name]?.read() ?? null;
  }

  now() {
    return this.#device.clock.now();
  }

  synchronize(id: number, servers: readonly string[]): void {
    const { tell } = this.#options;
    this.#device.clock.synchronize({
      servers,
      onSynchronized: () => tell("synchronized", id),
      onError: (detail) => tell("synchronizeFailed", id, detail),
    });
  }

  network(): NetworkState {
    const { connection, address } = this.#device.network;
    return { connection, address: address ?? null };
  }

  join(network: WiFiNetwork | null): NetworkState {
    this.#device.network.connect(network ?? undefined);
    return this.network();
  }

  leave(): NetworkState {
    this.#device.network.disconnect();
    return this.network();
  }

  scan(): void {
    const { tell } = this.#options;
    const finish = () => tell("scanCompleted");
    const { network } = this.#device;
    if (network.scan === undefined) this.#device.timer.set(finish, 0);
    else network.scan((found) => tell("networkFound", found), finish);
  }

  RSSI(): number | null {
    return this.#device.network.RSSI ?? null;
  }

  setTimer(id: number, delayMs: number): void {
    const fire = () => {
      this.#timers.delete(id);
      this.#options.tell("timerFired", id);
    };
    this.#timers.set(id, this.#device.timer.set(fire, delayMs));
  }

  clearTimer(id: number): void {
    const handle = this.#timers.get(id);
    if (handle !== undefined) this.#device.timer.clear(handle);
    this.#timers.delete(id);
  }

  certificateRequest(): string | null {
    return this.#device.certificateRequest() ?? null;
  }

  certificateEndsAt(identity: RemoteIdentity): number | null {
    return this.#device.certificateEndsAt(localIdentity(identity)) ?? null;
  }

  openSocket(
    id: number,
    host: string,
    port: number,
    alpn: string | null,
    identity: RemoteIdentity,
  ): void {
    const { tell } = this.#options;
    const socket = this.#device.connect({
      host,
      port,
      identity: localIdentity(identity),
      ...(alpn === null ? {} : { applicationLayerProtocol: alpn }),
      onReadable: (count) => tell("readable", id, count),
      onWritable: (count) => tell("writable", id, count),
      onError: (reason, detail) => tell("socketFailed", id, reason, detail ?? null),
    });
    this.#sockets.set(id, socket);
  }

  read(id: number): readonly number[] | null {
    const bytes = this.#sockets.get(id)?.read();
    return bytes === undefined ? null : [...bytes];
  }

  write(id: number, bytes: readonly number[]): number {
    return this.#sockets.get(id)?.write(Uint8Array.from(bytes)) ?? 0;
  }

  closeSocket(id: number): void {
    this.#sockets.get(id)?.close();
    this.#sockets.delete(id);
  }

  readStorage(key: string): string | null {
    return this.#device.storage.read(key) ?? null;
  }

  writeStorage(key: string, value: string): void {
    this.#device.storage.write(key, value);
  }

  deleteStorage(key: string): void {
    this.#device.storage.delete(key);
  }

  resetReason() {
    return this.#device.system.resetReason;
  }

  freeHeap(): number | null {
    return this.#device.system.freeHeap() ?? null;
  }

  random(): number {
    return this.#device.system.random();
  }

  readFlash(offset: number, count: number): readonly number[] {
    return [...this.#setup().flash.read(offset, count)];
  }

  writeFlash(offset: number, bytes: readonly number[]): void {
    this.#setup().flash.write(offset, Uint8Array.from(bytes));
  }

  eraseFlash(first: number, end: number): void {
    this.#setup().flash.eraseBlocks(first, end);
  }

  writeSerial(bytes: readonly number[]): void {
    this.#setup().serial.write(Uint8Array.from(bytes));
  }

  #setup(): HostedSetup {
    const { setup } = this.#options;
    if (setup === undefined) throw new TypeError("this firmware has no flash and no serial port");
    return setup;
  }

  record(record: FirmwareRecord): void {
    this.#options.onRecord(record);
  }
}

function localIdentity(identity: RemoteIdentity): Identity {
  return typeof identity === "string"
    ? { type: identity }
    : { type: "issued", certificate: Uint8Array.from(identity) };
}
