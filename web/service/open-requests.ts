import * as v from "valibot";
import {
  clockDifferenceMs,
  notableClockDifferenceMs,
} from "../../device/messages/clock-difference.ts";
import { requesterOf } from "../../device/messages/command.ts";
import type { EventReport } from "../../device/messages/event.ts";
import type { GateEvent } from "../../device/messages/gate.ts";
import type { Denial, SendFailure } from "../api.ts";
import type { BoxGate, GateLink, SendResult } from "../cloud/gate-link.ts";
import type { Gate, OpenRequest, RequestStep } from "../domain/entities.ts";
import { RateLimiter } from "../domain/rate-limit.ts";
import { mayFollow } from "../domain/request.ts";
import type { Store, TapStore } from "../store/store.ts";
import { deletedPerson, guestBy } from "../words/untranslated.ts";
import { type Asker, askerId } from "./asker.ts";
import { uuid } from "./fields.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { RetryQueue } from "./retry-queue.ts";

/** How long the broker may take to acknowledge a command. */
const sendTimeoutMs = 5_000;
/** A command may be carried out just before it expires; its event needs this long to come back. */
const graceMs = 2_000;
/** Another instance ends its own requests. If it died, its requests are ended this much later. */
const orphanMs = 5_000;
/** Events of one box that no request waits for: enough for all it kept while offline, but no flood. */
const unaskedLimit = { burst: 200, everyMs: 500 };

export interface OpenRequestsParts {
  readonly store: Store;
  readonly link: GateLink;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly commandLifetimeMs: number;
  now(): number;
  /** called with each comparison of a box's clock with ours: see {@link clockDifferenceMs} */
  readonly heardClock: (thingName: string, differenceMs: number) => void;
  /** called with each request whose state has changed */
  readonly tell: (request: OpenRequest) => void;
  /** called with each request that was refused at once */
  readonly refused: (request: OpenRequest) => void;
  /** called with each event of a command from outside the app */
  readonly heardOther: (source: BoxGate, report: EventReport, heardAt: number) => void;
}

/** The request of a person or a guest to open a gate. */
export interface Tap {
  readonly id: string;
  /** as requested; {@link Tap.gate} is undefined when this gate does not exist */
  readonly gateId: string;
  readonly gate: Gate | undefined;
  readonly from: Asker;
  readonly address: string;
  /** the name of the token that a program used; null: the person used the app */
  readonly via: string | null;
  /** when the person or guest slid */
  readonly at: number;
}

/** Why the service itself refuses a tap. */
export type Refusal =
  | { readonly state: "denied"; readonly reason: Denial | "rate-limited" }
  | { readonly state: "failed"; readonly reason: SendFailure };

export type TapResult =
  /** the recorded request, which is new or existed before */
  | { readonly type: "recorded"; readonly request: OpenRequest }
  /** the id belongs to somebody else's request, or to a request for another gate */
  | { readonly type: "taken" };

interface Running {
  readonly thingName: string;
  readonly at: number;
  /** the box's event has arrived and is being recorded */
  isHeard: boolean;
  readonly deadline: ReturnType<typeof setTimeout>;
}

/**
 * The requests in progress. Each is recorded before anything else happens, and its command is published
 * at most once. The box's event says how it ended; without an event in time it ends as `unanswered`.
 */
export class OpenRequests {
  readonly #parts: OpenRequestsParts;
  readonly #running = new Map<string, Running>();
  /** taps that are being recorded */
  readonly #arriving = new Map<string, Promise<void>>();
  readonly #waiting = new Set<{ readonly id: string; finish(): void }>();
  readonly #retries: RetryQueue;
  readonly #unasked = new RateLimiter(unaskedLimit);
  readonly #floodNotes = new RateLimiter({ burst: 1, everyMs: 60_000 });
  #onIdle: () => void = () => {};

  constructor(parts: OpenRequestsParts) {
    this.#parts = parts;
    this.#retries = new RetryQueue(parts.log);
  }

