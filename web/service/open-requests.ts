import * as v from "valibot";
import type { EventReport } from "../../device/messages/event.ts";
import type { Denial } from "../api.ts";
import type { GateLink, SendResult } from "../cloud/gate-link.ts";
import { RateLimiter } from "../domain/rate-limit.ts";
import { mayFollow } from "../domain/request.ts";
import type { Gate, OpenRequest, Person, RequestStep, Store } from "../store/store.ts";
import { uuid } from "./fields.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { Persistent } from "./retry-queue.ts";

/** How long the broker may take to acknowledge a command. */
const sendTimeoutMs = 5_000;
/** The word of a command that was carried out in its last moment needs a while to come back. */
const graceMs = 2_000;
/** Another instance ends its own requests; those of one that died are ended so much later. */
const orphanMs = 5_000;
/** Words of one box that nobody waits for here: all that it kept while it was away, and no flood. */
const unaskedLimit = { burst: 200, everyMs: 500 };

export interface DeskParts {
  readonly store: Store;
  readonly link: GateLink;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly commandLifetimeMs: number;
  now(): number;
  /** each request that has moved, for whoever made it */
  readonly tell: (request: OpenRequest) => void;
}

/** Somebody wants a gate opened. */
export interface Tap {
  readonly id: string;
  /** as asked for; {@link Tap.gate} is undefined where there is none such */
  readonly gateId: string;
  readonly gate: Gate | undefined;
  readonly person: Person;
  readonly address: string;
  readonly at: number;
}

/** Why the service itself says no. */
export type Refusal =
  | { readonly state: "denied"; readonly reason: Denial | "rate-limited" }
  | { readonly state: "failed"; readonly reason: "box-offline" | "broker-away" };

export type TapResult =
  /** as it is recorded now, whether it is new or was there before */
  | { readonly type: "recorded"; readonly request: OpenRequest }
  /** the id is that of somebody else's request, or of one for another gate */
  | { readonly type: "taken" };

interface Running {
  readonly thingName: string;
  readonly at: number;
  /** the box has spoken, and it is being written down */
  isHeard: boolean;
  readonly deadline: ReturnType<typeof setTimeout>;
}

/**
 * The requests under way. Each is recorded before anything else happens, its command is published at
 * most once, and how it ended is what the box said; where it said nothing in time, nobody knows.
 */
