import type {
  Clock,
  Device,
  Digital,
  GateHardware,
  KeyValue,
  NetworkInterface,
  ResetReason,
  System,
  Timer,
  TLSSocketOptions,
  WiFiNetwork,
} from "../../device/hal.ts";
import { type AccessPoint, epoch, type Surroundings } from "./surroundings.ts";
import type { Timeline } from "./timeline.ts";
import type { VirtualBroker } from "./virtual-broker.ts";
import type { VirtualInput } from "./virtual-input.ts";
import { VirtualSocket } from "./virtual-socket.ts";

export interface VirtualDeviceOptions {
  readonly timeline: Timeline;
  readonly surroundings: Surroundings;
  readonly broker: VirtualBroker;
  /** what survives a power cut */
  readonly storage: Map<string, string>;
  readonly resetReason: ResetReason;
  readonly random: () => number;
  /** PEM, for a box without a certificate in the image */
  readonly request: string | undefined;
  /** one per gate: the contact there; undefined if it has none */
  readonly inputs: readonly (VirtualInput | undefined)[];
  /** the button at the box; undefined if there is none */
  readonly button: VirtualInput | undefined;
  /** @param gate the first is 0 */
  onPin(value: 0 | 1, gate: number): void;
  /** a callback of the firmware threw: on the board, the program ends there */
  onCrash(error: unknown): void;
}

/**
 * All of `hal.ts` in virtual time, for one start of the box. After a power cut, it is silent
 * forever.
 */
export class VirtualDevice implements Device {
  readonly gatePin = this.#pinOf(0);
  readonly gateInput?: VirtualInput;
  readonly moreGates: readonly GateHardware[];
  readonly button?: VirtualInput;
  readonly network: VirtualNetwork;
  readonly clock: VirtualClock;
  readonly timer: Timer;
  readonly storage: KeyValue;
  readonly system: System;
  readonly options: VirtualDeviceOptions;
  readonly #sockets = new Set<VirtualSocket>();
  #isPowered = true;
  #armed = 0;
  #lostDelayMs: number | undefined;

  constructor(options: VirtualDeviceOptions) {
    this.options = options;
    const { storage, surroundings, resetReason, random, timeline, inputs, button } = options;
    const [input, ...others] = inputs;
    if (input !== undefined) this.gateInput = input;
    this.moreGates = others.map((each, index): GateHardware => {
      const pin = this.#pinOf(index + 1);
      return each === undefined ? { pin } : { pin, input: each };
    });
    if (button !== undefined) this.button = button;
    for (const each of [...inputs, button]) each?.attach(this);
    this.network = new VirtualNetwork(this);
    this.clock = new VirtualClock(this);
    this.timer = {
      set: (callback, delayMs) => {
        if (delayMs === this.#lostDelayMs) {
          this.#lostDelayMs = undefined;
          return {};
        }
        this.#armed += 1;
        return this.later(delayMs, () => {
          this.#armed -= 1;
          callback();
        });
      },
      clear: (handle) => {
        if (!timeline.cancel(handle)) return;
        this.#armed -= 1;
        timeline.cancel(handle);
      },
    };
    this.storage = {
      read: (key) => storage.get(key),
      // Like device/xs/key-value.ts: a failure is reported elsewhere and tolerated.
      write: (key, value) => {
        if (!surroundings.isStorageFull) storage.set(key, value);
      },
      delete: (key) => void storage.delete(key),
    };
    this.system = { resetReason, random, freeHeap: () => surroundings.freeHeap };
  }