  get #store(): TapStore {
    return this.#parts.store.forTaps;
  }

  /**
   * A tap that arrives twice, even concurrently, counts once: `decide` is asked for a refusal once.
   * @throws StoreError if the tap cannot be recorded; nothing was sent then
   */
  tap(tap: Tap, decide: () => Promise<Refusal | undefined>): Promise<TapResult> {
    const before = this.#arriving.get(tap.id) ?? Promise.resolve();
    const result = before.then(() => this.#take(tap, decide));
    const settled = result.then(
      () => {},
      () => {},
    );
    this.#arriving.set(tap.id, settled);
    settled.then(() => {
      if (this.#arriving.get(tap.id) === settled) this.#arriving.delete(tap.id);
    });
    return result;
  }

  /**
   * Takes an event of a box, from the topic of any of its gates: the id tells which command it answers, and
   * a box refuses a gate that it does not have on its plain topic. Every instance receives it; the store makes sure that it counts once.
   * {@link unaskedLimit} keeps a box that sends without end from blocking the database for the others.
   */
  hear(source: BoxGate, report: EventReport): void {
    const { thingName } = source;
    const { now } = this.#parts;
    const running = report.id === null ? undefined : this.#running.get(report.id);
    if (running?.thingName === thingName && !running.isHeard) {
      running.isHeard = report.reason !== "duplicate";
    } else if (!this.#takesUnasked(thingName)) return;
    const heardAt = now();
    this.#retries.try(() => this.#hear(source, report, heardAt));
  }

  /** Records what a contact at the gate shows. */
  hearGate({ thingName, output }: BoxGate, { gate: outcome, at }: GateEvent): void {
    const { log, now } = this.#parts;
    const store = this.#store;
    if (!this.#takesUnasked(thingName)) return;
    log.info({ thingName, output, event: outcome }, "a contact at a gate has shown something");
    const about = { commandId: null, reason: null, by: null, pulseMs: null };
    const event = { thingName, output, outcome, at: at ?? now(), ...about };
    this.#retries.try(() => store.recordForeignEvent(event));
  }

  #takesUnasked(thingName: string): boolean {
    const { log, now } = this.#parts;
    if (this.#unasked.take(thingName, now()).allowed) return true;
    if (this.#floodNotes.take(thingName, now()).allowed) {
      log.error({ thingName }, "a box sends more events than are recorded");
    }
    return false;
  }

  /** Waits until the request has ended and is recorded, or for so long. @returns it as it is then */
  async awaitEnd(id: string, limitMs: number): Promise<OpenRequest | undefined> {
    if (this.#running.has(id)) {
      await new Promise<void>((resolve) => {
        const finish = () => {
          clearTimeout(limit);
          this.#waiting.delete(waiting);
          resolve();
        };
        const waiting = { id, finish };
        const limit = setTimeout(finish, limitMs);
        this.#waiting.add(waiting);
      });
    }
    return this.#store.request(id);
  }

  /** Ends the requests that a crash of this or another instance left open. */
  async endOrphans(): Promise<void> {
    const { store, now, commandLifetimeMs } = this.#parts;
    const before = now() - commandLifetimeMs - graceMs - orphanMs;
    for (const request of await store.openRequests()) {
      if (request.at > before || this.#running.has(request.id)) continue;
      await this.#advance(request.id, step("unanswered", now()));
    }
  }

  /** Waits until every request in progress has ended and is recorded, or until `limit`. */
  async finish(limit: Promise<void>): Promise<void> {
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      if (this.#running.size === 0) resolve();
    });
    await Promise.race([idle.then(() => this.#retries.settled()), limit]);
    for (const { deadline } of this.#running.values()) clearTimeout(deadline);
    for (const { finish } of this.#waiting) finish();
    this.#retries.stop();
  }

  async #take(tap: Tap, decide: () => Promise<Refusal | undefined>): Promise<TapResult> {
    const { metrics, commandLifetimeMs, now } = this.#parts;
    const store = this.#store;
    const before = await store.request(tap.id);
    if (before !== undefined) return repeated(before, tap);
    const refusal = await decide();
    const { request, isNew } = await store.recordRequest({
      id: tap.id,
      gateId: tap.gateId,
      personId: tap.from.type === "person" ? tap.from.person.id : null,
      guestId: tap.from.type === "guest" ? tap.from.guest.id : null,
      state: refusal?.state ?? "recorded",
      reason: refusal?.reason ?? null,
      at: tap.at,
      sentAt: null,
      endedAt: refusal === undefined ? null : tap.at,
      pulseMs: null,
      address: tap.address,
      via: tap.via,
    });
    // Another instance was faster.
    if (!isNew) return repeated(request, tap);
    // The store also refuses a guest whose last opening another tap has just taken.
    if (request.state !== "recorded") {
      metrics.requestEnded(request.state, request.reason);
      this.#parts.refused(request);
    } else if (now() - tap.at >= commandLifetimeMs) return this.#tooSlow(request);
    else if (tap.gate !== undefined) this.#run(request, tap.gate, byOf(tap));
    return { type: "recorded", request };
  }

  /** Every box would refuse the command as expired, so it is not sent. */
  async #tooSlow(request: OpenRequest): Promise<TapResult> {
    const { log, metrics, now } = this.#parts;
    const { id, at } = request;
    log.error({ request: id, tookMs: now() - at }, "a tap was not sent: the database was too slow");
    const ended = await this.#advance(id, step("failed", now(), "service-busy"));
    metrics.requestEnded("failed", "service-busy");
    return { type: "recorded", request: ended ?? request };
  }

  #run(request: OpenRequest, gate: Gate, by: string): void {
    const { link, commandLifetimeMs, now } = this.#parts;
    const { id, at } = request;
    const { thingName, output } = gate;
    const waitMs = Math.max(0, at + commandLifetimeMs + graceMs - now());
    const deadline = setTimeout(() => this.#giveUp(id), waitMs);
    this.#running.set(id, { thingName, at, isHeard: false, deadline });
    const command = {
      id,
      thingName,
      output,
      issuedAt: at,
      expiresAt: at + commandLifetimeMs,
      by,
    };
    link.send(command, sendTimeoutMs).then(
      (result) => this.#sent(id, result),
      // The link must not reject. If it does, it is unknown whether the command was sent.
      (error: unknown) => this.#sent(id, { type: "unknown", detail: String(error) }),
    );
  }

  #sent(id: string, result: SendResult): void {
    const { now, log } = this.#parts;
    if (result.type === "sent") {
      this.#retries.try(() => this.#advance(id, step("sent", now())));
      return;
    }
    log.warn({ request: id, result: result.type, detail: result.detail }, "a command was not sent");
    if (result.type === "not-sent") {
      this.#retries.try(() => this.#end(id, step("failed", now(), "broker-away")));
    }
  }

  #giveUp(id: string): void {
    this.#retries.try(() => this.#end(id, step("unanswered", this.#parts.now())));
  }

  async #hear(source: BoxGate, report: EventReport, heardAt: number): Promise<void> {
    const { thingName } = source;
    const { log, now, heardClock } = this.#parts;
    const store = this.#store;
    const { id, outcome, reason, pulseMs } = report;
    const request = v.is(uuid, id) ? await store.request(id) : undefined;
    const isOurs = request !== undefined && (await this.#isFrom(thingName, request));
    if (request !== undefined && !isOurs) {
      log.warn({ thingName, request: request.id }, "a box reported another box's command");
    }
    const differenceMs = isOurs ? clockDifferenceMs(report.at, request.at, heardAt) : 0;
    if (isOurs && report.at !== null) heardClock(thingName, differenceMs);
    // A duplicate says nothing about the first copy. An event that contradicts the recorded outcome, or
    // that answers a command we never sent, is not our request's outcome either.
    if (!isOurs || reason === "duplicate" || contradicts(request, outcome)) {
      const { by, at } = report;
      const happenedAt = at ?? heardAt - (report.delayedMs ?? 0);
      const event = { ...source, commandId: id, outcome, reason, by, at: happenedAt, pulseMs };
      if (!isOurs) this.#parts.heardOther(source, report, heardAt);
      await store.recordForeignEvent(event);
      return;
    }
    const isClock = reason === "expired" || reason === "future";
    const isOff = Math.abs(differenceMs) >= notableClockDifferenceMs;
    const why = isClock && isOff ? "clocks-differ" : reason;
    // What a box tells late has happened before.
    const endedAt = Math.max(request.at, now() - (report.delayedMs ?? 0));
    await this.#end(request.id, { state: outcome, reason: why, at: endedAt, pulseMs });
  }

  async #isFrom(thingName: string, request: OpenRequest): Promise<boolean> {
    const running = this.#running.get(request.id);
    if (running !== undefined) return running.thingName === thingName;
    return (await this.#store.gate(request.gateId))?.thingName === thingName;
  }

  /** Records the last step and stops waiting. */
  async #end(id: string, step: RequestStep): Promise<void> {
    const request = await this.#advance(id, step);
    const running = this.#running.get(id);
    if (running === undefined) return;
    clearTimeout(running.deadline);
    this.#running.delete(id);
    for (const waiting of this.#waiting) if (waiting.id === id) waiting.finish();
    if (request !== undefined) this.#count(request, running);
    if (this.#running.size === 0) this.#onIdle();
  }

  async #advance(id: string, step: RequestStep): Promise<OpenRequest | undefined> {
    const request = await this.#store.advanceRequest(id, step);
    if (request !== undefined) this.#parts.tell(request);
    return request;
  }

  #count({ state, reason, pulseMs }: OpenRequest, { at }: Running): void {
    const { metrics, now, log } = this.#parts;
    metrics.requestEnded(state, reason);
    if (state === "opened") metrics.tapToPulse(Math.max(0, now() - at - (pulseMs ?? 0)));
    log.info({ state, reason, tookMs: now() - at }, "a request has ended");
  }
}

function repeated(request: OpenRequest, { from, gateId }: Tap): TapResult {
  const owner = request.personId ?? request.guestId;
  const isTheirs = owner === askerId(from) && request.gateId === gateId;
  return isTheirs ? { type: "recorded", request } : { type: "taken" };
}

function step(
  state: RequestStep["state"],
  at: number,
  reason: RequestStep["reason"] = null,
): RequestStep {
  return { state, reason, at, pulseMs: null };
}

function contradicts({ state }: OpenRequest, outcome: EventReport["outcome"]): boolean {
  return state !== outcome && !mayFollow(state, outcome);
}

/** Who asks, as a box accepts it: 1–64 UTF-16 units without control characters. */
function byOf({ from, via }: Tap): string {
  return requesterOf(nameOf(from, via)) ?? askerId(from).slice(0, 64);
}

function nameOf(from: Asker, via: string | null): string {
  if (from.type === "guest") {
    return guestBy(from.guest.name, from.guest.inviterName ?? deletedPerson);
  }
  const { name } = from.person;
  return via === null ? name : `${name} (${via})`;
}
