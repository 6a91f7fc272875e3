import { randomUUID } from "node:crypto";
import type { EventReport } from "../../device/messages/event.ts";
import type { GateEvent } from "../../device/messages/gate.ts";
import type { WebhookEventType } from "../api.ts";
import type { BoxGate } from "../cloud/gate-link.ts";
import type { Delivery, Gate, OpenRequest, Webhook } from "../domain/entities.ts";
import { retryPauseMs, webhookTestType } from "../domain/webhook-retries.ts";
import type { Store } from "../store/store.ts";
import type { GateBook } from "./gate-book.ts";
import type { Logger } from "./log.ts";
import { RetryQueue } from "./retry-queue.ts";
import type { SendMessage } from "./webhook-sender.ts";
import { webhookHeaders } from "./webhook-signature.ts";

export interface WebhooksParts {
  readonly store: Store;
  readonly gates: GateBook;
  readonly log: Logger;
  readonly send: SendMessage;
  now(): number;
}

/** More than a try can take: if this process dies, another one tries again after it. */
const leaseMs = 60_000;
/** A receiver that needs long must not hold up the others. */
const mostAtOnce = 4;
/** A box that connects again within this time was not offline for anybody. */
export const offlineAfterMs = 60_000;
/** Within this time, several instances tell that a box is offline once. */
const offlineBucketMs = 600_000;
/** The receiver asks not to be asked again [RFC 9110, 15.5.11]. */
const gone = 410;

/** What is told about an event, beside its type and time. */
type EventData = Readonly<Record<string, unknown>>;

interface Happening {
  readonly type: WebhookEventType;
  /** the same for every instance of the service that hears of it */
  readonly key: string;
  readonly at: number;
  /** undefined: of no gate of the app */
  readonly gate: Gate | undefined;
  readonly data: EventData | (() => Promise<EventData>);
}

/**
 * Tells receivers what happens. A message is stored before it is sent, tried again after each failure, and
 * dead after the last one.
 */
export class Webhooks {
  readonly #parts: WebhooksParts;
  readonly #retries: RetryQueue;
  /** the active ones, so that an event that nobody wants costs nothing */
  #active: readonly Webhook[] = [];
  readonly #offline = new Map<string, ReturnType<typeof setTimeout>>();
  /** boxes that were told as offline, with the key of that message */
  readonly #toldOffline = new Map<string, string>();
  readonly #sending = new Set<Promise<void>>();
  #isStopped = false;

  constructor(parts: WebhooksParts) {
    this.#parts = parts;
    this.#retries = new RetryQueue(parts.log);
  }