  #pinOf(gate: number): Digital {
    return { write: (value) => this.options.onPin(value, gate) };
  }

  /** timers set and not yet fired or cleared */
  get armedTimers(): number {
    return this.#armed;
  }

  /** The next timer with exactly this delay never fires, and nothing reports it. */
  losesNextTimerOf(delayMs: number): void {
    this.#lostDelayMs = delayMs;
  }

  /** sockets opened and not yet closed by the firmware */
  get openSockets(): number {
    return this.#sockets.size;
  }

  certificateRequest(): string | undefined {
    return this.options.request;
  }

  /** No certificate is presented here. */
  certificateEndsAt(): undefined {
    return undefined;
  }

  connect(options: TLSSocketOptions): VirtualSocket {
    if (this.options.surroundings.isOutOfMemory) throw new RangeError("out of memory");
    const socket = new VirtualSocket(this, options, () => this.#sockets.delete(socket));
    this.#sockets.add(socket);
    return socket;
  }

  /** On a later turn, while there is power. A throw there ends the program. */
  later(delayMs: number, callback: () => void) {
    return this.options.timeline.after(delayMs, () => {
      if (!this.#isPowered) return;
      try {
        callback();
      } catch (error) {
        this.options.onCrash(error);
      }
    });
  }

  powerOff(): void {
    this.#isPowered = false;
    for (const each of [...this.options.inputs, this.options.button]) each?.attach(undefined);
    for (const socket of this.#sockets) socket.vanish();
    this.#sockets.clear();
  }

  /** The WiFi is gone: TCP is not notified, and nothing passes any more. */
  cutSockets(): void {
    for (const socket of this.#sockets) socket.vanish();
  }
}

class VirtualNetwork implements NetworkInterface {
  onChanged: NetworkInterface["onChanged"];
  /** the SSIDs that the box has tried to join */
  readonly joins: string[] = [];
  #connection = 200;
  #joined: AccessPoint | undefined;
  #address = "192.0.2.7";
  #joining = 0;
  readonly #device: VirtualDevice;

  constructor(device: VirtualDevice) {
    this.#device = device;
  }

  get connection(): number {
    return this.#connection;
  }

  get address(): string | undefined {
    return this.#joined === undefined ? undefined : this.#address;
  }

  get RSSI(): number | undefined {
    return this.#joined?.RSSI;
  }

  get leadsNowhere(): boolean {
    return this.#joined?.leadsNowhere === true;
  }

  connect(network?: WiFiNetwork): void {
    const { surroundings } = this.#device.options;
    if (network !== undefined) this.joins.push(network.SSID);
    this.#connection = 300;
    this.#joined = undefined;
    this.#joining += 1;
    const attempt = this.#joining;
    this.#device.later(surroundings.joinMs, () => {
      if (attempt !== this.#joining) return;
      const found = surroundings.accessPoints.find(
        ({ SSID, password }) => SSID === network?.SSID && password === network.password,
      );
      this.#joined = found;
      this.#become(found === undefined ? 200 : 500);
    });
  }

  disconnect(): void {
    this.#joining += 1;
    this.#joined = undefined;
    this.#device.later(0, () => this.#become(200));
  }

  /** The networks in range have changed. */
  look(): void {
    const { accessPoints } = this.#device.options.surroundings;
    const joined = this.#joined;
    const isThere = ({ SSID, password }: AccessPoint) =>
      SSID === joined?.SSID && password === joined.password;
    if (joined === undefined || accessPoints.some(isThere)) return;
    this.#device.cutSockets();
    this.disconnect();
  }

  /** DHCP assigns another address; open connections stay. */
  renumber(address: string): void {
    this.#address = address;
    this.#device.later(0, () => this.onChanged?.("address"));
  }

  /** The signal of the joined network changes. */
  hear(RSSI: number): void {
    if (this.#joined !== undefined) this.#joined = { ...this.#joined, RSSI };
  }

  #become(connection: number): void {
    this.#connection = connection;
    this.onChanged?.("connection");
  }
}

class VirtualClock implements Clock {
  readonly #device: VirtualDevice;
  readonly #startedAt: number;
  #skewMs: number | undefined;
  #asked = 0;

  constructor(device: VirtualDevice) {
    this.#device = device;
    this.#startedAt = device.options.timeline.now;
  }

  now() {
    const { now } = this.#device.options.timeline;
    const date = this.#skewMs === undefined ? undefined : epoch + now + this.#skewMs;
    return { ticks: now - this.#startedAt, date };
  }

  synchronize({ servers, onSynchronized, onError }: Parameters<Clock["synchronize"]>[0]): void {
    const { surroundings } = this.#device.options;
    this.#asked += 1;
    const question = this.#asked;
    const isBlocked = surroundings.timeServers === "blocked";
    // Three servers, two attempts each, as in device/xs/sntp.ts.
    this.#device.later(isBlocked ? 12_000 : 2 * surroundings.latencyMs, () => {
      if (question !== this.#asked) return;
      if (isBlocked) {
        onError("no time server answered");
        return;
      }
      this.#skewMs = surroundings.timeSkewsMs[String(servers[0])] ?? surroundings.timeSkewMs;
      onSynchronized();
    });
  }

  /** The clock jumps by this much. */
  jump(byMs: number): void {
    if (this.#skewMs !== undefined) this.#skewMs += byMs;
  }

  lose(): void {
    this.#skewMs = undefined;
  }
}
