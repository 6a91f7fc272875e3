import type { Settings } from "../config.ts";
import type { Instant, ResetReason, SocketError } from "../hal.ts";
import { buttonCommand, type Command, type RefusalReason } from "../messages/command.ts";
import { type CrashReport, writeCrashReport } from "../messages/crash.ts";
import { type EventReport, openedEvent, refusedEvent } from "../messages/event.ts";
import type { GateEvent, GateStatus } from "../messages/gate.ts";
import { parseJson } from "../messages/json.ts";
import { type StatusReport, type WillReport, writeStatus } from "../messages/status.ts";
import { type Topics, topicsOf } from "../messages/topics.ts";
import { type CommandMessage, CommandReader } from "./command.ts";
import { Connection, type ConnectionEffect, type ConnectionState } from "./connection.ts";
import { earliest } from "./earliest.ts";
import { Gate, type GateWrite } from "./gate.ts";
import { gateEventOf, gateStatusOf, makeWatch } from "./gate-status.ts";
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
 * when the gate moves, in ms since 1970.
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
  /** the level of the gate's input; absent if the hardware has none */
  readonly readInput?: () => 0 | 1;
  /** the level of the button at the box; absent if the hardware has none */
  readonly readButton?: () => 0 | 1;
  /** absent if the firmware is not updated over the air */
  readonly updates?: Omit<UpdaterOptions, "isIdle" | "random" | "stored">;
  /** absent if the box has no shadow */
  readonly shadow?: Omit<ShadowOptions, "isIdle" | "random">;
  /** what is known of a crash that has not been told; absent if it is not told */
  readonly crash?: () => CrashReport | undefined;
}

