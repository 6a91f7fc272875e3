import { numberLimits } from "../../device/config.ts";
import type { FirmwareRecord } from "../../device/firmware.ts";
import { GatePin } from "../../device/gate-pin.ts";
import {
  type Device,
  type DigitalInput,
  type Flash,
  gatesOfDevice,
  type Identity,
  type Serial,
  type TimerHandle,
  type TLSSocket,
  type WiFiNetwork,
} from "../../device/hal.ts";
import type {
  Calls,
  Events,
  Handlers,
  InputName,
  NetworkState,
  RemoteIdentity,
} from "./protocol.ts";

/** What the firmware needs to be set up, apart from a {@link Device}. */
export interface HostedSetup {
  /** the box's partition */
  readonly flash: Flash;
  readonly serial: Serial;
}

export interface HostedDeviceOptions {
  readonly device: Device;
  readonly setup?: HostedSetup;
  /** each gate's pin is LOW this long after its edge, whatever the firmware does */
  readonly pulseCapsMs: readonly number[];
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
  readonly #pins: readonly GatePin[];
  readonly #inputs: ReadonlyMap<InputName, DigitalInput>;
  readonly #timers = new Map<number, TimerHandle>();
  readonly #sockets = new Map<number, TLSSocket>();

  constructor(options: HostedDeviceOptions) {
    const { device, pulseCapsMs, tell } = options;
    this.#device = device;
    this.#options = options;
    // The firmware's own cap is on the other side, which can crash or hang.
    this.#pins = gatesOfDevice(device).map(({ pin }, index) => {
      const capMs = pulseCapsMs[index] ?? numberLimits.pulseCapMs.default;
      return new GatePin(pin, device.timer, { pulseMs: capMs, capMs, onCapped: () => {} });
    });
    this.#inputs = inputsOf(device);
    device.network.onChanged = (property) => tell("networkChanged", property, this.network());
    for (const [name, input] of this.#inputs) {
      input.onReadable = () => tell("inputReadable", name, input.read());
    }
    if (options.setup !== undefined) {
      options.setup.serial.onReceived = (bytes) => tell("serialReceived", [...bytes]);
    }
  }

  /** Writes LOW and closes timers and sockets: nothing can call back any more. */
  powerOff(): void {
    this.release();
    this.#device.network.onChanged = undefined;
    for (const input of this.#inputs.values()) input.onReadable = undefined;
    if (this.#options.setup !== undefined) this.#options.setup.serial.onReceived = undefined;
    for (const handle of this.#timers.values()) this.#device.timer.clear(handle);
    for (const socket of this.#sockets.values()) socket.close();
    this.#timers.clear();
    this.#sockets.clear();
  }

  /** Writes LOW to every pin. */
  release(): void {
    for (const pin of this.#pins) pin.write(0);
  }

  gateCount(): number {
    return this.#pins.length;
  }

  writePin(gate: number, value: 0 | 1): void {
    this.#pins[gate]?.write(value);
  }

  readInput(name: InputName): 0 | 1 | null {
    return this.#inputs.get(name)?.read() ?? null;
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

function inputsOf(device: Device): ReadonlyMap<InputName, DigitalInput> {
  const inputs = new Map<InputName, DigitalInput>();
  gatesOfDevice(device).forEach(({ input }, index) => {
    if (input !== undefined) inputs.set(index, input);
  });
  if (device.button !== undefined) inputs.set("button", device.button);
  return inputs;
}

function localIdentity(identity: RemoteIdentity): Identity {
  return typeof identity === "string"
    ? { type: identity }
    : { type: "issued", certificate: Uint8Array.from(identity) };
}
