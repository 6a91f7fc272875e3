import { Agent } from "../../device/agent.ts";
import { parseSettings, type Settings } from "../../device/config.ts";
import { PacketParser } from "../../device/core/mqtt/codec.ts";
import { CrashMemory, crashMemoryBytes } from "../../device/crash-memory.ts";
import { type GateSettings, gatesOf } from "../../device/gate-settings.ts";
import { gatesOfDevice, type Panic, type PanicStore, type ResetReason } from "../../device/hal.ts";
import { writeOpenCommand } from "../../device/messages/command.ts";
import { type CrashReport, readCrashReport } from "../../device/messages/crash.ts";
import { type EventReport, readEvent } from "../../device/messages/event.ts";
import { type GateEvent, readGateEvent } from "../../device/messages/gate.ts";
import { membersOf, parseJson } from "../../device/messages/json.ts";
import {
  isStatusReport,
  readStatus,
  type StatusReport,
  type WillReport,
} from "../../device/messages/status.ts";
import { gateTopicsOf, readTopic, topicsOf } from "../../device/messages/topics.ts";
import { toLine } from "../../device/record-line.ts";
import { MemoryRetained } from "../retained-memory.ts";
import { levelOf } from "../site/contact.ts";
import { car, epoch, fairWeather, type Surroundings } from "./surroundings.ts";
import { seededRandom, Timeline } from "./timeline.ts";
import { type Published, type PublishOptions, VirtualBroker } from "./virtual-broker.ts";
import { VirtualDevice } from "./virtual-device.ts";
import { VirtualInput } from "./virtual-input.ts";

export interface WorldOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  /** makes the jitter reproducible; nothing else is random */
  readonly seed?: number;
}

export interface SendOptions extends PublishOptions {
  /** the name of a gate in the topic; default: none */
  readonly gate?: string;
}

/** The callbacks of a world's observer. */
export interface Watcher {
  /** @param gate the first is 0 */
  onEdge(value: 0 | 1, at: number, gate: number): void;
  /** @param gateName in the topic; undefined: it is the box's own */
  onEvent(report: EventReport | GateEvent, at: number, gateName: string | undefined): void;
  onStatus(report: StatusReport | WillReport, at: number): void;
  onCrashReport?(report: CrashReport, text: string): void;
  /** a violation of a general rule */
  onProblem(problem: string): void;
}

/** Time until XS restarts after an uncaught error, in ms. */
const restartMs = 700;

/** Boxes run one after the other, and share a packet parser. */
const parser = new PacketParser();

/**
 * A complete box and its environment, in virtual time. It runs the firmware's own agent; nothing of
 * it is replaced.
 */
export class World {
  readonly timeline = new Timeline();
  readonly surroundings: Surroundings = fairWeather();
  readonly broker = new VirtualBroker(this.timeline);
  readonly settings: Settings;
  readonly topics: ReturnType<typeof topicsOf>;
  /** the box's storage, which survives power cuts */
  readonly storage = new Map<string, string>();
  /** one per gate: the wire from its contact; undefined without one in the settings. Gates are closed */
  readonly inputs: readonly (VirtualInput | undefined)[];
  /** what survives a reset, but no power cut */
  readonly retained = new MemoryRetained(crashMemoryBytes);
  /** the panic that the chip keeps, also across a power cut */
  panic: Panic | undefined;
  /** the wire from the button at the box, not pressed; undefined without one in the settings */
  readonly button: VirtualInput | undefined;
  /** the broker's last message, including the will */
  lastStatus: StatusReport | undefined;
  /** PUBLISH packets with DUP */
  repeats = 0;
  /** how often the program ended because of its own error */
  crashes = 0;
  readonly #watcher: Watcher;
  readonly #random: () => number;
  #device: VirtualDevice | undefined;
  #agent: Agent | undefined;
  #crashes: CrashMemory | undefined;
  readonly #levels: (0 | 1)[];
  #lastId = 0;

  constructor(watcher: Watcher, { settings = {}, seed = 1 }: WorldOptions = {}) {
    const result = parseSettings({
      thingName: "lot-1",
      endpoint: "broker.test",
      networks: [{ SSID: car.SSID, password: car.password }],
      ...settings,
    });
    if (result.type === "problems") throw new Error(result.problems.join());
    this.settings = result.settings;
    this.topics = topicsOf(this.settings.prefix, this.settings.thingName);
    this.inputs = gatesOf(this.settings).map(inputOf);
    this.#levels = this.inputs.map(() => 0);
    this.button = this.settings.button && new VirtualInput(1);
    this.#watcher = watcher;
    this.broker.claims.isFleet = this.settings.claim !== undefined;
    this.#random = seededRandom(seed);
    this.broker.onPublished = (message) => this.#handlePublished(message);
    this.broker.onProblem = (problem) => watcher.onProblem(problem);
  }

  /** HIGH if the pin of any gate is */
  get level(): 0 | 1 {
    return this.#levels.includes(1) ? 1 : 0;
  }

  get now(): number {
    return this.timeline.now;
  }

  /** the true calendar time, in ms since 1970 */
  get date(): number {
    return epoch + this.timeline.now;
  }

  get connectionState() {
    return this.#agent?.connectionState;
  }

