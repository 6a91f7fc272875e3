import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { NewTokenView, Problem, RequestView, TokenBody, TokenView } from "../api.ts";
import type { Gate, Person } from "../domain/entities.ts";
import { apiDescription } from "./api-description.ts";
import type { Browser } from "./browser.rig.ts";
import { everyDay, origin, Rig, until } from "./service.rig.ts";

const open = "/api/v1/gates/north/open";

describe("the API for programs", () => {
  let rig: Rig;
  let gate: Gate;
  let ada: Person;
  let admin: Browser;
  let secret: string;

  beforeEach(async () => {
    rig = await Rig.make();
    gate = await rig.gate();
    await rig.service.start();
    rig.link.online("box-1");
    ada = (await rig.colleague(gate, { name: "Ada" })).person;
    admin = (await rig.administrator()).browser;
    secret = (await create()).secret;
  });

  afterEach(() => rig.dispose());

  const bodyOf = (changes: Partial<TokenBody> = {}): TokenBody => ({
    person: ada.id,
    gate: "north",
    name: "Plate reader",
    ...{ days: everyDay.days, fromMinute: 0, toMinute: 1_440, endsAt: null },
    ...changes,
  });

  async function create(changes: Partial<TokenBody> = {}): Promise<NewTokenView> {
    const response = await admin.post("/api/admin/tokens", bodyOf(changes));
    assert.equal(response.status, 201);
    return (await response.json()) as NewTokenView;
  }

  /** As a program sends it: no cookies, and nothing that a browser adds. */
  async function send(
    path = open,
    headers: Readonly<Record<string, string | undefined>> = {},
    method = "POST",
    body?: string,
  ): Promise<Response> {
    const all = {
      authorization: `Bearer ${secret}`,
      ...(method === "POST" ? { "idempotency-key": randomUUID() } : {}),
      ...headers,
    };
    const given = Object.entries(all).filter(
      (each): each is [string, string] => each[1] !== undefined,
    );
    const init = { method, headers: given, ...(body === undefined ? {} : { body }) };
    const response = await rig.service.app.request(`${origin}${path}`, init, {
      incoming: { socket: { remoteAddress: "198.51.100.9" } },
    });
    await check(method, path, response);
    return response;
  }

  const description = apiDescription(origin);
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: "api", ...description });

  /** Every answer is as the description says. */
  async function check(method: string, path: string, response: Response): Promise<void> {
    if (!path.startsWith("/api/v1/") || path.endsWith(".json")) return;
    const template = path.startsWith("/api/v1/gates/") ? "/gates/{gate}/open" : "/requests/{id}";
    const operations: Readonly<Record<string, { readonly responses: object }>> =
      description.paths[template];
    const operation = operations[method.toLowerCase()];
    if (operation === undefined) return;
    const { status } = response;
    assert.ok(String(status) in operation.responses, `${method} ${template}: ${status}`);
    const place = ["paths", template, method.toLowerCase(), "responses", status, "content"];
    const pointer = [...place, "application/json", "schema"]
      .map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1"))
      .map(encodeURIComponent)
      .join("/");
    const validate = ajv.getSchema(`api#/${pointer}`) ?? assert.fail(pointer);
    const value: unknown = await response.clone().json();
    assert.ok(validate(value), `${JSON.stringify(value)}: ${ajv.errorsText(validate.errors)}`);
  }

  const state = async (response: Response) => ((await response.json()) as RequestView).state;
  const errorOf = async (response: Response) => ((await response.json()) as Problem).error;

  it("has a description that is valid OpenAPI, for everybody", async () => {
    const response = await send("/api/v1/openapi.json", { authorization: undefined }, "GET");
    assert.equal(response.status, 200);
    const { valid, errors } = await new Validator().validate(
      (await response.json()) as Parameters<Validator["validate"]>[0],
    );
    assert.ok(valid, JSON.stringify(errors));
  });

  it("opens once, in the name of the person and the program, and is recorded as such", async () => {
    const response = await send();
    assert.equal(response.status, 202);
    const { id } = (await response.json()) as RequestView;
    await until(async () => rig.link.sent.length > 0);
    const [command] = rig.link.sent;
    assert.deepEqual([command?.id, command?.by], [id, "Ada (Plate reader)"]);
    rig.link.event("box-1", { id, pulseMs: 501 });
    await until(async () => (await rig.store.request(id))?.state === "opened");
    const request = await rig.store.request(id);
    assert.deepEqual(
      [request?.personId, request?.via, request?.address],
      [ada.id, "Plate reader", "198.51.100.9"],
    );
    const later = await send(`/api/v1/requests/${id}`, {}, "GET");
    assert.deepEqual([later.status, await state(later)], [200, "opened"]);
  });

  it("waits for the outcome, as long as the program prefers", async () => {
    rig.link.onCommand = ({ id }) => rig.link.event("box-1", { id, pulseMs: 500 });
    const response = await send(open, { prefer: "wait=10" });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("preference-applied"), "wait=10");
    assert.equal(await state(response), "opened");
  });

  it("answers 202 if the outcome is not known in that time", async () => {
    const response = await send(open, { prefer: "wait=1" });
    assert.deepEqual([response.status, await state(response)], [202, "sent"]);
  });

  it("says that a box refused, without an error", async () => {
    rig.link.onCommand = ({ id }) =>
      rig.link.event("box-1", { id, outcome: "refused", reason: "cooldown" });
    const response = await send(open, { prefer: "wait=10" });
    const { state: outcome, reason } = (await response.json()) as RequestView;
    assert.deepEqual([response.status, outcome, reason], [200, "refused", "cooldown"]);
  });

  it("sends one command for one key, however often and however soon it comes again", async () => {
    const headers = { "idempotency-key": "car-7" };
    const answers = await Promise.all([1, 2, 3].map(() => send(open, headers)));
    const ids = await Promise.all(
      answers.map(async (each) => ((await each.json()) as RequestView).id),
    );
    assert.equal(new Set(ids).size, 1);
    assert.match(ids[0] ?? "", /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    await until(async () => rig.link.sent.length > 0);
    assert.equal(rig.link.sent.length, 1);
    rig.link.event("box-1", { id: ids[0] ?? "" });
    await until(async () => (await rig.store.request(ids[0] ?? ""))?.state === "opened");
    assert.equal((await send(open, headers)).status, 200);
    assert.equal(rig.link.sent.length, 1);
    secret = (await create({ name: "Another" })).secret;
    const other = (await (await send(open, headers)).json()) as RequestView;
    assert.notEqual(other.id, ids[0], "the key of another token is another request");
  });

  for (const method of ["GET", "HEAD", "PUT", "DELETE", "PATCH"]) {
    it(`never opens with ${method}`, async () => {
      const response = await send(open, { "idempotency-key": "a" }, method);
      assert.equal(response.status, 405);
      assert.equal(response.headers.get("allow"), "POST");
      assert.deepEqual(rig.link.sent, []);
    });
  }

  for (const [what, headers, error] of [
    ["no key", { "idempotency-key": undefined }, "invalid"],
    ["an empty key", { "idempotency-key": "" }, "invalid"],
    ["a key that is too long", { "idempotency-key": "x".repeat(65) }, "invalid"],
    ["a key with a space", { "idempotency-key": "a b" }, "invalid"],
    ["another preference", { prefer: "respond-async" }, "invalid"],
    ["a wait that is too long", { prefer: "wait=16" }, "invalid"],
  ] as const) {
    it(`refuses ${what}, and sends nothing`, async () => {
      const response = await send(open, headers);
      assert.deepEqual([response.status, await errorOf(response)], [400, error]);
      assert.deepEqual(rig.link.sent, []);
    });
  }

  it("refuses a body that it does not know, and takes an empty object", async () => {
    assert.equal((await send(open, {}, "POST", '{"id":"x"}')).status, 400);
    assert.equal((await send(open, {}, "POST", "{}")).status, 202);
  });

  it("refuses what is no valid token, with the way to present one", async () => {
    for (const authorization of [
      ...[undefined, "", secret, `Basic ${secret}`, `Bearer ${secret}x`, `Bearer ${secret} x`],
      ...["Bearer ", "Bearer bbx_", `Bearer bbx_${"a".repeat(43)}`],
    ]) {
      const response = await send(open, { authorization });
      assert.ok([401, 429].includes(response.status), `${authorization}`);
      if (response.status === 401) {
        assert.match(response.headers.get("www-authenticate") ?? "", /^Bearer$/);
      }
    }
    assert.deepEqual(rig.link.sent, []);
  });

  it("ignores a browser's session, and a token is no session", async () => {
    const response = await admin.request("POST", open, {}, { "idempotency-key": "a" });
    assert.equal(response.status, 401);
    const asPerson = await send("/api/gates", {}, "GET");
    assert.equal(asPerson.status, 401);
  });

  it("opens no other gate, and shows nobody else's request", async () => {
    await rig.gate({ id: "south", thingName: "box-2" });
    const other = await send("/api/v1/gates/south/open");
    assert.deepEqual([other.status, await errorOf(other)], [403, "other-gate"]);
    const { browser } = await rig.colleague(gate, { name: "Bo" });
    const id = randomUUID();
    await browser.post("/api/gates/north/open", { id });
    for (const unknown of [id, randomUUID(), "x"]) {
      assert.equal((await send(`/api/v1/requests/${unknown}`, {}, "GET")).status, 404);
    }
  });

  it("allows no more than the person's grants, and ends with the person", async () => {
    const [grant] = await rig.store.grants({ personId: ada.id });
    await rig.store.deleteGrant(grant?.id ?? "");
    const denied = await send();
    assert.deepEqual([denied.status, await errorOf(denied)], [403, "no-grant"]);
    await rig.setActive(ada, false);
    assert.equal((await send()).status, 401);
    assert.deepEqual(rig.link.sent, []);
  });

  it("has hours and an end of its own", async () => {
    // It is Wednesday, 13:00 in Berlin.
    secret = (await create({ days: [4] })).secret;
    const wrongDay = await send();
    assert.deepEqual([wrongDay.status, await errorOf(wrongDay)], [403, "not-now"]);
    secret = (await create({ endsAt: rig.now + 1_000 })).secret;
    assert.equal((await send()).status, 202);
    rig.now += 1_000;
    const ended = await send();
    assert.deepEqual([ended.status, await errorOf(ended)], [403, "grant-ended"]);
  });

  it("has a rate of its own", async () => {
    secret = (await create({ perMinute: 2 })).secret;
    assert.equal((await send()).status, 202);
    assert.equal((await send()).status, 202);
    const refused = await send();
    assert.deepEqual([refused.status, await errorOf(refused)], [429, "rate-limited"]);
    assert.equal(refused.headers.get("retry-after"), "30");
  });

  it("says that nothing was sent while the box is offline", async () => {
    rig.link.offline("box-1");
    const response = await send();
    assert.deepEqual([response.status, await errorOf(response)], [503, "box-offline"]);
  });

  it("shows a token once, its last use later, and nothing after it was revoked", async () => {
    const listed = async () => {
      const response = await admin.get(`/api/admin/tokens?person=${ada.id}`);
      const text = await response.text();
      assert.ok(!text.includes(secret) && !text.includes("tokenHash"));
      return JSON.parse(text) as TokenView[];
    };
    const [token] = await listed();
    assert.deepEqual(
      [token?.name, token?.gate, token?.lastUsedAt],
      ["Plate reader", "north", null],
    );
    await send();
    assert.equal((await listed())[0]?.lastUsedAt, rig.now);
    const path = `/api/admin/tokens/${token?.id}`;
    assert.equal((await admin.request("DELETE", path)).status, 204);
    assert.equal((await admin.request("DELETE", path)).status, 404);
    assert.deepEqual(await listed(), []);
    assert.equal((await send()).status, 401);
  });

  it("lets only administrators create tokens, and only valid ones", async () => {
    const { browser } = await rig.colleague(gate, { name: "Bo" });
    assert.equal((await browser.post("/api/admin/tokens", bodyOf())).status, 403);
    for (const changes of [
      ...[{ person: randomUUID() }, { gate: "nowhere" }, { name: "" }, { days: [] }],
      ...[{ perMinute: 0 }, { perMinute: 61 }, { perMinute: 1.5 }, { endsAt: 1 }],
      { fromMinute: 60, toMinute: 60 },
    ]) {
      const response = await admin.post("/api/admin/tokens", bodyOf(changes));
      assert.equal(response.status, 400, JSON.stringify(changes));
    }
  });
});
