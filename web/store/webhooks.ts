/** The receivers of what happens, and the messages to them. */
import { type Selectable, type SqlBool, sql } from "kysely";
import type { WebhookEventType } from "../api.ts";
import type { Delivery, Webhook } from "../domain/entities.ts";
import type { Database } from "./database.ts";
import { flag } from "./flag.ts";
import { formatPosition, parsePosition } from "./history-position.ts";
import type { WebhookTable } from "./schema.ts";
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
    createWebhook: (webhook) =>
      database.write(async (db) => {
        await db.insertInto("webhook").values(toRow(webhook)).execute();
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

    webhook: (id) =>
      database.read(async (db) => {
        const row = await db
          .selectFrom("webhook")
          .selectAll()
          .where("id", "=", id)
          .executeTakeFirst();
        return row && toWebhook(row);
      }),

    updateWebhook: (id, { events, isActive, ...changes }) =>
      database.write(async (db) => {
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
        const row = await db
          .selectFrom("webhook")
          .selectAll()
          .where("id", "=", id)
          .executeTakeFirst();
        return row && toWebhook(row);
      }),

    deleteWebhook: (id) =>
      database.write(async (db) => {
        await db.deleteFrom("webhookDelivery").where("webhookId", "=", id).execute();
        const result = await db.deleteFrom("webhook").where("id", "=", id).executeTakeFirst();
        return result.numDeletedRows > 0n;
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
        if (after !== undefined) {
          const position = parsePosition(after);
          if (position === undefined) throw new RangeError("`after` is not a position");
          const { at, id } = position;
          query = query.where(sql<SqlBool>`(created_at, id) < (${at}, ${id})`);
        }
        const rows = await query
          .orderBy("createdAt", "desc")
          .orderBy("id", "desc")
          .limit(limit + 1)
          .execute();
        const deliveries = rows.slice(0, limit);
        const last = deliveries.at(-1);
        const isMore = rows.length > limit && last !== undefined;
        return {
          deliveries,
          next: isMore ? formatPosition({ at: last.createdAt, id: last.id }) : null,
        };
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