export class Desk {
  readonly #parts: DeskParts;
  readonly #running = new Map<string, Running>();
  /** taps that are being recorded */
  readonly #arriving = new Map<string, Promise<void>>();
  readonly #persistent: Persistent;
  readonly #unasked = new RateLimiter(unaskedLimit);
  readonly #floodNotes = new RateLimiter({ burst: 1, everyMs: 60_000 });
  #onIdle: () => void = () => {};

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#persistent = new Persistent(parts.log);
  }

  /**
   * The same tap that comes twice is one tap, also where it comes twice at the same moment: `decide` is
   * asked for a refusal once. @throws StoreError where it cannot be recorded: nothing was sent then
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
   * The box's word. Every instance hears it; the store sees to it that it counts once. Of a box that
   * never stops talking no more is written down than {@link unaskedLimit}: others wait for the database.
   */
  hear(thingName: string, report: EventReport): void {
    const { log, now } = this.#parts;
    const running = report.id === null ? undefined : this.#running.get(report.id);
    if (running?.thingName === thingName && !running.isHeard) {
      running.isHeard = report.reason !== "duplicate";
    } else if (!this.#unasked.take(thingName, now()).allowed) {
      if (this.#floodNotes.take(thingName, now()).allowed) {
        log.error({ thingName }, "a box says more than is written down");
      }
      return;
    }
    this.#persistent.try(() => this.#hear(thingName, report));
  }

  /** Ends what nobody waits for any more: from before a crash, of this instance or another. */
  async endOrphans(): Promise<void> {
    const { store, now, commandLifetimeMs } = this.#parts;
    const before = now() - commandLifetimeMs - graceMs - orphanMs;
    for (const request of await store.openRequests()) {
      if (request.at > before || this.#running.has(request.id)) continue;
      await this.#advance(request.id, step("unanswered", now()));
    }
  }

  /** Until every request under way has ended and is written down, or until `limit`. */
  async finish(limit: Promise<void>): Promise<void> {
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      if (this.#running.size === 0) resolve();
    });
    await Promise.race([idle.then(() => this.#persistent.settled()), limit]);
    for (const { deadline } of this.#running.values()) clearTimeout(deadline);
    this.#persistent.stop();
  }

  async #take(tap: Tap, decide: () => Promise<Refusal | undefined>): Promise<TapResult> {
    const { store, metrics } = this.#parts;
    const before = await store.request(tap.id);
    if (before !== undefined) return repeated(before, tap);
    const refusal = await decide();
    const { request, isNew } = await store.recordRequest({
      id: tap.id,
      gateId: tap.gateId,
      personId: tap.person.id,
      state: refusal?.state ?? "recorded",
      reason: refusal?.reason ?? null,
      at: tap.at,
      sentAt: null,
      endedAt: refusal === undefined ? null : tap.at,
      pulseMs: null,
      address: tap.address,
    });
    // Another instance was faster.
    if (!isNew) return repeated(request, tap);
    if (refusal !== undefined) metrics.requestEnded(refusal.state, refusal.reason);
    else if (tap.gate !== undefined) this.#run(request, tap.gate, tap.person);
    return { type: "recorded", request };
  }

  #run(request: OpenRequest, gate: Gate, person: Person): void {
    const { link, commandLifetimeMs, now } = this.#parts;
    const { id, at } = request;
    const { thingName } = gate;
    const waitMs = Math.max(0, at + commandLifetimeMs + graceMs - now());
    const deadline = setTimeout(() => this.#giveUp(id), waitMs);
    this.#running.set(id, { thingName, at, isHeard: false, deadline });
    const command = {
      ...{ id, thingName, issuedAt: at, expiresAt: at + commandLifetimeMs },
      by: nameOf(person),
    };
    link.send(command, sendTimeoutMs).then(
      (result) => this.#sent(id, result),
      // It promises not to; what then happened to the command is anybody's guess.
      (error: unknown) => this.#sent(id, { type: "unknown", detail: String(error) }),
    );
  }

  #sent(id: string, result: SendResult): void {
    const { now, log } = this.#parts;
    if (result.type === "sent") {
      this.#persistent.try(() => this.#advance(id, step("sent", now())));
      return;
    }
    log.warn({ request: id, result: result.type, detail: result.detail }, "a command was not sent");
    if (result.type === "not-sent") {
      this.#persistent.try(() => this.#end(id, step("failed", now(), "broker-away")));
    }
  }

  #giveUp(id: string): void {
    this.#persistent.try(() => this.#end(id, step("unanswered", this.#parts.now())));
  }

  async #hear(thingName: string, report: EventReport): Promise<void> {
    const { store, log, now } = this.#parts;
    const { id, outcome, reason, pulseMs } = report;
    const request = v.is(uuid, id) ? await store.request(id) : undefined;
    const isOurs = request !== undefined && (await this.#isFrom(thingName, request));
    if (request !== undefined && !isOurs) {
      log.warn({ thingName, request: request.id }, "a box spoke of another box's command");
    }
    // A copy of the command that the box had already dealt with: not what became of the first. Nor is it
    // what became of ours where we sent none, or where the box has said something else before.
    if (!isOurs || reason === "duplicate" || contradicts(request, outcome)) {
      const { by, at } = report;
      const event = { thingName, commandId: id, outcome, reason, by, at: at ?? now(), pulseMs };
      await store.recordForeignEvent(event);
      return;
    }
    await this.#end(request.id, { state: outcome, reason, at: now(), pulseMs });
  }

  async #isFrom(thingName: string, request: OpenRequest): Promise<boolean> {
    const running = this.#running.get(request.id);
    if (running !== undefined) return running.thingName === thingName;
    return (await this.#parts.store.gate(request.gateId))?.thingName === thingName;
  }

  /** Whoever waits is told, and waits no longer. */
  async #end(id: string, step: RequestStep): Promise<void> {
    const request = await this.#advance(id, step);
    const running = this.#running.get(id);
    if (running === undefined) return;
    clearTimeout(running.deadline);
    this.#running.delete(id);
    if (request !== undefined) this.#count(request, running);
    if (this.#running.size === 0) this.#onIdle();
  }

  async #advance(id: string, step: RequestStep): Promise<OpenRequest | undefined> {
    const request = await this.#parts.store.advanceRequest(id, step);
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

function repeated(request: OpenRequest, { person, gateId }: Tap): TapResult {
  const isTheirs = request.personId === person.id && request.gateId === gateId;
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

/** Who asks, in words a box takes: 1–64 UTF-16 units without control characters. */
function nameOf({ name, id }: Person): string {
  const plain = name.replace(/\p{C}/gu, "").trim();
  return Array.from(plain).slice(0, 32).join("") || id.slice(0, 64);
}
