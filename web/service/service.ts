import type { Hono } from "hono";
import { notableClockDifferenceMs } from "../../device/messages/clock-difference.ts";
import type { InvitationView } from "../api.ts";
import type { GateLink, GateLinkListener } from "../cloud/gate-link.ts";
import { RateLimiter } from "../domain/rate-limit.ts";
import type { Store } from "../store/store.ts";
import type { Language } from "../words/languages.ts";
import {
  type Administration,
  administrationOf,
  inviteWaitingAdministrator,
} from "./administrators.ts";
import { createApp } from "./app.ts";
import type { Asker } from "./asker.ts";
import type { Assets } from "./assets.ts";
import { Boxes } from "./boxes.ts";
import type { WebEnv } from "./context.ts";
import { GateBook } from "./gate-book.ts";
import { gateViewsOf } from "./gate-views.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { OpenRequests } from "./open-requests.ts";
import { Readiness } from "./readiness.ts";
import { Limits } from "./request-limits.ts";
import type { RandomBytes } from "./secrets.ts";
import { Sessions } from "./sessions.ts";
import type { WebSettings } from "./settings.ts";
import { Streams } from "./streams.ts";
import { TapsFirst } from "./taps-first.ts";
import { UnderWay } from "./under-way.ts";
import { messageSender, type SendMessage } from "./webhook-sender.ts";
import { Webhooks } from "./webhooks.ts";

/** The longest silence on a stream. The page treats a longer one as a broken connection. */
const beatMs = 5_000;
/** How soon a page learns of what another instance or the clock has changed. */
const refreshMs = 15_000;
const pruneMs = 3_600_000;
/** Each status is sent to everybody who may see the box. Beyond this limit, the next beat does it. */
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
  /** default: to the receivers of webhooks by HTTP */
  readonly sendMessage?: SendMessage;
}

/**
 * Connects all parts of the service, independently of the server. It closes store and link at the
 * end.
 */
