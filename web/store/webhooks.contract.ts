/** The contract of every store: the receivers of what happens, and the messages to them. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Delivery, Webhook } from "../domain/entities.ts";
import { aGate, noon, type StorePlace } from "./place.rig.ts";
import type { Store } from "./store.ts";

const leaseMs = 60_000;

export function webhooksContract(
  now: () => { readonly place: StorePlace; readonly store: Store },
): void {
  const store = () => now().store;

  describe("webhooks", () => {
    beforeEach(() => store().createGate(aGate()));

    async function made(changes: Partial<Webhook> = {}): Promise<Webhook> {
      const webhook: Webhook = {
        id: randomUUID(),
        url: "https://example.com/hook",
        secret: "whsec_MTIz",
        events: ["gate.opened", "box.offline"],
        gateId: null,
        isActive: true,
        createdAt: noon,
        ...changes,
      };
      await store().createWebhook(webhook);
      return webhook;
    }

    async function queued(webhook: Webhook, changes: Partial<Delivery> = {}): Promise<Delivery> {
      const delivery = aDelivery(webhook, changes);
      assert.equal(await store().createDeliveries([delivery]), 1);
      return delivery;
    }

    it("are stored, changed and deleted with their messages", async () => {
      const first = await made({ gateId: "north" });
      const second = await made({ createdAt: noon + 1 });
      assert.deepEqual(await store().webhooks(), [first, second]);
      const changed = {
        ...first,
        isActive: false,
        events: ["gate.refused"],
        gateId: null,
      } as const;
      const { isActive, events, gateId } = changed;
      assert.deepEqual(
        await store().updateWebhook(first.id, { isActive, events, gateId }),
        changed,
      );
      assert.deepEqual(await store().updateWebhook(first.id, { url: undefined }), changed);
      assert.deepEqual(await store().webhook(first.id), changed);
      assert.equal(await store().updateWebhook("none", { isActive }), undefined);
      await queued(first);
      assert.equal(await store().deleteWebhook(first.id), true);
      assert.equal(await store().deleteWebhook(first.id), false);
      const { deliveries } = await store().deliveriesPage({ webhookId: first.id, limit: 5 });
      assert.deepEqual(deliveries, []);
    });

    it("get a message about one event once, also from two instances", async () => {
      const webhook = await made();
      const other = await now().place.open();
      const counts = await Promise.all(
        [store(), other, store(), other].map((each) =>
          each.createDeliveries([aDelivery(webhook, { eventKey: "request 1 opened" })]),
        ),
      );
      assert.deepEqual(counts.sort(), [0, 0, 0, 1]);
      assert.equal(await store().createDeliveries([]), 0);
    });

    it("hand out what has been due for longest, to one taker at a time", async () => {
      const webhook = await made();
      const later = await queued(webhook, { dueAt: noon + 2 });
      const sooner = await queued(webhook, { dueAt: noon + 1 });
      await queued(webhook, { dueAt: noon + 1_000 });
      await queued(await made({ isActive: false }));
      const other = await now().place.open();
      const takers = [store(), other, store(), other];
      const taken = await Promise.all(takers.map((each) => each.takeDelivery(noon + 5, leaseMs)));
      const ids = taken.flatMap((each) => (each === undefined ? [] : [each.delivery.id]));
      assert.deepEqual(ids.sort(), [later.id, sooner.id].sort());
      const first = taken.find((each) => each?.delivery.id === sooner.id);
      assert.deepEqual(first?.webhook, webhook);
      assert.deepEqual(first?.delivery, { ...sooner, dueAt: noon + 5 + leaseMs });
      // The taker has died.
      const again = await store().takeDelivery(noon + 5 + leaseMs, leaseMs);
      assert.ok(again !== undefined);
    });

    it("keep the outcome of each try, and count what is dead", async () => {
      const webhook = await made();
      const delivery = await queued(webhook);
      const tried = {
        attempts: 1,
        triedAt: noon + 5,
        lastStatus: 500,
        lastProblem: "refused",
      } as const;
      await store().updateDelivery(delivery.id, { ...tried, state: "dead", dueAt: null });
      const dead = { ...delivery, ...tried, state: "dead", dueAt: null } as const;
      const summaries = await store().deliverySummaries();
      assert.deepEqual(summaries.get(webhook.id), { dead: 1, lastTry: dead });
      assert.equal(await store().takeDelivery(noon + 10 * leaseMs, leaseMs), undefined);

      assert.equal(await store().retryDelivery("none", delivery.id, noon + 9), false);
      assert.equal(await store().retryDelivery(webhook.id, delivery.id, noon + 9), true);
      assert.equal(await store().retryDelivery(webhook.id, delivery.id, noon + 9), false);
      const due = await store().takeDelivery(noon + 9, leaseMs);
      assert.deepEqual([due?.delivery.id, due?.delivery.attempts], [delivery.id, 0]);
    });

    it("list their messages in pages, newest first, and by state", async () => {
      const webhook = await made();
      const all: Delivery[] = [];
      for (let index = 0; index < 5; index++) {
        all.unshift(await queued(webhook, { createdAt: noon + index }));
      }
      await queued(await made());
      const query = { webhookId: webhook.id, limit: 3 };
      const first = await store().deliveriesPage(query);
      const rest = await store().deliveriesPage({ ...query, after: first.next ?? "" });
      assert.deepEqual([...first.deliveries, ...rest.deliveries], all);
      assert.equal(rest.next, null);
      const dead = await store().deliveriesPage({ ...query, state: "dead" });
      assert.deepEqual(dead.deliveries, []);
      await assert.rejects(store().deliveriesPage({ ...query, after: "x" }), RangeError);
    });

    it("forget what has ended long ago, and keep what is still to be sent", async () => {
      const webhook = await made();
      const waiting = await queued(webhook, { createdAt: noon - 10 });
      await queued(webhook, { createdAt: noon - 10, state: "delivered", dueAt: null });
      await queued(webhook, { createdAt: noon - 10, state: "dead", dueAt: null });
      const young = await queued(webhook, { createdAt: noon, state: "dead", dueAt: null });
      await store().prune(noon - 5, noon);
      const { deliveries } = await store().deliveriesPage({ webhookId: webhook.id, limit: 9 });
      assert.deepEqual(deliveries, [young, waiting]);
    });
  });
}

function aDelivery({ id: webhookId }: Webhook, changes: Partial<Delivery>): Delivery {
  const id = randomUUID();
  return {
    id,
    webhookId,
    eventKey: id,
    type: "gate.opened",
    body: "{}",
    state: "waiting",
    createdAt: noon,
    dueAt: noon,
    attempts: 0,
    triedAt: null,
    lastStatus: null,
    lastProblem: null,
    ...changes,
  };
}
