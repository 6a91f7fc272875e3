import { Shadows } from "../../host-sim/cloud/shadows.ts";
import { parseSettings, type Settings } from "../config.ts";
import { shadowTopicsOf } from "../messages/shadow-topics.ts";
import { type ChangeVerdict, Shadow, type ShadowReport } from "./shadow.ts";
import { reportedState, type SettingsChange } from "./shadow-settings.ts";
import { utf8Length, writeUtf8 } from "./utf8.ts";

export const thingName = "lot-1";
export const topics = shadowTopicsOf(thingName);

export const settings: Readonly<Record<string, unknown>> = {
  thingName,
  endpoint: "broker.test",
  networks: [{ SSID: "car park", password: "let me in" }],
};

export function parsed(input: Readonly<Record<string, unknown>>): Settings {
  const result = parseSettings(input);
  if (result.type === "problems") throw new Error(result.problems.join());
  return result.settings;
}

export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return bytes;
}

const latencyMs = 20;
const restartMs = 3_000;
/** A message that is longer reaches a box without its payload. */
const bufferedBytes = 4_200;

export interface Published {
  readonly at: number;
  /** `get` or `update` */
  readonly operation: string;
  readonly text: string;
}

/** A box with its shadow in AWS, in virtual time. The rest of the box keeps settings or takes them back. */
export class ShadowWorld {
  readonly shadows: Shadows;
  readonly published: Published[] = [];
  readonly reports: (ShadowReport & { readonly at: number })[] = [];
  readonly tried: SettingsChange[] = [];
  now = 0;
  isIdle = true;
  isOnTrial = false;
  /** by what a message is about, such as `get/accepted` */
  isLost: (path: string) => boolean = () => false;
  /** whether the box reaches the broker with these settings */
  connects: (input: Readonly<Record<string, unknown>>) => boolean = () => true;
  input = settings;
  shadow: Shadow;
  #isConnected = false;
  #refusal: string | undefined;
  readonly #queue: { readonly at: number; readonly run: () => void }[] = [];

  constructor(shadows = new Shadows()) {
    this.shadows = shadows;
    shadows.watch((_thing, messages) => {
      for (const { path, payload } of messages) this.#deliver(path, payload);
    });
    this.shadow = this.#make();
  }

  get state() {
    return this.shadows.view(thingName)?.state ?? {};
  }

  connect(): void {
    this.#isConnected = true;
    this.#apply(this.shadow.connected(this.now));
  }

  disconnect(): void {
    this.#isConnected = false;
    this.shadow.disconnected();
  }

  desire(desired: Readonly<Record<string, unknown>> | null): void {
    const state = JSON.parse(JSON.stringify({ desired }));
    const refusal = this.shadows.update(thingName, { state }, this.now);
    if (refusal !== undefined) throw new Error(refusal.message);
  }

  /** A message from AWS, as it is. */
  receive(path: string, payload: string): void {
    const bytes = bytesOf(payload);
    const kept = bytes.length > bufferedBytes ? new Uint8Array() : bytes;
    this.#apply(this.shadow.handleMessage(topics.root + path, kept, this.now));
  }

  run(forMs: number): void {
    const end = this.now + forMs;
    for (;;) {
      const deadline = this.shadow.deadline ?? Number.POSITIVE_INFINITY;
      const [first] = this.#queue;
      const at = Math.max(this.now, Math.min(first?.at ?? Number.POSITIVE_INFINITY, deadline));
      if (at > end) break;
      const isStuck = at === this.now && first?.at !== at && deadline < this.now;
      if (isStuck) throw new Error("a deadline has passed, and nothing was done");
      this.now = at;
      if (first !== undefined && first.at <= deadline) {
        this.#queue.shift();
        first.run();
      } else {
        this.#apply(this.shadow.handleTimeout(this.now));
        if (this.shadow.deadline === deadline) throw new Error("a deadline without an effect");
      }
    }
    this.now = end;
  }

  #make(): Shadow {
    return new Shadow({
      topics,
      state: reportedState(parsed(this.input), "1.2.3"),
      random: () => 0.5,
      isIdle: () => this.isIdle,
      isOnTrial: () => this.isOnTrial,
      judge: (change) => this.#judge(change),
    });
  }

  #judge(change: SettingsChange): ChangeVerdict {
    if (this.#refusal !== undefined) return { type: "refused", reasons: [this.#refusal] };
    const result = parseSettings({ ...this.input, ...change });
    if (result.type === "problems") return { type: "refused", reasons: result.problems };
    const isSame = JSON.stringify(result.settings) === JSON.stringify(parsed(this.input));
    return { type: isSame ? "in-force" : "valid" };
  }

  #apply(effects: ReturnType<Shadow["handleTimeout"]>): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "publish":
          this.#publish(effect.topic.slice(topics.root.length), effect.payload);
          break;
        case "shadow":
          this.reports.push({ at: this.now, ...effect.report });
          break;
        case "try-settings":
          this.#try(effect.change);
      }
    }
  }

  #publish(operation: string, text: string): void {
    if (!this.#isConnected) throw new Error("published while it is not connected");
    if (operation !== "get" && operation !== "update") throw new Error(operation);
    this.published.push({ at: this.now, operation, text });
    if (this.isLost(operation)) return;
    this.#later(latencyMs, () => {
      const answer = this.shadows.request(thingName, operation, text, this.now);
      if (answer !== undefined) this.#deliver(answer.path, answer.payload);
    });
  }

  #deliver(path: string, payload: string): void {
    if (path === "update/documents" || this.isLost(path)) return;
    this.#later(latencyMs, () => {
      if (this.#isConnected) this.receive(path, payload);
    });
  }

  /** The rest of the box: it restarts, and takes back what it does not connect with. */
  #try(change: SettingsChange): void {
    this.tried.push(change);
    const before = this.input;
    this.disconnect();
    this.input = { ...this.input, ...change };
    this.isOnTrial = true;
    this.shadow = this.#make();
    if (this.connects(this.input)) {
      this.#later(restartMs, () => this.connect());
      this.#later(restartMs + 100, () => {
        this.isOnTrial = false;
      });
      return;
    }
    this.#later(5 * 60_000, () => {
      this.input = before;
      this.isOnTrial = false;
      this.#refusal = "the box did not connect with it";
      this.shadow = this.#make();
      this.connect();
    });
  }

  #later(delayMs: number, run: () => void): void {
    const at = this.now + delayMs;
    const index = this.#queue.findIndex((each) => each.at > at);
    this.#queue.splice(index === -1 ? this.#queue.length : index, 0, { at, run });
  }
}
