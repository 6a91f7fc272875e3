import { Agent } from "../../device/agent.ts";
import { parseSettings, type Settings } from "../../device/config.ts";
import { PacketParser } from "../../device/core/mqtt/codec.ts";
import type { ResetReason } from "../../device/hal.ts";
import { writeOpenCommand } from "../../device/messages/command.ts";
import { type EventReport, readEvent } from "../../device/messages/event.ts";
import { membersOf, parseJson } from "../../device/messages/json.ts";
import { readStatus, type StatusReport, type WillReport } from "../../device/messages/status.ts";
import { topicsOf } from "../../device/messages/topics.ts";
import { car, epoch, fairWeather, type Surroundings } from "./surroundings.ts";
import { seededRandom, Timeline } from "./timeline.ts";
import { type Published, type PublishOptions, VirtualBroker } from "./virtual-broker.ts";
import { VirtualDevice } from "./virtual-device.ts";

export interface WorldOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  /** makes jitter, and nothing else, come out the same again */
  readonly seed?: number;
}

/** What a world tells whoever watches it. */
export interface Watcher {
  onEdge(value: 0 | 1, at: number): void;
  onEvent(report: EventReport, at: number): void;
  onStatus(report: StatusReport | WillReport, at: number): void;
  /** something that must never happen, whatever the scenario */
  onProblem(problem: string): void;
}

/** XS's restart after an error that nobody caught, in ms. */
const restartMs = 700;

/** Boxes come one after the other, and share what parses their packets. */
const parser = new PacketParser();

/** A whole box and all that is around it, in virtual time: the firmware's own agent, nothing of it replaced. */
export class World {
  readonly timeline = new Timeline();
  readonly surroundings: Surroundings = fairWeather();
  readonly broker = new VirtualBroker(this.timeline);
  readonly settings: Settings;
  readonly topics: ReturnType<typeof topicsOf>;
  /** the box's storage, which outlives its power */
  readonly storage = new Map<string, string>();
  /** the last that the broker was given, the will included */
  lastStatus: StatusReport | undefined;
  /** PUBLISH packets that came with DUP */
  repeats = 0;
  /** how often the program ended by an error of its own */
  crashes = 0;
  readonly #watcher: Watcher;
  readonly #random: () => number;
  #device: VirtualDevice | undefined;
  #agent: Agent | undefined;
  #level: 0 | 1 = 0;
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
    this.#watcher = watcher;
    this.broker.claims.isFleet = this.settings.claim !== undefined;
    this.#random = seededRandom(seed);
    this.broker.onPublished = (message) => this.#handlePublished(message);
    this.broker.onProblem = (problem) => watcher.onProblem(problem);
  }

  /** what the pin is now */
  get level(): 0 | 1 {
    return this.#level;
  }

  get now(): number {
    return this.timeline.now;
  }

  /** the calendar, in ms since 1970, as everybody but the box has it */
  get date(): number {
    return epoch + this.timeline.now;
  }

  get connectionState() {
    return this.#agent?.connectionState;
  }

  /** The box that has power. */
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
      onPin: (value) => this.#setPin(value),
      onCrash: () => this.#crash(),
    });
    this.#device = device;
    // As device/main.ts does, before anything else.
    device.gatePin.write(0);
    const agent = new Agent({ device, settings: this.settings, firmware: "virtual", parser });
    this.#agent = agent;
    device.later(0, () => agent.start());
  }

  /** No good-bye; a pin without power is LOW. */
  powerOff(): void {
    this.#device?.powerOff();
    this.#device = undefined;
    this.#agent = undefined;
    this.#setPin(0);
  }

  /** Until the box is subscribed; a problem where it never is. */
  awaitOnline(limitMs = 30 * 60_000): void {
    const isThere = () => this.broker.isSubscribed && this.connectionState === "connected";
    if (!this.timeline.runUntil(isThere, limitMs)) {
      this.#watcher.onProblem(`not online after ${limitMs} ms: ${this.connectionState}`);
    }
  }

  /** An `open` as the staff app's service sends it; `changes` may spoil it. */
  open(changes: Readonly<Record<string, unknown>> = {}, options: PublishOptions = {}): boolean {
    this.#lastId += 1;
    const payload = writeOpenCommand({
      id: `c-${this.#lastId}`,
      issuedAt: this.date,
      expiresAt: this.date + 10_000,
      by: "Ann",
    });
    return this.send(changed(payload, changes), options);
  }

  /** Any text to the command topic. */
  send(payload: string, options: PublishOptions = {}): boolean {
    return this.broker.publish(this.topics.command, payload, options);
  }

  /** Changes what WiFi is in reach. */
  reachNetworks(accessPoints: Surroundings["accessPoints"]): void {
    this.surroundings.accessPoints = accessPoints;
    this.#device?.network.look();
  }

  #crash(): void {
    this.crashes += 1;
    if (this.#level === 1) this.#watcher.onProblem("the pin was HIGH when the program ended");
    this.powerOff();
    this.timeline.after(restartMs, () => this.powerOn("software"));
  }

  #setPin(value: 0 | 1): void {
    if (value === this.#level) return;
    this.#level = value;
    this.#watcher.onEdge(value, this.now);
  }

  #handlePublished({ topic, payload, dup, at }: Published): void {
    if (dup) this.repeats += 1;
    if (topic === this.topics.event) {
      const event = readEvent(parseJson(payload));
      if (event === undefined) this.#watcher.onProblem(`not an event: ${payload}`);
      else this.#watcher.onEvent(event, at);
    } else if (topic === this.topics.status) {
      const status = readStatus(parseJson(payload));
      if (status === undefined) {
        this.#watcher.onProblem(`not a status: ${payload}`);
        return;
      }
      if ("uptimeMs" in status) this.lastStatus = status;
      this.#watcher.onStatus(status, at);
    } else {
      this.#watcher.onProblem(`published to ${topic}`);
    }
  }
}

/** The payload with fields added, replaced, or (when undefined) taken out. */
function changed(payload: string, changes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...membersOf(parseJson(payload)), ...changes });
}
