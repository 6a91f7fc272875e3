import type { Settings } from "../config.ts";
import { gatesOf } from "../gate-settings.ts";
import type { Instant, ResetReason, SocketError } from "../hal.ts";
import { buttonCommand, type Command, type RefusalReason } from "../messages/command.ts";
import { type CrashReport, writeCrashReport } from "../messages/crash.ts";
import { type EventReport, openedEvent, refusedEvent } from "../messages/event.ts";
import type { GateEvent, GateStatus, NamedGateStatus } from "../messages/gate.ts";
import { parseJson } from "../messages/json.ts";
import { type StatusReport, type WillReport, writeStatus } from "../messages/status.ts";
import {
  gateCommandFilter,
  gateTopicsOf,
  readTopic,
  type Topics,
  topicsOf,
} from "../messages/topics.ts";
import { BoxGate, type CommandTarget } from "./box-gate.ts";
import { CommandReader } from "./command.ts";
import { Connection, type ConnectionEffect, type ConnectionState } from "./connection.ts";
import { earliest } from "./earliest.ts";
import type { GateWrite } from "./gate.ts";
import { gateEventOf, gateStatusOf } from "./gate-status.ts";
import { Journal, type JournalEntry } from "./journal.ts";
import type { PacketParser, PublishPacket } from "./mqtt/codec.ts";
import type { OutgoingMessage } from "./mqtt/outbox.ts";
import { Session, type SessionEffect } from "./mqtt/session.ts";
import { PushButton } from "./push-button.ts";
import { Shadow, type ShadowEffect, type ShadowOptions } from "./shadow.ts";
import type { SlotOperation } from "./slot-operation.ts";
import type { StateMachine } from "./state-machine.ts";
import { type Facts, Status } from "./status.ts";
import { Updater, type UpdaterOptions } from "./update.ts";
import { type UpdateEffect, updateKey } from "./update-effect.ts";

/**
 * Storage keys, at most 15 characters (NVS): ids of commands, outcomes not delivered yet, and until
 * when each gate moves, in ms since 1970, joined by commas.
 */
export type StoredKey = "seen-ids" | "events" | "moves-until" | typeof updateKey;

export interface BoxOptions {
  readonly settings: Settings;
  readonly firmware: string;
  readonly resetReason: ResetReason;
  /** what {@link BoxEffect} `store` left in storage before a restart; untrusted */
  readonly stored: Readonly<Partial<Record<StoredKey, string | undefined>>>;
  /** uniform in [0, 1) */
  readonly random: () => number;
  readonly facts: () => Facts;
  readonly parser: PacketParser;
  /** the hardware ends each pulse after `pulseMs`, even if the program is late */
  readonly pulseEndsItself: boolean;
  /** the level of each gate's input, in the order of the settings; undefined if it has none */
  readonly readInputs: readonly ((() => 0 | 1) | undefined)[];
  /** the level of the button at the box; absent if the hardware has none */
  readonly readButton?: () => 0 | 1;
  /** absent if the firmware is not updated over the air */
  readonly updates?: Omit<UpdaterOptions, "isIdle" | "random" | "stored">;
  /** absent if the box has no shadow */
  readonly shadow?: Omit<ShadowOptions, "isIdle" | "random">;
  /** what is known of a crash that has not been told; absent if it is not told */
  readonly crash?: () => CrashReport | undefined;
}

/** Whose news it is: absent if the settings name no gate, or the command named an unknown one. */
export interface OfGate {
  readonly gateName?: string;
}

export type BoxEffect =
  /** {@link Box.rose} or {@link Box.fell} must be called right after it */
  | GateWrite
  | { readonly type: "send"; readonly bytes: Uint8Array }
  /** the message has been acted on: {@link Box.acknowledge} has its PUBACK */
  | { readonly type: "acknowledge"; readonly packet: PublishPacket }
  /** survives a restart */
  | { readonly type: "store"; readonly key: StoredKey; readonly value: string }
  | ({ readonly type: "event"; readonly report: EventReport } & OfGate)
  | ({ readonly type: "gate-event"; readonly report: GateEvent } & OfGate)
  /** the gate is in another state */
  | ({ readonly type: "gate"; readonly report: GateStatus } & OfGate)
  | { readonly type: "status"; readonly report: StatusReport }
  | Exclude<UpdateEffect, { readonly type: "publish" | "store" }>
  | Exclude<ShadowEffect, { readonly type: "publish" }>
  /** the report of a crash has been delivered */
  | { readonly type: "crash-told" }
  | ConnectionEffect;