  /** The powered box. */
  get device(): VirtualDevice {
    if (this.#device === undefined) throw new Error("the box has no power");
    return this.#device;
  }

  run(ms: number): void {
    this.timeline.run(ms);
  }

  powerOn(resetReason: ResetReason = "power-on"): void {
    const device = new VirtualDevice({
      timeline: this.timeline,
      surroundings: this.surroundings,
      broker: this.broker,
      storage: this.storage,
      resetReason,
      random: this.#random,
      request: this.settings.claim === undefined ? undefined : "a request",
      inputs: this.inputs,
      button: this.button,
      onPin: (value, gate) => this.#setPin(value, gate),
      onCrash: (error) => this.crash("unhandled exception", error),
    });
    this.#device = device;
    // Like device/main.ts, before anything else.
    for (const { pin } of gatesOfDevice(device)) pin.write(0);
    const crashes = new CrashMemory(this.retained, this.#panicStore());
    this.#crashes = crashes;
    crashes.begin(resetReason, "virtual");
    const agent = new Agent({
      device,
      settings: this.settings,
      firmware: "virtual",
      parser,
      crashes,
      onRecord: (record) => {
        const at = Math.round(device.clock.now().ticks);
        crashes.note(JSON.stringify(toLine(record, at)));
      },
    });
    this.#agent = agent;
    device.later(0, () => agent.start());
  }

  /** Without DISCONNECT; a pin without power is LOW. */
  powerOff(): void {
    this.#end();
    this.retained.lose();
  }

  /** The chip is reset in the middle of anything, and starts again. */
  reset(reason: ResetReason): void {
    this.#end();
    this.timeline.after(restartMs, () => this.powerOn(reason));
  }

  /** Something of the firmware prints many lines. */
  print(line: string): void {
    this.#crashes?.note(line);
  }

  #end(): void {
    this.#device?.powerOff();
    this.#device = undefined;
    this.#agent = undefined;
    for (const gate of this.#levels.keys()) this.#setPin(0, gate);
  }

  /** Until the box is subscribed; a problem if it never is. */
  awaitOnline(limitMs = 30 * 60_000): void {
    const isThere = () => this.broker.isSubscribed && this.connectionState === "connected";
    if (!this.timeline.runUntil(isThere, limitMs)) {
      this.#watcher.onProblem(`not online after ${limitMs} ms: ${this.connectionState}`);
    }
  }

  /** An `open` as the staff app's service sends it; `changes` may make it invalid. */
  open(changes: Readonly<Record<string, unknown>> = {}, options: SendOptions = {}): boolean {
    this.#lastId += 1;
    const payload = writeOpenCommand({
      id: `c-${this.#lastId}`,
      issuedAt: this.date,
      expiresAt: this.date + 10_000,
      by: "Ann",
    });
    return this.send(changed(payload, changes), options);
  }

  /** Any text to the command topic of the box, or of one of its gates. */
  send(payload: string, { gate, ...options }: SendOptions = {}): boolean {
    const { prefix, thingName } = this.settings;
    const { command } = gateTopicsOf(prefix, thingName, gate);
    return this.broker.publish(command, payload, options);
  }

  /** Changes the WiFi networks in range. */
  reachNetworks(accessPoints: Surroundings["accessPoints"]): void {
    this.surroundings.accessPoints = accessPoints;
    this.#device?.network.look();
  }

  /** The engine ends the program, as it does with an error that nothing catches. */
  crash(why: string, error?: unknown): void {
    this.crashes += 1;
    if (this.level === 1) this.#watcher.onProblem("the pin was HIGH when the program ended");
    // Like device/main.ts: the engine says why it ends the program.
    this.#crashes?.abort(why, error);
    this.reset("software");
  }

  #panicStore(): PanicStore {
    const world = this;
    return {
      get isFull() {
        return world.panic !== undefined;
      },
      read: () => world.panic,
      erase: () => {
        world.panic = undefined;
      },
    };
  }

  #setPin(value: 0 | 1, gate: number): void {
    if (value === this.#levels[gate]) return;
    this.#levels[gate] = value;
    this.#watcher.onEdge(value, this.now, gate);
  }

  #handlePublished({ topic, payload, dup, at }: Published): void {
    if (dup) this.repeats += 1;
    const { prefix, thingName } = this.settings;
    const parts = readTopic(prefix, topic);
    if (parts?.kind === "event" && parts.thingName === thingName) {
      const value = parseJson(payload);
      const event = readEvent(value) ?? readGateEvent(value);
      if (event === undefined) this.#watcher.onProblem(`not an event: ${payload}`);
      else this.#watcher.onEvent(event, at, parts.gateName);
    } else if (topic === this.topics.status) {
      const status = readStatus(parseJson(payload));
      if (status === undefined) {
        this.#watcher.onProblem(`not a status: ${payload}`);
        return;
      }
      if (isStatusReport(status)) this.lastStatus = status;
      this.#watcher.onStatus(status, at);
    } else if (topic === this.topics.log) {
      const report = readCrashReport(parseJson(payload));
      if (report === undefined) this.#watcher.onProblem(`not a report: ${payload}`);
      else this.#watcher.onCrashReport?.(report, payload);
    } else {
      this.#watcher.onProblem(`published to ${topic}`);
    }
  }
}

function inputOf({ gateInput }: GateSettings): VirtualInput | undefined {
  return gateInput && new VirtualInput(levelOf(gateInput, "closed"));
}

/** The payload with fields added, replaced, or (when undefined) removed. */
function changed(payload: string, changes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...membersOf(parseJson(payload)), ...changes });
}
