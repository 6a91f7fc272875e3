/** The receivers of what happens, and the messages to them. */
import type { Kysely, Selectable } from "kysely";
import type { ChangeAction, WebhookEventType } from "../api.ts";
import { fieldChanges, recordedFields } from "../domain/changes.ts";
import type { Delivery, Webhook } from "../domain/entities.ts";
import { requireAlive } from "./alive.ts";
import { recordChanges } from "./change-record.ts";
import type { Database } from "./database.ts";
import { flag } from "./flag.ts";
import { formatPosition } from "./history-position.ts";
import { isOlder, pageOf } from "./paging.ts";
import type { Schema, WebhookTable } from "./schema.ts";
import type { Store } from "./store.ts";

type Webhooks = Pick<
  Store,
  | "createWebhook"
  | "webhooks"
  | "webhook"
  | "updateWebhook"
  | "deleteWebhook"
  | "createDeliveries"
  | "takeDelivery"
  | "updateDelivery"
  | "retryDelivery"
  | "deliveriesPage"
  | "deliverySummaries"
>;

export function webhooksIn(database: Database): Webhooks {
  return {
    createWebhook: (webhook, author) =>
      database.write(async (db) => {
        if (webhook.gateId !== null) await requireAlive(db, { gates: [webhook.gateId] });
        await db.insertInto("webhook").values(toRow(webhook)).execute();
        await recordChanges(db, author, [webhookChange("added", null, webhook)]);
      }),

    webhooks: () =>
      database.read(async (db) => {
        const rows = await db
          .selectFrom("webhook")
          .selectAll()
          .orderBy("createdAt")
          .orderBy("id")
          .execute();
        return rows.map(toWebhook);
      }),

    webhook: (id) => database.read((db) => webhookOf(db, id)),

    updateWebhook: (id, { events, isActive, ...changes }, author) =>
      database.write(async (db) => {
        const before = await webhookOf(db, id);
        if (before === undefined) return undefined;
        const gates = typeof changes.gateId === "string" ? [changes.gateId] : [];
        await requireAlive(db, { gates });
        await db
          .updateTable("webhook")
          .set({
            id,
            ...changes,
            ...(events === undefined ? {} : { events: JSON.stringify(events) }),
            ...(isActive === undefined ? {} : { isActive: flag(isActive) }),
          })
          .where("id", "=", id)
          .execute();
        const after = await webhookOf(db, id);
        if (after === undefined) return undefined;
        await recordChanges(db, author, [webhookChange("changed", before, after)]);
        return after;
      }),

    deleteWebhook: (id, author) =>
      database.write(async (db) => {
        const before = await webhookOf(db, id);
        await db.deleteFrom("webhookDelivery").where("webhookId", "=", id).execute();
        const result = await db.deleteFrom("webhook").where("id", "=", id).executeTakeFirst();
        // Another transaction may have been faster.
        if (before === undefined || result.numDeletedRows === 0n) return false;
        await recordChanges(db, author, [webhookChange("removed", before, null)]);
        return true;
      }),

    createDeliveries: (deliveries) =>
      database.write(async (db) => {
        if (deliveries.length === 0) return 0;
        const result = await db
          .insertInto("webhookDelivery")
          .values([...deliveries])
          .onConflict((conflict) => conflict.columns(["webhookId", "eventKey"]).doNothing())
          .executeTakeFirst();
        return Number(result.numInsertedOrUpdatedRows ?? 0n);
      }),

    takeDelivery: (now, leaseMs) =>
      database.write(async (db) => {
        for (;;) {
          const due = await db
            .selectFrom("webhookDelivery")
            .innerJoin("webhook", "webhook.id", "webhookDelivery.webhookId")
            .selectAll("webhookDelivery")
            .where("webhook.isActive", "=", 1)
            .where("dueAt", "<=", now)
            .orderBy("dueAt")
            .orderBy("webhookDelivery.id")
            .executeTakeFirst();
          if (due === undefined) return undefined;
          const dueAt = now + leaseMs;
          const result = await db
            .updateTable("webhookDelivery")
            .set({ dueAt })
            .where("id", "=", due.id)
            .where("dueAt", "=", due.dueAt)
            .executeTakeFirst();
          // Otherwise another instance was faster.
          if (result.numUpdatedRows === 0n) continue;
          const webhook = await db
            .selectFrom("webhook")
            .selectAll()
            .where("id", "=", due.webhookId)
            .executeTakeFirstOrThrow();
          return { delivery: { ...due, dueAt }, webhook: toWebhook(webhook) };
        }
      }),

    updateDelivery: (id, changes) =>
      database.write(async (db) => {
        await db.updateTable("webhookDelivery").set(changes).where("id", "=", id).execute();
      }),

    retryDelivery: (webhookId, id, now) =>
      database.write(async (db) => {
        const result = await db
          .updateTable("webhookDelivery")
          .set({ state: "waiting", dueAt: now, attempts: 0 })
          .where("id", "=", id)
          .where("webhookId", "=", webhookId)
          .where("state", "=", "dead")
          .executeTakeFirst();
        return result.numUpdatedRows > 0n;
      }),

    deliveriesPage: ({ webhookId, state, after, limit }) =>
      database.read(async (db) => {
        let query = db.selectFrom("webhookDelivery").selectAll().where("webhookId", "=", webhookId);
        if (state !== undefined) query = query.where("state", "=", state);
        if (after !== undefined) query = query.where(isOlder(after, "createdAt", "id"));
        const rows = await query
          .orderBy("createdAt", "desc")
          .orderBy("id", "desc")
          .limit(limit + 1)
          .execute();
        const { entries, next } = pageOf(rows, limit, ({ createdAt, id }) =>
          formatPosition({ at: createdAt, id }),
        );
        return { deliveries: entries, next };
      }),

    deliverySummaries: () =>
      database.read(async (db) => {
        const dead = await db
          .selectFrom("webhookDelivery")
          .select(({ fn }) => ["webhookId", fn.countAll<number | bigint | string>().as("count")])
          .where("state", "=", "dead")
          .groupBy("webhookId")
          .execute();
        const summaries = new Map<string, { dead: number; lastTry: Delivery | null }>();
        for (const { webhookId, count } of dead) {
          summaries.set(webhookId, { dead: Number(count), lastTry: null });
        }
        for (const { id } of await db.selectFrom("webhook").select("id").execute()) {
          const lastTry = await db
            .selectFrom("webhookDelivery")
            .selectAll()
            .where("webhookId", "=", id)
            .where("triedAt", "is not", null)
            .orderBy("triedAt", "desc")
            .limit(1)
            .executeTakeFirst();
          summaries.set(id, { dead: summaries.get(id)?.dead ?? 0, lastTry: lastTry ?? null });
        }
        return summaries;
      }),
  };
}

function toRow({ events, isActive, ...webhook }: Webhook): WebhookTable {
  return { ...webhook, events: JSON.stringify(events), isActive: flag(isActive) };
}

function toWebhook({ events, isActive, ...row }: Selectable<WebhookTable>): Webhook {
  return {
    ...row,
    events: JSON.parse(events) as readonly WebhookEventType[],
    isActive: isActive === 1,
  };
}

async function webhookOf(db: Kysely<Schema>, id: string): Promise<Webhook | undefined> {
  const row = await db.selectFrom("webhook").selectAll().where("id", "=", id).executeTakeFirst();
  return row && toWebhook(row);
}

function webhookChange(action: ChangeAction, before: Webhook | null, after: Webhook | null) {
  const { id = "", gateId = null } = after ?? before ?? {};
  const fields = fieldChanges(recordedFields.webhook, recorded(before), recorded(after));
  return { subject: "webhook", subjectId: id, personId: null, gateId, action, fields } as const;
}

function recorded(webhook: Webhook | null) {
  if (webhook === null) return null;
  const { origin, pathname } = new URL(webhook.url);
  const { isActive, events } = webhook;
  return { receiver: `${origin}${pathname}`, events: events.join(", "), isActive };
}
