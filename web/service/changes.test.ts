import assert from "node:assert/strict";
import type { ChangesPage, Problem } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { type Browser, json } from "./browser.rig.ts";
import { everyDay, Rig } from "./service.rig.ts";

const calendar = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20250101T000000Z\r\nDTSTART;VALUE=DATE:20251225\r\nSUMMARY:Christmas\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

/** Changes of nothing: they look, try or send. */
const notRecorded = new Set([
  "POST /api/admin/holidays/preview",
  "POST /api/admin/webhooks/:id/test",
  "POST /api/admin/webhooks/:id/deliveries/:delivery/retry",
]);

describe("the record of changes", () => {
  let rig: Rig;
  let boss: Person;
  let admin: Browser;

  beforeEach(async () => {
    rig = await Rig.make();
    await rig.service.start();
    ({ person: boss, browser: admin } = await rig.administrator());
    await rig.gate();
  });

  afterEach(() => rig.dispose());

  async function changes(query = ""): Promise<ChangesPage> {
    return json(await admin.get(`/api/admin/changes${query}`));
  }

  const hours = { ...everyDay, fromMinute: 0, toMinute: 1440, endsAt: null };

  /** Makes every kind of change. @returns the routes that were used, and the secrets in the answers */
  async function everything(): Promise<{ used: Set<string>; secrets: string[] }> {
    const used = new Set<string>();
    const secrets: string[] = [];
    const ids: Record<string, string> = {};
    const send = async (method: string, route: string, body: object, id = "") => {
      const before = (await changes("?limit=200")).changes.length;
      const path = route.replace(":id", id);
      const response = await admin.request(method, `/api/admin/${path}`, body);
      const text = await response.text();
      assert.ok(response.ok, `${method} ${path}: ${text}`);
      const after = (await changes("?limit=200")).changes.length;
      assert.ok(after > before, `${method} ${path} is recorded`);
      used.add(`${method} /api/admin/${route}`);
      const answer: Record<string, string> = text === "" ? {} : JSON.parse(text);
      const { secret, url } = answer;
      if (secret !== undefined) secrets.push(secret);
      if (route !== "webhooks" && url !== undefined) secrets.push(url.split("=")[1] ?? "");
      return answer.id ?? "";
    };
    ids.person = await send("POST", "people", { name: "Ben", email: "ben@example.org" });
    await send("PATCH", "people/:id", { name: "Benjamin" }, ids.person);
    await send("POST", "people/:id/invitation", {}, ids.person);
    await rig.passkey({ ...boss, id: ids.person });
    await send("DELETE", "people/:id/passkeys", {}, ids.person);
    const gate = { id: "south", name: "South", thingName: "box-2", timeZone: "UTC" };
    await send("POST", "gates", gate);
    await send("PATCH", "gates/:id", { isActive: false }, "south");
    const grant = { person: ids.person, gate: "north", ...hours };
    ids.grant = await send("POST", "grants", grant);
    await send("PUT", "grants/:id", { ...grant, days: [1] }, ids.grant);
    const many = [{ gate: "south", startsAt: null, endsAt: null }];
    const { endsAt: _, ...times } = hours;
    await send("POST", "grants/many", { people: [ids.person], gates: many, ...times });
    await send("DELETE", "grants/:id", {}, ids.grant);
    ids.token = await send("POST", "tokens", { ...grant, name: "Reader" });
    await send("DELETE", "tokens/:id", {}, ids.token);
    const visit = { startsAt: rig.now, endsAt: rig.now + 1_000, openings: 1 };
    ids.guest = await send("POST", "guests", { gate: "north", name: "Max", ...visit });
    await send("DELETE", "guests/:id", {}, ids.guest);
    ids.list = await send("POST", "holidays", { name: "Days", gate: null, calendar });
    await send("DELETE", "holidays/:id", {}, ids.list);
    const url = "https://receiver.example/hook?token=secret-in-a-query";
    ids.webhook = await send("POST", "webhooks", { url, events: ["gate.opened"] });
    secrets.push("secret-in-a-query");
    await send("PATCH", "webhooks/:id", { isActive: false }, ids.webhook);
    await send("DELETE", "webhooks/:id", {}, ids.webhook);
    await send("DELETE", "gates/:id", {}, "south");
    await send("DELETE", "people/:id", {}, ids.person);
    return { used, secrets };
  }

  it("has an entry for every change that administrators can make, and no secret", async () => {
    const { used, secrets } = await everything();
    const routes = rig.service.app.routes
      .filter(
        ({ method, path }) => path.startsWith("/api/admin/") && !["GET", "ALL"].includes(method),
      )
      .map(({ method, path }) => `${method} ${path}`);
    assert.ok(routes.length > 15);
    const missing = routes.filter((route) => !used.has(route) && !notRecorded.has(route));
    assert.deepEqual(missing, []);
    const text = JSON.stringify(await changes("?limit=200"));
    assert.ok(secrets.length >= 4);
    for (const secret of secrets) {
      assert.ok(secret.length > 10 && !text.includes(secret), "a secret is recorded");
    }
    const { changes: all } = await changes("?limit=200");
    const others = all.filter(({ by, author }) => by !== "person" || author?.id !== boss.id);
    assert.deepEqual(
      others.map(({ subject, author }) => [subject, author?.name]),
      [["passkey", null]],
      "the passkey of the invitation",
    );
  });

  it("says who changed what from which value to which, filtered and page by page", async () => {
    await everything();
    const [change] = (await changes("?subject=person")).changes.filter(
      ({ action }) => action === "changed",
    );
    assert.ok(change);
    assert.deepEqual(change.author, { id: boss.id, name: "Ada" });
    assert.deepEqual(change.fields, [{ field: "name", from: "Ben", to: "Benjamin" }]);
    assert.equal(change.person?.name, null, "deleted meanwhile");
    const grants = (await changes("?subject=grant&gate=north")).changes;
    assert.deepEqual(grants.map(({ action }) => action).toSorted(), [
      "added",
      "changed",
      "removed",
    ]);
    assert.deepEqual(grants[0]?.gate, { id: "north", name: "North gate" });
    const first = await changes("?limit=3");
    const second = await changes(`?limit=3&after=${first.next}`);
    const seen = new Set([...first.changes, ...second.changes].map(({ id }) => id));
    assert.equal(seen.size, 6);
    for (const wrong of ["?subject=x", "?after=x", "?limit=0", "?page=1", "?gate=NO"]) {
      assert.equal((await admin.get(`/api/admin/changes${wrong}`)).status, 400, wrong);
    }
  });

  it("can be downloaded as CSV, with a line for each field", async () => {
    const formula = "=1+1";
    await admin.post("/api/admin/people", { name: formula });
    const response = await admin.get("/api/admin/changes.csv?subject=person");
    assert.match(response.headers.get("content-type") ?? "", /^text\/csv/);
    const [head, ...lines] = (await response.text()).trim().split("\r\n");
    assert.match(head ?? "", /^\ufeff?id,at,by,author,authorName,subject,/);
    const [name] = lines.filter((line) => line.includes(",name,"));
    assert.match(name ?? "", /,person,.*,Ada,person,.*,added,.*,name,,"'=1\+1"$/);
  });

  it("is for administrators, and a refused change leaves nothing", async () => {
    const { browser } = await rig.colleague(undefined);
    for (const path of ["changes", "changes.csv"]) {
      const response = await browser.get(`/api/admin/${path}`);
      assert.equal(((await response.json()) as Problem).error, "not-administrator");
    }
    const before = (await changes()).changes.length;
    await admin.request("PATCH", `/api/admin/people/${boss.id}`, { isActive: false });
    await admin.request("DELETE", `/api/admin/people/${boss.id}`, {});
    await admin.post("/api/admin/gates", {
      id: "north",
      name: "x",
      thingName: "y",
      timeZone: "UTC",
    });
    await browser.post("/api/admin/people", { name: "Eve" });
    assert.equal((await changes()).changes.length, before);
  });

  it("is deleted with the old records", async () => {
    await admin.post("/api/admin/people", { name: "Ben" });
    await rig.store.prune(rig.now, rig.now);
    assert.notEqual((await changes()).changes.length, 0);
    await rig.store.prune(rig.now + 1, rig.now);
    assert.deepEqual((await changes()).changes, []);
  });
});