/** A connection that lasted this long counts as held. */
const heldMs = 30_000;
const backoffMinimumMs = 1_000;
/** Refusals are stored after this time unless they have been delivered: flash wears out. */
const storeDelayMs = 1_000;
/** After an outcome, more people may want to come in. */
const quietMs = 5 * 60_000;
/** A block of a firmware or a document of a shadow, and the topic and the words around it. */
const longPacketBytes = 5_120;
/**
 * A broker whose policy forbids the log ends each connection that has one. A gate that opens is more
 * important: after this many, the box says nothing more until it restarts.
 */
const mostCrashLosses = 5;
/** How long a stopping box waits for the acknowledgement of its last messages. */
const farewellMs = 2_000;

/**
 * The whole box without hardware: inputs and the time in, effects out. Effects must be carried out
 * in order.
 */
export class Box implements StateMachine<BoxEffect> {
  readonly certificate = "own";
  readonly #settings: Settings;
  readonly #topics: Topics;
  /** one at least */
  readonly #gates: readonly BoxGate[];
  /** the targets of commands, by their topics */
  readonly #targets: ReadonlyMap<string, CommandTarget>;
  readonly #buttonTarget: CommandTarget;
  readonly #button: PushButton | undefined;
  readonly #readButton: (() => 0 | 1) | undefined;
  readonly #reader: CommandReader;
  readonly #session: Session;
  readonly #connection: Connection;
  readonly #journal: Journal;
  readonly #status: Status;
  readonly #updater: Updater | undefined;
  readonly #shadow: Shadow | undefined;
  readonly #crash: BoxOptions["crash"];
  /** the report of a crash, in flight */
  #crashMessage: OutgoingMessage | undefined;
  /** how many connections were lost with such a report in flight */
  #crashLosses = 0;
  /** of an update, in percent */
  #toldProgress: number | null = null;
  #isStopping = false;
  #isSeenStored = true;
  #storeAt: number | undefined;
  #outcomeAt = Number.NEGATIVE_INFINITY;
  #farewellAt: number | undefined;