export class Service {
  readonly app: Hono<WebEnv>;
  readonly #parts: ServiceParts;
  readonly #boxes = new Boxes();
  readonly #gates: GateBook;
  readonly #streams: Streams;
  readonly #openRequests: OpenRequests;
  readonly #webhooks: Webhooks;
  readonly #readiness: Readiness;
  readonly #underWay = new UnderWay();
  readonly #statuses = new RateLimiter(statusLimit);
  /** one warning per box and minute */
  readonly #clockNotes = new RateLimiter({ burst: 1, everyMs: 60_000 });
  readonly #timers: ReturnType<typeof setInterval>[] = [];

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    const { store, link, settings, now } = parts;
    this.#gates = new GateBook(store, now);
    const known = { boxes: this.#boxes, gates: this.#gates };
    const gateViews = (asker: Asker, language: Language) =>
      gateViewsOf(store, known, asker, now(), language);
    this.#streams = new Streams({
      ...parts,
      boxes: this.#boxes,
      gates: this.#gates,
      gatesWereRead: () => link.watch(this.#gates.all),
    });
    this.#webhooks = new Webhooks({
      ...parts,
      gates: this.#gates,
      send: parts.sendMessage ?? messageSender(settings.webhookPrivateHosts),
    });
    this.#openRequests = new OpenRequests({
      ...parts,
      commandLifetimeMs: settings.commandLifetimeMs,
      heardClock: (thingName, differenceMs) => this.#hearClock(thingName, differenceMs),
      tell: (request) => {
        this.#streams.tell(request);
        this.#webhooks.hearRequest(request);
      },
      refused: (request) => this.#webhooks.hearRequest(request),
      heardOther: (source, report, heardAt) => this.#webhooks.hearOther(source, report, heardAt),
    });
    this.#readiness = new Readiness(store, link, now);
    this.app = createApp({
      ...parts,
      gateViews,
      boxes: this.#boxes,
      openRequests: this.#openRequests,
      streams: this.#streams,
      webhooks: this.#webhooks,
      underWay: this.#underWay,
      readiness: this.#readiness,
      limits: new Limits(store, settings),
      tapsFirst: new TapsFirst(),
      sessions: new Sessions(parts),
    });
  }

  /**
   * Ends the requests that a crash left open, and starts to listen to the boxes.
   * @returns whether an administrator can sign in
   * @throws StoreError
   */
  async start(): Promise<Administration> {
    const { link } = this.#parts;
    await this.#openRequests.endOrphans();
    const administration = await administrationOf(this.#parts);
    await this.#streams.refreshAll();
    this.#streams.listen();
    await this.#webhooks.refresh();
    link.start(this.#listener());
    this.#every(beatMs, async () => this.#streams.beat());
    this.#every(refreshMs, () => this.#refresh());
    this.#every(pruneMs, () => this.#prune());
    return administration;
  }

  /** Sends the messages to webhooks that are due. @throws StoreError */
  sendWebhooks(): Promise<void> {
    return this.#webhooks.refresh();
  }

  /** The link that an administrator waits for, if there is one; only the operator may see it. */
  inviteWaitingAdministrator(): Promise<InvitationView | undefined> {
    return inviteWaitingAdministrator(this.#parts);
  }

  /** Accepts nothing new, and ends the streams. The pages reconnect to another instance, or later. */
  refuse(): void {
    this.#readiness.stop();
    this.#streams.endAll();
  }

  /**
   * After {@link refuse}: waits up to `limitMs` for the requests in progress, then closes
   * everything.
   */
  async close(limitMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs);
    });
    // A request that is still being handled may send a command.
    await Promise.race([this.#underWay.none(), limit]);
    await this.#openRequests.finish(limit);
    await this.#webhooks.stop();
    clearTimeout(timer);
    this.#streams.endAll();
    await this.#parts.link.close();
    await this.#parts.store.close();
  }

  #listener(): GateLinkListener {
    const { now, log, metrics } = this.#parts;
    return {
      onEvent: (thingName, report, output) => {
        this.#hearEvent(thingName);
        this.#openRequests.hear({ thingName, output }, report);
      },
      onGateEvent: (thingName, event, output) => {
        this.#hearEvent(thingName);
        this.#openRequests.hearGate({ thingName, output }, event);
        this.#webhooks.hearGate({ thingName, output }, event, now());
      },
      onStatus: (thingName, report) => {
        this.#boxes.hearStatus(thingName, report, now());
        this.#webhooks.hearBox(thingName, report.state === "online");
        if (this.#statuses.take(thingName, now()).allowed) this.#streams.tellBox(thingName);
        else this.#streams.tellBoxLater(thingName);
      },
      onListening: (isListening, detail) => {
        metrics.listening(isListening);
        if (isListening) log.info({}, "receiving the boxes' reports");
        else log.warn({ detail }, "not receiving the boxes' reports");
        if (!isListening) this.#boxes.forgetStates();
        this.#streams.tellBoxes();
      },
    };
  }

  #hearEvent(thingName: string): void {
    this.#boxes.hearEvent(thingName, this.#parts.now());
    this.#streams.tellBoxLater(thingName);
  }

  #hearClock(thingName: string, clockDifferenceMs: number): void {
    const { log, now } = this.#parts;
    this.#boxes.hearClock(thingName, clockDifferenceMs);
    if (Math.abs(clockDifferenceMs) < notableClockDifferenceMs) return;
    if (!this.#clockNotes.take(thingName, now()).allowed) return;
    const wrong = this.#boxes.wrongClock(thingName);
    log.warn(
      { thingName, clockDifferenceMs, wrong },
      "the clocks of a box and of this service differ: commands may be refused as expired or future",
    );
  }

  async #refresh(): Promise<void> {
    await this.#streams.refreshAll();
    await this.sendWebhooks();
    await this.#openRequests.endOrphans();
  }

  async #prune(): Promise<void> {
    const { store, settings, now, log } = this.#parts;
    const removed = await store.prune(now() - settings.retentionMs, now());
    if (removed > 0) log.info({ removed }, "old records were removed");
  }

  #every(periodMs: number, work: () => Promise<void>): void {
    const run = () => {
      work().catch((error: unknown) =>
        this.#parts.log.error({ err: error }, "a periodic task failed"),
      );
    };
    this.#timers.push(setInterval(run, periodMs));
  }
}