export type BoxEffect =
  /** {@link Box.rose} or {@link Box.fell} must be called right after it */
  | GateWrite
  | { readonly type: "send"; readonly bytes: Uint8Array }
  /** the message has been acted on: {@link Box.acknowledge} has its PUBACK */
  | { readonly type: "acknowledge"; readonly packet: PublishPacket }
  /** survives a restart */
  | { readonly type: "store"; readonly key: StoredKey; readonly value: string }
  | { readonly type: "event"; readonly report: EventReport }
  | { readonly type: "gate-event"; readonly report: GateEvent }
  /** the gate is in another state */
  | { readonly type: "gate"; readonly report: GateStatus }
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
  readonly #topics: Topics;
  readonly #longestPulseMs: number;
  readonly #gate: Gate;
  readonly #readInput: (() => 0 | 1) | undefined;
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
  /** the command whose pulse is in progress */
  #opening: { readonly command: Command; readonly entry: JournalEntry | undefined } | undefined;
  /** of an update, in percent */
  #toldProgress: number | null = null;
  #isStopping = false;
  #isSeenStored = true;
  readonly #travelMs: number;
  /** ms since 1970: the gate moves until then because of a pulse before a restart */
  readonly #movesUntil: number;
  #storeAt: number | undefined;
  #outcomeAt = Number.NEGATIVE_INFINITY;
  #farewellAt: number | undefined;

  constructor(options: BoxOptions) {
    const { settings, firmware, random, stored } = options;
    const { thingName, networks, backoffMaximumMs, keepAliveSeconds } = settings;
    const will: WillReport = { state: "offline", firmware };
    this.#topics = topicsOf(settings.prefix, thingName);
    this.#longestPulseMs = options.pulseEndsItself ? settings.pulseMs : Number.POSITIVE_INFINITY;
    const watch = makeWatch(settings, options.readInput !== undefined);
    this.#gate = new Gate(watch === undefined ? settings : { ...settings, watch });
    this.#readInput = options.readInput;
    this.#readButton = options.readButton;
    this.#button = settings.button && new PushButton(settings.button);
    this.#travelMs = settings.travelMs === 0 ? 0 : settings.pulseMs + settings.travelMs;
    this.#movesUntil = Number(stored["moves-until"]);
    this.#reader = new CommandReader(settings, readSeenIds(stored["seen-ids"]));
    this.#journal = new Journal(stored.events, this.#topics.event);
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
      this.#gate.deadline,
      this.#session.deadline,
      this.#connection.deadline,
      this.#status.dueAt,
      this.#farewellAt,
      this.#storeAt,
      this.#updater?.deadline,
      this.#shadow?.deadline,
      this.#isStopping ? undefined : this.#gate.watch?.deadline,
      this.#isStopping ? undefined : this.#button?.deadline,
    ]);
  }

  /** Call it once. Outcomes that were not delivered before a restart are sent first. */
  start(now: Instant): BoxEffect[] {
    const effects: BoxEffect[] = this.#connection.start(now.ticks);
    effects.push(...this.#fromUpdater(this.#updater?.start(now.ticks), now));
    for (const entry of this.#journal.entries) effects.push(...this.#tell(entry, now));
    this.#gate.watch?.start(now.ticks);
    effects.push(...this.#lookAtGate(now), ...this.#lookAtButton(now, false));
    return effects;
  }

  /** Writes LOW at once. Then the box disconnects cleanly if it can, and ends in `stopped`. */
  stop(now: Instant): BoxEffect[] {
    this.#isStopping = true;
    const falls = this.#gate.release();
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
    const falls = this.#gate.handleTimeout(now.ticks);
    if (falls.length > 0) return falls;
    const effects = this.#fromSession(this.#session.handleNext(now.ticks), now);
    const isFarewellSaid = this.#farewellAt !== undefined && this.#session.isDelivered;
    return isFarewellSaid ? [...effects, ...this.#finish(now)] : effects;
  }

  acknowledge(packet: PublishPacket, now: Instant): BoxEffect[] {
    return this.#session.acknowledge(packet, now.ticks);
  }

  inputChanged(now: Instant): BoxEffect[] {
    // A contact that bounces must not delay a falling edge.
    return [...this.#gate.handleTimeout(now.ticks), ...this.#lookAtGate(now)];
  }

  /** The level of the button at the box has changed, perhaps more than once. */
  buttonChanged(now: Instant): BoxEffect[] {
    return [...this.#gate.handleTimeout(now.ticks), ...this.#lookAtButton(now, true)];
  }

  #lookAtButton({ ticks, date }: Instant, hasEdges: boolean): BoxEffect[] {
    const button = this.#button;
    const level = this.#readButton?.();
    if (button === undefined || level === undefined || this.#isStopping) return [];
    const isPressed = hasEdges
      ? button.handleEdges(level, ticks)
      : button.handleLevel(level, ticks);
    return isPressed ? this.#open(buttonCommand, { ticks, date }) : [];
  }

  #lookAtGate(now: Instant): BoxEffect[] {
    const { watch } = this.#gate;
    const level = this.#readInput?.();
    if (watch === undefined || level === undefined || this.#isStopping) return [];
    const before = watch.state;
    const effects = watch
      .handleLevel(level, now.ticks)
      .flatMap((happening) => this.#reportGate(gateEventOf(happening, now), now));
    if (watch.state === before) return effects;
    this.#status.changed(now.ticks);
    return [{ type: "gate", report: gateStatusOf(watch, now) }, ...effects];
  }

  /** The pin is HIGH. The rest of the work for the command that raised it is done now. */
  rose(now: Instant): BoxEffect[] {
    this.#gate.rose(now.ticks);
    this.#updater?.pulse(true);
    const command = this.#opening?.command;
    if (command === undefined) return [];
    this.#opening = {
      command,
      entry: this.#journal.add(openedEvent(command, null, now.date), now.ticks),
    };
    if (command.id !== null) {
      this.#reader.noteOpened(command.id, now.ticks);
      this.#isSeenStored = false;
    }
    const effects = this.#store();
    if (this.#travelMs === 0 || now.date === undefined) return effects;
    const value = String(now.date + this.#travelMs);
    return [...effects, { type: "store", key: "moves-until", value }];
  }

  /** The pin is LOW. */
  fell(now: Instant): BoxEffect[] {
    const highMs = this.#gate.fell(now.ticks);
    this.#updater?.pulse(false);
    if (highMs === undefined) return [];
    const effects = this.#reportOpened(Math.min(highMs, this.#longestPulseMs), now);
    return this.#isStopping ? [...effects, ...this.#sayGoodbye(now)] : effects;
  }

  /** The cap ended a pulse: the pin is already LOW. */
  capped(now: Instant): BoxEffect[] {
    this.#status.capped += 1;
    return this.fell(now);
  }

  handleTimeout(now: Instant): BoxEffect[] {
    // Nothing precedes a falling edge. Other due work follows right after it.
    const falls = this.#gate.handleTimeout(now.ticks);
    if (falls.length > 0) return falls;
    // The keep alive wakes the box often enough to detect changes that cause no callback.
    this.#status.look(now.ticks);
    const effects = this.#lookAtGate(now);
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
    if (packet.topic !== this.#topics.command) return this.#handleService(packet, now);
    // Nothing at all is no command: it is how a client clears a retained one [MQTT-3.3.1-10].
    if (packet.payloadLength === 0) return [];
    // A stopping box ignores commands: it could not report the outcome.
    if (this.#isStopping) return [];
    return this.#handleCommand(packet, now);
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

  #handleCommand(message: CommandMessage, now: Instant): BoxEffect[] {
    const verdict = this.#reader.read(message, now);
    if (verdict.outcome === "refused") {
      return this.#reportRefused(verdict.command, verdict.reason, now);
    }
    return this.#open(verdict.command, now);
  }

  #open(command: Command, now: Instant): BoxEffect[] {
    if (this.#isMovingSinceBefore(now)) return this.#reportRefused(command, "busy", now);
    const effect = this.#gate.handleOpen(now.ticks);
    if (effect.type === "write") {
      this.#opening = { command, entry: undefined };
      return [effect];
    }
    return this.#reportRefused(command, effect.reason, now);
  }

  /** Whether a pulse before a restart may still move the gate. The stored time is untrusted. */
  #isMovingSinceBefore({ date }: Instant): boolean {
    if (this.#travelMs === 0 || date === undefined) return false;
    const remainingMs = this.#movesUntil - date;
    return remainingMs > 0 && remainingMs <= this.#travelMs;
  }

  /** Whether an interruption of the connection would disturb nobody. */
  #isIdle(ticks: number): boolean {
    return ticks - this.#outcomeAt >= quietMs && this.#isAtRest;
  }

  /** No pulse is under way, and every message has been delivered. */
  get #isAtRest(): boolean {
    return this.#gate.deadline === undefined && this.#session.isDelivered;
  }

  #reportOpened(pulseMs: number, now: Instant): BoxEffect[] {
    const opening = this.#opening;
    if (opening === undefined) return [];
    const { command, entry } = opening;
    this.#opening = undefined;
    this.#status.opened += 1;
    this.#status.lastOpenedAt = now.date ?? null;
    if (entry !== undefined) this.#journal.remove(entry);
    const report = openedEvent(command, Math.round(pulseMs), now.date);
    const completed = this.#journal.add(report, now.ticks);
    // Stored before it is sent: a restart finds everything that was reported.
    return this.#report(report, completed, now, this.#store());
  }

  #reportRefused(command: Command, reason: RefusalReason, now: Instant): BoxEffect[] {
    this.#status.refused += 1;
    const report = refusedEvent(command, reason, now.date);
    const effects = this.#report(report, this.#journal.add(report, now.ticks), now);
    this.#storeAt ??= now.ticks + storeDelayMs;
    if (reason !== "expired" && reason !== "future") return effects;
    return [...effects, ...this.#connection.doubtClock(now.ticks)];
  }

  #reportGate(report: GateEvent, now: Instant): BoxEffect[] {
    this.#status.changed(now.ticks);
    this.#storeAt ??= now.ticks + storeDelayMs;
    return [
      { type: "gate-event", report },
      ...this.#tell(this.#journal.add(report, now.ticks), now),
    ];
  }

  #report(
    report: EventReport,
    entry: JournalEntry,
    now: Instant,
    first: readonly BoxEffect[] = [],
  ): BoxEffect[] {
    this.#status.changed(now.ticks);
    this.#outcomeAt = now.ticks;
    return [{ type: "event", report }, ...first, ...this.#tell(entry, now)];
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
      gate: this.#gate.watch ? gateStatusOf(this.#gate.watch, now) : null,
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
