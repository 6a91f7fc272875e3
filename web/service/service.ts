import type { Hono } from "hono";
import type { InvitationView } from "../api.ts";
import type { GateLink, GateLinkListener } from "../cloud/gate-link.ts";
import type { Person } from "../domain/entities.ts";
import { RateLimiter } from "../domain/rate-limit.ts";
import type { Store } from "../store/store.ts";
import { createApp } from "./app.ts";
import type { Assets } from "./assets.ts";
import { Boxes } from "./boxes.ts";
import type { WebEnv } from "./context.ts";
import { gateViewsOf } from "./gate-views.ts";
import { inviteFirstAdministrator } from "./invitations.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { OpenRequests } from "./open-requests.ts";
import { Readiness } from "./readiness.ts";
import { Limits } from "./request-limits.ts";
import type { RandomBytes } from "./secrets.ts";
import { Sessions } from "./sessions.ts";
import type { WebSettings } from "./settings.ts";
import { Streams } from "./streams.ts";
import { UnderWay } from "./under-way.ts";

/** Silence is never longer on a stream: the page takes a longer one for a broken connection. */
const beatMs = 5_000;
/** What another instance or the clock changed is told within that time. */
const refreshMs = 15_000;
const pruneMs = 3_600_000;
/** A box that says so much more often is told of with the next refresh: each telling asks the database. */
const statusLimit = { burst: 20, everyMs: 500 };

export interface ServiceParts {
  readonly store: Store;
  /** not started yet */
  readonly link: GateLink;
  readonly settings: WebSettings;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly assets: Assets;
  /** ms since 1970 */
  now(): number;
  readonly randomBytes: RandomBytes;
}

/** All parts of the service put together, whatever it is served by. It closes store and link in the end. */
export class Service {
  readonly app: Hono<WebEnv>;
  readonly #parts: ServiceParts;
  readonly #boxes = new Boxes();
  readonly #streams: Streams;
  readonly #openRequests: OpenRequests;
  readonly #readiness: Readiness;
  readonly #underWay = new UnderWay();
  readonly #statuses = new RateLimiter(statusLimit);
  readonly #timers: ReturnType<typeof setInterval>[] = [];

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    const { store, link, settings, now } = parts;
    const gateViews = (person: Person) => gateViewsOf(store, this.#boxes, person, now());
    this.#streams = new Streams({ ...parts, gateViews });
    this.#openRequests = new OpenRequests({
      ...parts,
      commandLifetimeMs: settings.commandLifetimeMs,
      tell: (request) => this.#streams.tell(request),
    });
    this.#readiness = new Readiness(store, link, now);
    this.app = createApp({
      ...parts,
      gateViews,
      boxes: this.#boxes,
      openRequests: this.#openRequests,
      streams: this.#streams,
      underWay: this.#underWay,
      readiness: this.#readiness,
      limits: new Limits(settings),
      sessions: new Sessions(parts),
    });
  }

  /**
   * Ends what a crash left behind, and begins to listen to the boxes.
   * @returns the link for the first administrator where none can sign in: for the operator's eyes alone
   * @throws StoreError
   */
  async start(): Promise<InvitationView | undefined> {
    const { store, link } = this.#parts;
    await this.#openRequests.endOrphans();
    const invitation = await inviteFirstAdministrator(this.#parts);
    link.watch((await store.gates()).map(({ thingName }) => thingName));
    link.start(this.#listener());
    this.#every(beatMs, async () => this.#streams.beat());
    this.#every(refreshMs, () => this.#refresh());
    this.#every(pruneMs, () => this.#prune());
    return invitation;
  }

  /** Takes nothing new, and ends the streams: the pages try again, elsewhere or later. */
  refuse(): void {
    this.#readiness.stop();
    this.#streams.endAll();
  }

  /** After {@link refuse}: waits for the requests under way, `limitMs` at most, then closes all. */
  async close(limitMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs);
    });
    // What is being answered may yet become a command.
    await Promise.race([this.#underWay.none(), limit]);
    await this.#openRequests.finish(limit);
    clearTimeout(timer);
    this.#streams.endAll();
    await this.#parts.link.close();
    await this.#parts.store.close();
  }

  #listener(): GateLinkListener {
    const { now, log, metrics } = this.#parts;
    return {
      onEvent: (thingName, report) => {
        this.#boxes.hearEvent(thingName, now());
        this.#openRequests.hear(thingName, report);
      },
      onStatus: (thingName, report) => {
        this.#boxes.hearStatus(thingName, report, now());
        if (this.#statuses.take(thingName, now()).allowed) this.#streams.refreshAll();
      },
      onListening: (isListening, detail) => {
        metrics.listening(isListening);
        if (isListening) log.info({}, "the boxes are heard");
        else log.warn({ detail }, "the boxes are not heard");
        if (!isListening) this.#boxes.forgetStates();
        this.#streams.refreshAll();
      },
    };
  }

  async #refresh(): Promise<void> {
    this.#streams.refreshAll();
    await this.#openRequests.endOrphans();
  }

  async #prune(): Promise<void> {
    const { store, settings, now, log } = this.#parts;
    const removed = await store.prune(now() - settings.retentionMs, now());
    if (removed > 0) log.info({ removed }, "old records were removed");
  }

  #every(periodMs: number, work: () => Promise<void>): void {
    const run = () => {
      work().catch((error: unknown) => this.#parts.log.error({ err: error }, "upkeep failed"));
    };
    this.#timers.push(setInterval(run, periodMs));
  }
}
