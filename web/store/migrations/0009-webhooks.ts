/** Receivers of what happens, and the messages to them. */
import type { Kysely, Migration } from "kysely";

export const webhooks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("webhook")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("url", "text", (column) => column.notNull())
      .addColumn("secret", "text", (column) => column.notNull())
      .addColumn("events", "text", (column) => column.notNull())
      .addColumn("gateId", "text", (column) => column.references("gate.id"))
      .addColumn("isActive", "integer", (column) => column.notNull())
      .addColumn("createdAt", "bigint", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("webhookDelivery")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("webhookId", "text", (column) => column.notNull().references("webhook.id"))
      .addColumn("eventKey", "text", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("body", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("createdAt", "bigint", (column) => column.notNull())
      .addColumn("dueAt", "bigint")
      .addColumn("attempts", "integer", (column) => column.notNull())
      .addColumn("triedAt", "bigint")
      .addColumn("lastStatus", "integer")
      .addColumn("lastProblem", "text")
      .addUniqueConstraint("webhook_delivery_once", ["webhookId", "eventKey"])
      .execute();
    await db.schema
      .createIndex("webhook_delivery_due")
      .on("webhookDelivery")
      .columns(["dueAt"])
      .execute();
    await db.schema
      .createIndex("webhook_delivery_by_webhook")
      .on("webhookDelivery")
      .columns(["webhookId", "createdAt", "id"])
      .execute();
  },
};