  /** Reads the receivers, and sends what is due. @throws StoreError */
  async refresh(): Promise<void> {
    this.#active = (await this.#parts.store.webhooks()).filter(({ isActive }) => isActive);
    if (this.#active.length > 0) this.#sendDue();
  }

  /** A request of the app has changed. */
  hearRequest(request: OpenRequest): void {
    const { state, reason } = request;
    if (state === "recorded" || state === "sent" || reason === "rate-limited") return;
    const type = state === "opened" ? "gate.opened" : "gate.refused";
    const gate = this.#parts.gates.get(request.gateId);
    const at = request.endedAt ?? request.at;
    const key = `request ${request.id} ${state}`;
    this.#tell({ type, key, at, gate, data: () => this.#dataOf(request) });
  }

  /** A box has carried out a command from outside the app. */
  hearOther(source: BoxGate, { id, outcome, by, at, pulseMs }: EventReport, heardAt: number): void {
    if (outcome !== "opened") return;
    const happenedAt = at ?? heardAt;
    const key = `other ${source.thingName} ${source.output ?? ""} ${id ?? ""} ${happenedAt}`;
    const data = { request: null, by: { type: "outside", name: by }, pulseMs };
    const gate = this.#gateAt(source);
    this.#tell({ type: "gate.opened", key, at: happenedAt, gate, data });
  }

  /** A contact at a gate has shown something. */
  hearGate(source: BoxGate, event: GateEvent, heardAt: number): void {
    const at = event.at ?? heardAt;
    const key = `gate ${source.thingName} ${source.output ?? ""} ${event.gate} ${at}`;
    const late = event.delayedMs === undefined ? {} : { delayedMs: event.delayedMs };
    this.#tell({ type: `gate.${event.gate}`, key, at, gate: this.#gateAt(source), data: late });
  }

  hearBox(thingName: string, isOnline: boolean): void {
    const { now, gates } = this.#parts;
    if (!isOnline) {
      if (this.#offline.has(thingName)) return;
      const since = now();
      const timer = setTimeout(() => {
        const key = `offline ${thingName} ${Math.floor(since / offlineBucketMs)}`;
        this.#toldOffline.set(thingName, key);
        this.#tellBox("box.offline", key, thingName, since);
      }, offlineAfterMs);
      this.#offline.set(thingName, timer);
      return;
    }
    clearTimeout(this.#offline.get(thingName));
    this.#offline.delete(thingName);
    const told = this.#toldOffline.get(thingName);
    if (told === undefined || gates.at(thingName).length === 0) return;
    this.#toldOffline.delete(thingName);
    this.#tellBox("box.online", `${told} online`, thingName, now());
  }

  /** Sends a message of the type `test`. @throws StoreError */
  async test(webhook: Webhook): Promise<void> {
    const { store, now } = this.#parts;
    const body = JSON.stringify({
      type: webhookTestType,
      timestamp: new Date(now()).toISOString(),
      data: {},
    });
    await store.createDeliveries([
      this.#deliveryTo(webhook, `test ${randomUUID()}`, webhookTestType, body),
    ]);
    this.#sendDue();
  }

  /** Sends what an administrator has made due. */
  wake(): void {
    this.#sendDue();
  }

  /** Ends what is being sent; the rest is sent after the next start. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#offline.values()) clearTimeout(timer);
    await this.#retries.settled();
    await Promise.all(this.#sending);
    this.#retries.stop();
  }

  #tellBox(type: "box.offline" | "box.online", key: string, thingName: string, at: number): void {
    for (const gate of this.#parts.gates.at(thingName)) {
      this.#tell({ type, key: `${key} ${gate.id}`, at, gate, data: { box: thingName } });
    }
  }

  #gateAt({ thingName, output }: BoxGate): Gate | undefined {
    return this.#parts.gates.at(thingName).find((gate) => gate.output === output);
  }

  #tell({ type, key, at, gate, data }: Happening): void {
    const wanting = this.#active.filter(
      ({ events, gateId }) => events.includes(type) && (gateId === null || gateId === gate?.id),
    );
    if (wanting.length === 0 || this.#isStopped) return;
    this.#retries.try(async () => {
      const more = typeof data === "function" ? await data() : data;
      const about = gate === undefined ? null : { id: gate.id, name: gate.name };
      const body = JSON.stringify({
        type,
        timestamp: new Date(at).toISOString(),
        data: { gate: about, ...more },
      });
      const deliveries = wanting.map((webhook) => this.#deliveryTo(webhook, key, type, body));
      if ((await this.#parts.store.createDeliveries(deliveries)) > 0) this.#sendDue();
    });
  }

  async #dataOf(request: OpenRequest): Promise<EventData> {
    const { id, at, state, reason, pulseMs } = request;
    return { request: { id, at, state, reason }, by: await this.#byOf(request), pulseMs };
  }

  async #byOf({ personId, guestId, via }: OpenRequest): Promise<EventData | null> {
    const { store } = this.#parts;
    if (guestId !== null) {
      const guest = await store.guest(guestId);
      return { type: "guest", name: guest?.name ?? null, inviter: guest?.inviterName ?? null };
    }
    const person = personId === null ? undefined : await store.person(personId);
    if (person === undefined) return null;
    return { type: "person", id: person.id, name: person.name, program: via };
  }

  #deliveryTo(
    { id: webhookId }: Webhook,
    eventKey: string,
    type: Delivery["type"],
    body: string,
  ): Delivery {
    const createdAt = this.#parts.now();
    return {
      id: randomUUID(),
      webhookId,
      eventKey,
      type,
      body,
      state: "waiting",
      createdAt,
      dueAt: createdAt,
      attempts: 0,
      triedAt: null,
      lastStatus: null,
      lastProblem: null,
    };
  }

  #sendDue(): void {
    if (this.#isStopped || this.#sending.size >= mostAtOnce) return;
    const sending = this.#sendOne()
      .catch((error: unknown) => {
        this.#parts.log.error({ err: error }, "the messages to webhooks could not be read");
        return false;
      })
      .then((hasSent) => {
        this.#sending.delete(sending);
        if (hasSent) this.#sendDue();
      });
    this.#sending.add(sending);
  }

  /** @returns whether there was one */
  async #sendOne(): Promise<boolean> {
    const { store, now } = this.#parts;
    const due = await store.takeDelivery(now(), leaseMs);
    if (due === undefined) return false;
    // Others are sent meanwhile.
    this.#sendDue();
    await this.#send(due.delivery, due.webhook);
    return true;
  }

  async #send(delivery: Delivery, webhook: Webhook): Promise<void> {
    const { store, log, send, now } = this.#parts;
    const { id, body, type } = delivery;
    const headers = webhookHeaders(webhook.secret, { id, body, at: now() });
    const { status, problem, detail } = await send({ url: webhook.url, headers, body });
    const triedAt = now();
    const attempts = delivery.attempts + 1;
    const tried = { attempts, triedAt, lastStatus: status, lastProblem: problem };
    if (problem === null) {
      await store.updateDelivery(id, { ...tried, state: "delivered", dueAt: null });
      return;
    }
    const pauseMs = status === gone ? undefined : retryPauseMs(attempts, Math.random());
    const why = { status, problem, detail };
    log.warn({ webhook: webhook.id, type, attempts, ...why }, "a webhook did not take a message");
    if (status === gone) {
      await store.updateWebhook(webhook.id, { isActive: false });
      await this.refresh();
    }
    await store.updateDelivery(
      id,
      pauseMs === undefined
        ? { ...tried, state: "dead", dueAt: null }
        : { ...tried, state: "waiting", dueAt: triedAt + pauseMs },
    );
  }
}
