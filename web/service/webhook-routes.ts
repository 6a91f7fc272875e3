import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as v from "valibot";
import type {
  DeliveriesPage,
  DeliveryView,
  NewWebhookView,
  WebhookTry,
  WebhookView,
} from "../api.ts";
import type { Delivery, Webhook } from "../domain/entities.ts";
import { longestWebhookUrl, mostWebhooks, webhookEventTypes } from "../input-limits.ts";
import type { Store } from "../store/store.ts";
import { authorOf } from "./author.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { gateId, listOf, position } from "./fields.ts";
import { said, wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import { notFound, problem, readBody, readQuery } from "./problem.ts";
import type { RandomBytes } from "./secrets.ts";
import type { WebSettings } from "./settings.ts";
import { webhookSecretOf } from "./webhook-signature.ts";
import type { Webhooks } from "./webhooks.ts";

interface WebhookParts {
  readonly store: Store;
  readonly webhooks: Webhooks;
  readonly settings: WebSettings;
  readonly log: Logger;
  readonly randomBytes: RandomBytes;
  now(): number;
}

const secretBytes = 32;
const deliveriesOnPage = 50;
const entries = {
  url: v.pipe(
    v.string(said((field) => field.text)),
    v.maxLength(
      longestWebhookUrl,
      said((field) => field.maximumLength(longestWebhookUrl)),
    ),
    v.check(
      isWebUrl,
      said((field) => field.webhookUrl),
    ),
  ),
  events: listOf(
    v.picklist(
      webhookEventTypes,
      said((field) => field.webhookEvent),
    ),
    webhookEventTypes.length,
  ),
  gate: v.nullable(gateId),
  isActive: v.boolean(said((field) => field.trueOrFalse)),
};
const newWebhook = v.strictObject({
  url: entries.url,
  events: entries.events,
  gate: v.exactOptional(entries.gate, null),
  isActive: v.exactOptional(entries.isActive, true),
});
const changes = v.partial(v.strictObject(entries));
const deliveriesQuery = v.strictObject({
  state: v.exactOptional(
    v.picklist(
      ["waiting", "delivered", "dead"],
      said((field) => field.deliveryState),
    ),
  ),
  after: v.exactOptional(position),
});

/** For administrators: receivers of what happens, and what was not delivered. */
export function webhookRoutes(parts: WebhookParts): Hono<WebEnv> {
  const { store, webhooks, log, now } = parts;
  return new Hono<WebEnv>()
    .get("/webhooks", async (c) => {
      const summaries = await store.deliverySummaries();
      const views = (await store.webhooks()).map((each) => webhookView(each, summaries));
      return c.json(views satisfies readonly WebhookView[]);
    })
    .post("/webhooks", (c) => create(parts, c))
    .patch("/webhooks/:id", (c) => change(parts, c))
    .delete("/webhooks/:id", async (c) => {
      const id = c.req.param("id");
      if (!(await store.deleteWebhook(id, authorOf(c)))) return notFound(c, "webhook");
      await webhooks.refresh();
      log.info({ webhook: id, by: c.var.signedIn?.person.id }, "a webhook was deleted");
      return c.body(null, 204);
    })
    .post("/webhooks/:id/test", async (c) => {
      const webhook = await store.webhook(c.req.param("id"));
      if (webhook === undefined) return notFound(c, "webhook");
      if (!webhook.isActive) {
        return problem(c, 409, "webhook-off", wordsFor(c).problems.webhookOff);
      }
      await webhooks.test(webhook);
      return c.json({}, 202);
    })
    .get("/webhooks/:id/deliveries", async (c) => {
      const asked = readQuery(c, deliveriesQuery);
      if (asked.type === "problem") return asked.response;
      const webhookId = c.req.param("id");
      const query = { webhookId, ...asked.value, limit: deliveriesOnPage };
      const { deliveries, next } = await store.deliveriesPage(query);
      return c.json({ deliveries: deliveries.map(deliveryView), next } satisfies DeliveriesPage);
    })
    .post("/webhooks/:id/deliveries/:delivery/retry", async (c) => {
      const { id, delivery } = c.req.param();
      if (!(await store.retryDelivery(id, delivery, now()))) return notFound(c, "delivery");
      webhooks.wake();
      return c.json({}, 202);
    });
}

async function create(parts: WebhookParts, c: WebContext): Promise<Response> {
  const { store, webhooks, log, randomBytes, now } = parts;
  const body = await readBody(c, newWebhook);
  if (body.type === "problem") return body.response;
  const { gate, ...rest } = body.value;
  const wrong = await reasonAgainst(parts, c, body.value);
  if (wrong !== undefined) return wrong;
  if ((await store.webhooks()).length >= mostWebhooks) {
    return problem(c, 409, "too-many", wordsFor(c).problems.tooManyWebhooks(mostWebhooks));
  }
  const secret = webhookSecretOf(randomBytes(secretBytes));
  const webhook: Webhook = {
    id: randomUUID(),
    secret,
    gateId: gate,
    ...rest,
    createdAt: now(),
  };
  await store.createWebhook(webhook, authorOf(c));
  await webhooks.refresh();
  const by = c.var.signedIn?.person.id;
  log.info({ webhook: webhook.id, url: webhook.url, by }, "a webhook was created");
  return c.json({ ...webhookView(webhook), secret } satisfies NewWebhookView, 201);
}

async function change(parts: WebhookParts, c: WebContext): Promise<Response> {
  const { store, webhooks, log } = parts;
  const body = await readBody(c, changes);
  if (body.type === "problem") return body.response;
  const wrong = await reasonAgainst(parts, c, body.value);
  if (wrong !== undefined) return wrong;
  const { gate, ...rest } = body.value;
  const id = c.req.param("id") ?? "";
  const webhook = await store.updateWebhook(id, { ...rest, gateId: gate }, authorOf(c));
  if (webhook === undefined) return notFound(c, "webhook");
  await webhooks.refresh();
  log.info({ webhook: id, by: c.var.signedIn?.person.id }, "a webhook was changed");
  return c.json(webhookView(webhook, await store.deliverySummaries()) satisfies WebhookView);
}

async function reasonAgainst(
  { store, settings }: WebhookParts,
  c: WebContext,
  { url, gate }: { readonly url?: string | undefined; readonly gate?: string | null | undefined },
): Promise<Response | undefined> {
  if (url !== undefined && new URL(url).protocol !== "https:") {
    const { hostname } = new URL(url);
    const isAllowed = settings.webhookPrivateHosts.includes(hostname.toLowerCase());
    if (!isAllowed) return problem(c, 400, "invalid", `url: ${wordsFor(c).field.webhookHttps}`);
  }
  const isUnknown = typeof gate === "string" && (await store.gate(gate)) === undefined;
  return isUnknown ? notFound(c, "gate") : undefined;
}

function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "" && hash === "";
}

function webhookView(
  { id, url, events, gateId: gate, isActive, createdAt }: Webhook,
  summaries?: Awaited<ReturnType<Store["deliverySummaries"]>>,
): WebhookView {
  const summary = summaries?.get(id);
  const dead = summary?.dead ?? 0;
  const lastTry = summary?.lastTry ? tryOf(summary.lastTry) : null;
  return { id, url, events, gate, isActive, createdAt, dead, lastTry };
}

function deliveryView(delivery: Delivery): DeliveryView {
  const { id, type, state, createdAt, attempts, dueAt } = delivery;
  return { id, type, state, createdAt, attempts, dueAt, lastTry: tryOf(delivery) };
}

function tryOf({ triedAt, lastStatus, lastProblem }: Delivery): WebhookTry | null {
  if (triedAt === null) return null;
  return { at: triedAt, status: lastStatus, problem: lastProblem };
}