  constructor(options: BoxOptions) {
    const { settings, firmware, random, stored } = options;
    const { thingName, networks, backoffMaximumMs, keepAliveSeconds } = settings;
    const will: WillReport = { state: "offline", firmware };
    this.#settings = settings;
    this.#topics = topicsOf(settings.prefix, thingName);
    this.#gates = makeGates(options);
    this.#targets = targetsOf(this.#gates, settings);
    const [first] = this.#gates;
    this.#buttonTarget = { gate: first, topicGate: first?.name };
    this.#readButton = options.readButton;
    this.#button = settings.button && new PushButton(settings.button);
    this.#reader = new CommandReader(settings, readSeenIds(stored["seen-ids"]));
    this.#journal = new Journal(
      stored.events,
      (gateName) => gateTopicsOf(settings.prefix, thingName, gateName).event,
    );
    this.#status = new Status(options);
    const isIdle = (ticks: number) => this.#isIdle(ticks);
    const { updates, shadow } = options;
    this.#crash = options.crash;
    this.#updater =
      updates &&
      new Updater({ ...updates, stored: stored[updateKey], random, isIdle: () => this.#isAtRest });
    const isQuiet = () => this.#isAtRest && this.#updater?.isBusy !== true;
    this.#shadow = shadow && new Shadow({ ...shadow, random, isIdle: isQuiet });
    const hasLongPackets = updates !== undefined || shadow !== undefined;
    this.#session = new Session(
      {
        clientIdentifier: thingName,
        keepAliveSeconds,
        topicFilters: [
          this.#topics.command,
          ...(settings.gates.length === 0 ? [] : [gateCommandFilter(settings.prefix, thingName)]),
          ...(this.#updater?.filters ?? []),
          ...(this.#shadow?.filters ?? []),
        ],
        ...(hasLongPackets ? { bufferedBytes: longPacketBytes } : {}),
        will: { topic: this.#topics.status, payload: writeStatus(will) },
      },
      options.parser,
    );
    const backoff = { minimumMs: backoffMinimumMs, maximumMs: backoffMaximumMs };
    this.#connection = new Connection({ networks, backoff, heldMs, isIdle }, random);
  }

  get connectionState(): ConnectionState {
    return this.#connection.state;
  }

  /** see {@link Connection.refusals} */
  get refusals(): number {
    return this.#connection.refusals;
  }

  get firstTimeServer(): number {
    return this.#connection.firstTimeServer;
  }

  /** The next time, in ticks, at which {@link handleTimeout} has work to do. */
  get deadline(): number | undefined {
    return earliest([
      ...this.#gates.map((gate) => gate.deadline(this.#isStopping)),
      this.#session.deadline,
      this.#connection.deadline,
      this.#status.dueAt,
      this.#farewellAt,
      this.#storeAt,
      this.#updater?.deadline,
      this.#shadow?.deadline,
      this.#isStopping ? undefined : this.#button?.deadline,
    ]);
  }

  /** Call it once. Outcomes that were not delivered before a restart are sent first. */
  start(now: Instant): BoxEffect[] {
    const effects: BoxEffect[] = this.#connection.start(now.ticks);
    effects.push(...this.#fromUpdater(this.#updater?.start(now.ticks), now));
    for (const entry of this.#journal.entries) effects.push(...this.#tell(entry, now));
    for (const { pulses } of this.#gates) pulses.watch?.start(now.ticks);
    effects.push(...this.#lookAtGates(now), ...this.#lookAtButton(now, false));
    return effects;
  }

  /** Writes LOW to every pin at once. Then the box disconnects cleanly if it can, and ends in `stopped`. */
  stop(now: Instant): BoxEffect[] {
    this.#isStopping = true;
    const falls = this.#gates.flatMap(({ pulses }) => pulses.release());
    return falls.length > 0 ? falls : this.#sayGoodbye(now);
  }

  /** The network has an address: its first, or another one. */
  networkUp(now: Instant): BoxEffect[] {
    this.#status.look(now.ticks);
    return this.#connection.networkUp(now.ticks);
  }

  networkDown(now: Instant): BoxEffect[] {
    return this.#fromConnection(this.#connection.networkDown(now.ticks));
  }

  timeSet(now: Instant): BoxEffect[] {
    return this.#connection.timeSet(now.ticks);
  }

  timeFailed(now: Instant, detail: string): BoxEffect[] {
    return this.#connection.timeFailed(now.ticks, detail);
  }

  socketOpen(now: Instant): BoxEffect[] {
    const effects: BoxEffect[] = this.#connection.socketOpen();
    if (this.#connection.state !== "mqtt") return effects;
    this.#journal.noteDelays(now);
    return [...effects, ...this.#fromSession(this.#session.connect(now.ticks), now)];
  }

  socketLost(now: Instant, reason: SocketError, detail?: string): BoxEffect[] {
    return this.#fromConnection(this.#connection.socketLost(now.ticks, reason, detail));
  }

  handleBytes(bytes: Uint8Array, now: Instant): BoxEffect[] {
    this.#session.receive(bytes, now.ticks);
    return this.handleMore(now);
  }

  get hasMore(): boolean {
    return this.#session.hasMore;
  }

  handleMore(now: Instant): BoxEffect[] {
    // When many packets arrive at once, a falling edge waits for at most one of them.
    const falls = this.#dueFalls(now);
    if (falls.length > 0) return falls;
    const effects = this.#fromSession(this.#session.handleNext(now.ticks), now);
    const isFarewellSaid = this.#farewellAt !== undefined && this.#session.isDelivered;
    return isFarewellSaid ? [...effects, ...this.#finish(now)] : effects;
  }

  acknowledge(packet: PublishPacket, now: Instant): BoxEffect[] {
    return this.#session.acknowledge(packet, now.ticks);
  }

  inputChanged(index: number, now: Instant): BoxEffect[] {
    const gate = this.#gates[index];
    // A contact that bounces must not delay a falling edge.
    const falls = this.#dueFalls(now);
    return gate === undefined ? falls : [...falls, ...this.#lookAtGate(gate, now)];
  }

  /** The level of the button at the box has changed, perhaps more than once. */
  buttonChanged(now: Instant): BoxEffect[] {
    return [...this.#dueFalls(now), ...this.#lookAtButton(now, true)];
  }

  /** Usually there are none, or one: keep the path to the edge short. */
  #dueFalls({ ticks }: Instant): GateWrite[] {
    const gates = this.#gates;
    let falls: GateWrite[] = [];
    for (let index = 0; index < gates.length; index++) {
      const due = (gates[index] as BoxGate).pulses.handleTimeout(ticks);
      if (due.length > 0) falls = falls.length === 0 ? due : [...falls, ...due];
    }
    return falls;
  }

  #lookAtButton({ ticks, date }: Instant, hasEdges: boolean): BoxEffect[] {
    const button = this.#button;
    const level = this.#readButton?.();
    if (button === undefined || level === undefined || this.#isStopping) return [];
    const isPressed = hasEdges
      ? button.handleEdges(level, ticks)
      : button.handleLevel(level, ticks);
    return isPressed ? this.#open(buttonCommand, this.#buttonTarget, { ticks, date }) : [];
  }

  #lookAtGates(now: Instant): BoxEffect[] {
    return this.#gates.flatMap((gate) => this.#lookAtGate(gate, now));
  }

  #lookAtGate(gate: BoxGate, now: Instant): BoxEffect[] {
    const { watch } = gate.pulses;
    const level = gate.readInput();
    if (watch === undefined || level === undefined || this.#isStopping) return [];
    const before = watch.state;
    const effects = watch
      .handleLevel(level, now.ticks)
      .flatMap((happening) => this.#reportGate(gate, gateEventOf(happening, now), now));
    if (watch.state === before) return effects;
    this.#status.changed(now.ticks);
    return [{ type: "gate", ...ofGate(gate), report: gateStatusOf(watch, now) }, ...effects];
  }

  /** The pin is HIGH. The rest of the work for the command that raised it is done now. */
  rose(index: number, now: Instant): BoxEffect[] {
    const gate = this.#gates[index];
    gate?.pulses.rose(now.ticks);
    this.#updater?.pulse(true);
    const opening = gate?.opening;
    if (gate === undefined || opening === undefined) return [];
    const { command, topicGate } = opening;
    const report = openedEvent(command, null, now.date);
    gate.opening = { ...opening, entry: this.#journal.add(report, now.ticks, topicGate) };
    if (command.id !== null) {
      this.#reader.noteOpened(command.id, now.ticks);
      this.#isSeenStored = false;
    }
    const effects = this.#store();
    if (!gate.noteMovement(now)) return effects;
    const value = this.#gates.map(({ movesUntil }) => movesUntil).join(",");
    return [...effects, { type: "store", key: "moves-until", value }];
  }

  /** The pin is LOW. */
  fell(index: number, now: Instant): BoxEffect[] {
    const gate = this.#gates[index];
    const highMs = gate?.pulses.fell(now.ticks);
    this.#updater?.pulse(this.#isPulsing);
    if (gate === undefined || highMs === undefined) return [];
    const effects = this.#reportOpened(gate, gate.pulseMsOf(highMs), now);
    if (!this.#isStopping || this.#isPulsing) return effects;
    return [...effects, ...this.#sayGoodbye(now)];
  }

  /** The cap ended a pulse: the pin is already LOW. */
  capped(index: number, now: Instant): BoxEffect[] {
    this.#status.capped += 1;
    return this.fell(index, now);
  }

  handleTimeout(now: Instant): BoxEffect[] {
    // Nothing precedes a falling edge. Other due work follows right after it.
    const falls = this.#dueFalls(now);
    if (falls.length > 0) return falls;
    // The keep alive wakes the box often enough to detect changes that cause no callback.
    this.#status.look(now.ticks);
    const effects = this.#lookAtGates(now);
    effects.push(...this.#lookAtButton(now, false));
    effects.push(...this.#fromSession(this.#session.handleTimeout(now.ticks), now));
    effects.push(...this.#fromConnection(this.#connection.handleTimeout(now.ticks)));
    const { dueAt } = this.#status;
    if (dueAt !== undefined && now.ticks >= dueAt) {
      effects.push(...this.#publishStatus("online", now));
    }
    if (this.#storeAt !== undefined && now.ticks >= this.#storeAt) effects.push(...this.#store());
    if (this.#farewellAt !== undefined && now.ticks >= this.#farewellAt) {
      effects.push(...this.#finish(now));
    } else if (!this.#isStopping) {
      effects.push(...this.#fromUpdater(this.#updater?.handleTimeout(now.ticks), now));
      effects.push(...this.#fromShadow(this.#shadow?.handleTimeout(now.ticks), now));
    }
    return effects;
  }

  operationDone(
    operation: SlotOperation,
    bytes: Uint8Array | undefined,
    now: Instant,
  ): BoxEffect[] {
    return this.#fromUpdater(this.#updater?.operationDone(operation, bytes, now.ticks), now);
  }

  operationFailed(operation: SlotOperation, now: Instant): BoxEffect[] {
    return this.#fromUpdater(this.#updater?.operationFailed(operation, now.ticks), now);
  }

  #fromUpdater(updateEffects: readonly UpdateEffect[] = [], now: Instant): BoxEffect[] {
    const effects: BoxEffect[] = [];
    const progress = this.#updater?.status?.progress ?? null;
    if (progress !== this.#toldProgress || updateEffects.some(({ type }) => type === "update")) {
      this.#toldProgress = progress;
      this.#status.changed(now.ticks);
    }
    for (const effect of updateEffects) {
      if (effect.type === "publish") effects.push(...this.#ask(effect, now));
      else effects.push(effect);
    }
    return effects;
  }

  #fromShadow(shadowEffects: readonly ShadowEffect[] = [], now: Instant): BoxEffect[] {
    const effects: BoxEffect[] = [];
    for (const effect of shadowEffects) {
      if (effect.type === "publish") effects.push(...this.#ask(effect, now));
      else effects.push(effect);
    }
    return effects;
  }

  /** Whoever asks repeats it when no answer comes. */
  #ask({ topic, payload }: Pick<OutgoingMessage, "topic" | "payload">, now: Instant): BoxEffect[] {
    const message = { topic, payload, retain: false, isExpendable: true };
    return this.#fromSession(this.#session.publish(message, now.ticks), now);
  }

  #fromSession(sessionEffects: SessionEffect[], now: Instant): BoxEffect[] {
    const [first] = sessionEffects;
    // Usually it is one message, and it may be a command: keep the path to the pin short.
    if (first?.type === "message" && sessionEffects.length === 1) {
      const effects = this.#handleMessage(first.packet, now);
      effects.push({ type: "acknowledge", packet: first.packet });
      return effects;
    }
    const effects: BoxEffect[] = [];
    for (const effect of sessionEffects) {
      switch (effect.type) {
        case "send":
          effects.push(effect);
          break;
        case "message":
          effects.push(...this.#handleMessage(effect.packet, now));
          effects.push({ type: "acknowledge", packet: effect.packet });
          break;
        case "settled":
          effects.push(...this.#handleSettled(effect.message, now));
          break;
        case "ready":
          this.#status.connections += 1;
          effects.push(...this.#connection.sessionReady(now.ticks));
          effects.push(...this.#publishStatus("online", now));
          effects.push(...this.#tellCrash(now));
          effects.push(...this.#fromUpdater(this.#updater?.connected(now.ticks), now));
          effects.push(...this.#fromShadow(this.#shadow?.connected(now.ticks), now));
          break;
        case "failed": {
          const { who, reason, detail } = effect.error;
          if (who === "peer") this.#status.protocolErrors += 1;
          const lost = this.#connection.lost(now.ticks, `${reason}: ${detail}`);
          effects.push(...this.#fromConnection(lost));
        }
      }
    }
    return effects;
  }

  #fromConnection(effects: ConnectionEffect[]): BoxEffect[] {
    if (effects.some(({ type }) => type === "close-socket")) {
      this.#session.disconnected();
      this.#forgetCrash();
      this.#status.rest();
      this.#updater?.disconnected();
      this.#shadow?.disconnected();
    }
    // A stopping box does not wait for a connection it lost.
    if (this.#farewellAt !== undefined && this.#connection.state !== "connected") {
      this.#farewellAt = undefined;
      return [...effects, ...this.#connection.stop()];
    }
    return effects;
  }

  #handleMessage(packet: PublishPacket, now: Instant): BoxEffect[] {
    const target = this.#targets.get(packet.topic) ?? this.#unknownTarget(packet.topic);
    if (target === undefined) return this.#handleService(packet, now);
    // Nothing at all is no command: it is how a client clears a retained one [MQTT-3.3.1-10].
    if (packet.payloadLength === 0) return [];
    // A stopping box ignores commands: it could not report the outcome.
    if (this.#isStopping) return [];
    const verdict = this.#reader.read(packet, now);
    if (verdict.outcome === "refused") {
      return this.#reportRefused(verdict.command, verdict.reason, target, now);
    }
    return this.#open(verdict.command, target, now);
  }

  /** A command for a gate that the settings do not have; undefined if it is no command. */
  #unknownTarget(topic: string): CommandTarget | undefined {
    const { prefix, thingName, gates } = this.#settings;
    // Without names, no such topic is subscribed.
    if (gates.length === 0) return undefined;
    const parts = readTopic(prefix, topic);
    if (parts?.kind !== "command" || parts.thingName !== thingName) return undefined;
    return { gate: undefined, topicGate: undefined };
  }

  /** Only the subscribed topics count. AWS's topics of a shadow are below those of updates. */
  #handleService({ topic, payload }: PublishPacket, now: Instant): BoxEffect[] {
    if (this.#isStopping) return [];
    if (this.#shadow?.reads(topic) === true) {
      return this.#fromShadow(this.#shadow.handleMessage(topic, payload, now.ticks), now);
    }
    if (this.#updater?.reads(topic) !== true) return [];
    return this.#fromUpdater(this.#updater.handleMessage(topic, payload, now.ticks), now);
  }

  #open(command: Command, target: CommandTarget, now: Instant): BoxEffect[] {
    const { gate, topicGate } = target;
    if (gate === undefined) return this.#reportRefused(command, "unknown-gate", target, now);
    if (gate.isMovingSinceBefore(now)) return this.#reportRefused(command, "busy", target, now);
    const effect = gate.pulses.handleOpen(now.ticks);
    if (effect.type === "write") {
      gate.opening = { command, topicGate, entry: undefined };
      return [effect];
    }
    return this.#reportRefused(command, effect.reason, target, now);
  }

  /** Whether an interruption of the connection would disturb nobody. */
  #isIdle(ticks: number): boolean {
    return ticks - this.#outcomeAt >= quietMs && this.#isAtRest;
  }

  /** No pulse is under way, and every message has been delivered. */
  get #isAtRest(): boolean {
    return !this.#isPulsing && this.#session.isDelivered;
  }

  get #isPulsing(): boolean {
    return this.#gates.some(({ pulses }) => pulses.deadline !== undefined);
  }

  #reportOpened(gate: BoxGate, pulseMs: number, now: Instant): BoxEffect[] {
    const { opening } = gate;
    if (opening === undefined) return [];
    const { command, entry, topicGate } = opening;
    gate.opening = undefined;
    this.#status.opened += 1;
    this.#status.lastOpenedAt = now.date ?? null;
    if (entry !== undefined) this.#journal.remove(entry);
    const report = openedEvent(command, Math.round(pulseMs), now.date);
    const completed = this.#journal.add(report, now.ticks, topicGate);
    // Stored before it is sent: a restart finds everything that was reported.
    const stored = this.#store();
    return [...this.#report(gate, report, now), ...stored, ...this.#tell(completed, now)];
  }

  #reportRefused(
    command: Command,
    reason: RefusalReason,
    { gate, topicGate }: CommandTarget,
    now: Instant,
  ): BoxEffect[] {
    this.#status.refused += 1;
    const report = refusedEvent(command, reason, now.date);
    const entry = this.#journal.add(report, now.ticks, topicGate);
    const effects = [...this.#report(gate, report, now), ...this.#tell(entry, now)];
    this.#storeAt ??= now.ticks + storeDelayMs;
    if (reason !== "expired" && reason !== "future") return effects;
    return [...effects, ...this.#connection.doubtClock(now.ticks)];
  }

  #reportGate(gate: BoxGate, report: GateEvent, now: Instant): BoxEffect[] {
    this.#status.changed(now.ticks);
    this.#storeAt ??= now.ticks + storeDelayMs;
    return [
      { type: "gate-event", ...ofGate(gate), report },
      ...this.#tell(this.#journal.add(report, now.ticks, gate.name), now),
    ];
  }

  /** For an observer. It is not told yet. */
  #report(gate: BoxGate | undefined, report: EventReport, now: Instant): BoxEffect[] {
    this.#status.changed(now.ticks);
    this.#outcomeAt = now.ticks;
    return [{ type: "event", ...ofGate(gate), report }];
  }

  #tell(entry: JournalEntry, now: Instant): BoxEffect[] {
    return this.#fromSession(this.#session.publish(entry, now.ticks), now);
  }

  /** Made only when it can be sent, and for one connection: it is long. The next one repeats it. */
  #tellCrash(now: Instant): BoxEffect[] {
    if (this.#crashLosses >= mostCrashLosses) return [];
    const report = this.#crash?.();
    if (report === undefined) return [];
    const payload = writeCrashReport(report);
    const message = { topic: this.#topics.log, payload, retain: false, isExpendable: false };
    this.#crashMessage = message;
    return this.#fromSession(this.#session.publish(message, now.ticks), now);
  }

  #forgetCrash(): void {
    if (this.#crashMessage === undefined) return;
    this.#session.withdraw(this.#crashMessage);
    this.#crashMessage = undefined;
    this.#crashLosses += 1;
  }

  #handleSettled(message: OutgoingMessage, now: Instant): BoxEffect[] {
    if (message === this.#crashMessage) {
      this.#crashMessage = undefined;
      return [{ type: "crash-told" }];
    }
    if (message.topic === this.#topics.status) this.#updater?.statusAcknowledged();
    if (!this.#journal.remove(message)) return [];
    // An opening is reported once: a restart from here on must not find it again.
    if (!message.isExpendable) return this.#store();
    this.#storeAt ??= now.ticks + storeDelayMs;
    return [];
  }

  #store(): BoxEffect[] {
    this.#storeAt = undefined;
    const effects: BoxEffect[] = [];
    const events = this.#journal.takeText();
    if (events !== undefined) effects.push({ type: "store", key: "events", value: events });
    if (!this.#isSeenStored) {
      this.#isSeenStored = true;
      const value = JSON.stringify(this.#reader.opened);
      effects.push({ type: "store", key: "seen-ids", value });
    }
    return effects;
  }

  #publishStatus(state: StatusReport["state"], now: Instant): BoxEffect[] {
    const report = this.#status.take(state, now, {
      shortConnections: this.#connection.shortConnections,
      droppedEvents: this.#session.droppedMessages,
      ...statusOfGates(this.#gates, now),
      update: this.#updater?.status ?? null,
    });
    const message: OutgoingMessage = {
      topic: this.#topics.status,
      payload: writeStatus(report),
      retain: true,
      isExpendable: false,
    };
    const effects = this.#fromSession(this.#session.publish(message, now.ticks), now);
    return [{ type: "status", report }, ...effects];
  }

  #sayGoodbye(now: Instant): BoxEffect[] {
    if (this.#connection.state !== "connected") return this.#finish(now);
    this.#farewellAt = now.ticks + farewellMs;
    return this.#publishStatus("offline", now);
  }

  #finish(now: Instant): BoxEffect[] {
    this.#farewellAt = undefined;
    this.#status.rest();
    const goodbye = this.#session.disconnect(now.ticks);
    return [...this.#store(), ...goodbye, ...this.#connection.stop()];
  }
}

/** Storage is untrusted. @returns undefined if it cannot be read */
function readSeenIds(text: string | undefined): string[] | undefined {
  const ids = text === undefined ? undefined : parseJson(text);
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : undefined;
}

function makeGates({ settings, stored, readInputs, pulseEndsItself }: BoxOptions): BoxGate[] {
  const times = stored["moves-until"]?.split(",") ?? [];
  return gatesOf(settings).map(
    (each, index) =>
      new BoxGate({
        settings: each,
        index,
        pulseEndsItself,
        readInput: readInputs[index],
        movedUntil: Number(times[index]),
      }),
  );
}

/** A plain command is for the first gate. */
function targetsOf(
  gates: readonly BoxGate[],
  { prefix, thingName }: Settings,
): ReadonlyMap<string, CommandTarget> {
  const plain: CommandTarget = { gate: gates[0], topicGate: undefined };
  const targets = new Map([[topicsOf(prefix, thingName).command, plain]]);
  for (const gate of gates) {
    const { name } = gate;
    if (name === undefined) continue;
    targets.set(gateTopicsOf(prefix, thingName, name).command, { gate, topicGate: name });
  }
  return targets;
}

function ofGate(gate: BoxGate | undefined): OfGate {
  return gate?.name === undefined ? {} : { gateName: gate.name };
}

function statusOfGates(
  gates: readonly BoxGate[],
  now: Instant,
): Pick<StatusReport, "gate" | "gates"> {
  const named: NamedGateStatus[] = [];
  const states = gates.map(({ pulses }) => pulses.watch && gateStatusOf(pulses.watch, now));
  gates.forEach(({ name }, index) => {
    if (name !== undefined) named.push({ name, gate: states[index] ?? null });
  });
  return { gate: states[0] ?? null, gates: named.length === 0 ? null : named };
}
