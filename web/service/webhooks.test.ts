import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import type { DeliveriesPage, NewWebhookView, WebhookView } from "../api.ts";
import type { Gate, Person } from "../domain/entities.ts";
import { webhookEventTypes } from "../input-limits.ts";
import type { Browser } from "./browser.rig.ts";
import { Rig, turns, until } from "./service.rig.ts";
import { WebhookReceiver } from "./webhook-receiver.rig.ts";
import { offlineAfterMs } from "./webhooks.ts";

const environment = { BOOM_BOX_WEB_WEBHOOK_PRIVATE_HOSTS: "127.0.0.1" };

describe("webhooks", () => {
  let rig: Rig;
  let gate: Gate;
  let admin: { readonly browser: Browser; readonly person: Person };
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    rig = await Rig.make({ environment });
    // The receiver compares the signature's time with its clock.
    rig.now = Date.now();
    gate = await rig.gate();
    await rig.gate({ id: "south", name: "South gate", thingName: "box-2" });
    await rig.service.start();
    rig.link.online("box-1");
    rig.link.online("box-2");
    admin = await rig.administrator();
    receiver = await WebhookReceiver.start();
  });
  afterEach(async () => {
    await receiver.stop();
    await rig.dispose();
  });

  const bodyOf = (changes: object = {}) => ({
    url: receiver.url,
    events: webhookEventTypes,
    ...changes,
  });
  async function json<T>(response: Response, status = 200): Promise<T> {
    assert.equal(response.status, status, await response.clone().text());
    return (await response.json()) as T;
  }
  const add = async (changes: object = {}) =>
    json<NewWebhookView>(await admin.browser.post("/api/admin/webhooks", bodyOf(changes)), 201);
  const list = async () =>
    json<readonly WebhookView[]>(await admin.browser.get("/api/admin/webhooks"));
  const deliveries = async ({ id }: WebhookView, query = "") =>
    (
      await json<DeliveriesPage>(
        await admin.browser.get(`/api/admin/webhooks/${id}/deliveries${query}`),
      )
    ).deliveries;
  const arrive = (count: number) => until(() => receiver.received.length >= count);

  it("say who opened which gate, with a signature", async () => {
    const { secret } = await add();
    const { person, browser } = await rig.colleague(gate);
    rig.link.onCommand = ({ id, thingName }) => rig.link.event(thingName, { id, pulseMs: 502 });
    const id = randomUUID();
    await browser.post("/api/gates/north/open", { id });
    await arrive(1);
    const [message] = receiver.verified(secret);
    assert.equal(message?.type, "gate.opened");
    assert.ok(Math.abs(Date.parse(String(message.timestamp)) - rig.now) < 1_000);
    assert.deepEqual(message.data, {
      gate: { id: "north", name: gate.name },
      request: { id, at: rig.now, state: "opened", reason: null },
      by: { type: "person", id: person.id, name: person.name, program: null },
      pulseMs: 502,
    });
  });

  it("tell a box's refusal, the service's, and no answer, but not that somebody taps too often", async () => {
    const { secret } = await add({ events: ["gate.refused"] });
    const { browser } = await rig.colleague(gate);
    const stranger = await rig.colleague(undefined);
    rig.link.onCommand = ({ id, thingName }) =>
      rig.link.event(thingName, { id, outcome: "refused", reason: "busy" });
    await browser.post("/api/gates/north/open", { id: randomUUID() });
    for (let count = 0; count < 8; count++) {
      await stranger.browser.post("/api/gates/north/open", { id: randomUUID() });
    }
    await arrive(6);
    await turns();
    const said = receiver.verified(secret).map(({ data }) => {
      const { request } = data as { request: { state: string; reason: string } };
      return `${request.state} ${request.reason}`;
    });
    assert.deepEqual(said.sort(), [...Array(5).fill("denied no-grant"), "refused busy"]);
  });

  it("tell commands from outside the app, and what a contact shows", async () => {
    const { secret } = await add({ gate: "south" });
    rig.link.event("box-1", { by: "button" });
    rig.link.event("box-2", { by: "button" });
    rig.link.event("box-2", { outcome: "refused", reason: "busy" });
    rig.link.gateEvent("box-2", { gate: "left-open", at: rig.now, delayedMs: 9_000 });
    await arrive(2);
    await turns();
    const messages = receiver.verified(secret);
    assert.deepEqual(messages.map(({ type }) => type).sort(), ["gate.left-open", "gate.opened"]);
    const leftOpen = messages.find(({ type }) => type === "gate.left-open");
    assert.deepEqual(leftOpen?.data, {
      gate: { id: "south", name: "South gate" },
      delayedMs: 9_000,
    });
  });

  it("are told once, although two instances hear the same", async () => {
    await add();
    const other = await Rig.make({ place: rig.place, environment });
    other.now = rig.now;
    await other.service.start();
    const at = rig.now;
    for (const each of [rig, other]) each.link.gateEvent("box-1", { gate: "opened-by-hand", at });
    await arrive(1);
    await turns();
    assert.equal(receiver.received.length, 1);
    await other.stop();
  });

  it("are tried again, and dead in the end, until an administrator sends them again", async () => {
    const webhook = await add();
    receiver.status = 500;
    rig.link.event("box-1", { by: "button" });
    await arrive(1);
    await until(async () => (await deliveries(webhook))[0]?.attempts === 1);
    const [waiting] = await deliveries(webhook);
    assert.equal(waiting?.state, "waiting");
    assert.equal(waiting.lastTry?.status, 500);
    assert.ok(waiting.dueAt !== null && waiting.dueAt > rig.now);
    for (let tries = 2; tries <= 8; tries++) {
      rig.now += 16 * 3_600_000;
      await rig.service.sendWebhooks();
      await until(async () => (await deliveries(webhook))[0]?.attempts === tries);
    }
    const [dead] = await deliveries(webhook, "?state=dead");
    assert.deepEqual([dead?.state, dead?.dueAt], ["dead", null]);
    assert.equal((await list())[0]?.dead, 1);
    receiver.status = 200;
    const path = `/api/admin/webhooks/${webhook.id}/deliveries/${dead?.id}/retry`;
    await json(await admin.browser.post(path), 202);
    await until(async () => (await deliveries(webhook))[0]?.state === "delivered");
    await json(await admin.browser.post(path), 404);
    const ids = new Set(receiver.received.map(({ headers }) => headers["webhook-id"]));
    assert.equal(ids.size, 1, "each try has the same id");
  });

  it("survive a crash between storing and sending", async () => {
    const webhook = await add();
    const body = "{}";
    await rig.store.createDeliveries([
      {
        id: "crashed",
        webhookId: webhook.id,
        eventKey: "x",
        type: "gate.opened",
        body,
        state: "waiting",
        createdAt: rig.now,
        dueAt: rig.now,
        attempts: 0,
        triedAt: null,
        lastStatus: null,
        lastProblem: null,
      },
    ]);
    const next = await Rig.make({ place: rig.place, environment });
    next.now = rig.now;
    await next.service.start();
    await arrive(1);
    await next.stop();
  });

  it("are turned off by a receiver that says it is gone", async () => {
    const webhook = await add();
    receiver.status = 410;
    rig.link.event("box-1", { by: "button" });
    await until(async () => (await list())[0]?.isActive === false);
    assert.equal((await deliveries(webhook))[0]?.state, "dead");
    await json(await admin.browser.post(`/api/admin/webhooks/${webhook.id}/test`), 409);
  });

  it("are tested, changed and deleted by administrators", async () => {
    const webhook = await add({ events: ["box.offline"] });
    await json(await admin.browser.post(`/api/admin/webhooks/${webhook.id}/test`), 202);
    await arrive(1);
    assert.equal(receiver.verified(webhook.secret)[0]?.type, "test");
    const path = `/api/admin/webhooks/${webhook.id}`;
    const changed = await json<WebhookView>(
      await admin.browser.request("PATCH", path, { isActive: false, gate: "north" }),
    );
    assert.deepEqual([changed.isActive, changed.gate], [false, "north"]);
    assert.ok(!("secret" in changed) && !JSON.stringify(await list()).includes(webhook.secret));
    assert.equal((await admin.browser.request("DELETE", path)).status, 204);
    assert.equal((await admin.browser.request("DELETE", path)).status, 404);
    assert.ok(!rig.log.text.includes(webhook.secret));
  });

  it("are refused with an address that leads into the operator's network", async () => {
    const refused = async (changes: object) => {
      const answer = await admin.browser.post("/api/admin/webhooks", bodyOf(changes));
      return json<{ message: string }>(answer, 400);
    };
    for (const url of ["http://example.com", "ftp://example.com", "https://a:b@example.com", "x"]) {
      assert.match((await refused({ url })).message, /^url: /, url);
    }
    await refused({ events: [] });
    await refused({ events: ["gate.exploded"] });
    const unknown = await admin.browser.post("/api/admin/webhooks", bodyOf({ gate: "nowhere" }));
    assert.equal(unknown.status, 404);
    const { browser } = await rig.colleague(gate);
    assert.equal((await browser.get("/api/admin/webhooks")).status, 403);
  });

  describe("about a box", () => {
    let clock: SinonFakeTimers;
    beforeEach(() => {
      clock = useFakeTimers({ now: rig.now, toFake: ["setTimeout", "clearTimeout"] });
    });
    afterEach(() => clock.restore());

    it("say that it is offline after a minute, and when it is back", async () => {
      const { secret } = await add({ events: ["box.offline", "box.online"] });
      rig.link.offline("box-1");
      clock.tick(offlineAfterMs - 1);
      rig.link.online("box-1");
      clock.tick(offlineAfterMs);
      rig.link.offline("box-1");
      rig.link.offline("box-1");
      clock.tick(offlineAfterMs);
      await arrive(1);
      rig.link.online("box-1");
      rig.link.online("box-1");
      await arrive(2);
      await turns();
      const types = receiver.verified(secret).map(({ type, data }) => [type, data]);
      const data = { gate: { id: "north", name: gate.name }, box: "box-1" };
      assert.deepEqual(types, [
        ["box.offline", data],
        ["box.online", data],
      ]);
    });
  });
});
