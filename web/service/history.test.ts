import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { HistoryPage, OtherCommand, Problem } from "../api.ts";
import { aGate, aRequest } from "../store/place.rig.ts";
import { StoreError } from "../store/store.ts";
import { Rig, until } from "./service.rig.ts";

describe("the history", () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.make();
    await rig.gate();
  });

  afterEach(() => rig.dispose());

  it("shows administrators alone what boxes did without the app, and who claims it", async () => {
    const colleague = await rig.colleague(undefined);
    const admin = await rig.administrator();
    const path = "/api/admin/other-commands";
    assert.equal((await colleague.browser.get(path)).status, 403);
    assert.deepEqual(await (await admin.browser.get(path)).json(), []);
    const plain = {
      ...{ thingName: "box-1", output: null, commandId: null },
      ...({ outcome: "opened", reason: null } as const),
    };
    await rig.store.recordForeignEvent({ ...plain, by: null, at: rig.now, pulseMs: 501 });
    const refused = { outcome: "refused", reason: "busy", pulseMs: null } as const;
    const elsewhere = { thingName: "box-9", output: "yard", by: "cron", at: rig.now + 1 };
    await rig.store.recordForeignEvent({ ...elsewhere, commandId: "c-1", ...refused });
    const north = { thingName: "box-1", output: null, by: null, at: rig.now, pulseMs: 501 };
    assert.deepEqual(await (await admin.browser.get(path)).json(), [
      { ...elsewhere, gateName: null, ...refused },
      { ...north, gateName: "North gate", outcome: "opened", reason: null },
    ]);
  });

  it("shows at which gate of a box a command from outside the app was", async () => {
    await rig.gate({ id: "inner", name: "Inner gate", output: "inner" });
    await rig.service.start();
    const admin = await rig.administrator();
    const event = { id: "c-1", outcome: "refused" } as const;
    rig.link.event("box-1", { ...event, reason: "unknown-gate", at: rig.now + 3 });
    rig.link.event("box-1", { ...event, reason: "busy", at: rig.now + 2 }, "inner");
    rig.link.event("box-1", { ...event, reason: "busy", at: rig.now + 1 }, "outer");
    rig.link.event("box-1", { ...event, reason: "busy", at: rig.now });
    await until(async () => (await rig.store.foreignEvents(10)).length === 4);
    const response = await admin.browser.get("/api/admin/other-commands");
    const commands = (await response.json()) as OtherCommand[];
    assert.deepEqual(
      commands.map(({ output, gateName }) => [output, gateName]),
      [
        [null, null],
        ["inner", "Inner gate"],
        ["outer", null],
        [null, "North gate"],
      ],
    );
  });

  it("shows people their own requests, and administrators all requests with addresses", async () => {
    const [ada, ben] = [await rig.colleague(undefined), await rig.colleague(undefined)];
    const admin = await rig.administrator();
    const at = rig.now;
    await rig.store.recordRequest(aRequest({ id: "a", personId: ada.person.id, at }));
    await rig.store.recordRequest(aRequest({ id: "b", personId: ben.person.id, at: at + 1 }));
    const page = async (browser: typeof ada.browser, query = "") =>
      (await (await browser.get(`/api/history${query}`)).json()) as HistoryPage;

    const own = await page(ada.browser, `?person=${ben.person.id}`);
    assert.deepEqual(own, {
      entries: [
        {
          id: "a",
          gate: "north",
          gateName: "North gate",
          state: "recorded",
          reason: null,
          person: { id: ada.person.id, name: "Ada", isAdministrator: false },
          guest: null,
          at,
          sentAt: null,
          endedAt: null,
          pulseMs: null,
          address: null,
          via: null,
        },
      ],
      next: null,
    });
    const all = await page(admin.browser);
    assert.deepEqual(
      all.entries.map(({ id, address }) => [id, address]),
      [
        ["b", "192.0.2.1"],
        ["a", "192.0.2.1"],
      ],
    );
    const first = await page(admin.browser, "?limit=1");
    assert.deepEqual(first.entries[0]?.id, "b");
    const second = await page(admin.browser, `?limit=1&after=${first.next}`);
    assert.deepEqual([second.entries[0]?.id, second.next], ["a", null]);
    const until = await page(admin.browser, `?gate=north&state=recorded&from=${at}&to=${at + 1}`);
    assert.deepEqual(
      until.entries.map(({ id }) => id),
      ["a"],
    );
  });

  it("says what is wrong with a query", async () => {
    const { browser } = await rig.administrator();
    for (const [query, message] of [
      ["limit=0", "limit: must be 1 or more"],
      ["limit=201", "limit: must be 200 or less"],
      ["from=yesterday", "from: must be a whole number"],
      ["state=maybe", "state: must be the state of a request"],
      ["after=nowhere", "after: must be the `next` of a history page"],
      ["gate=%00", "gate: must be 1–32 characters from a–z, 0–9 and -"],
      ["who=me", "who: is not a known field"],
    ]) {
      const response = await browser.get(`/api/history?${query}`);
      assert.equal(response.status, 400);
      assert.equal(((await response.json()) as Problem).message, message);
    }
  });

  it("can be downloaded completely as CSV, in which no name is a formula", async () => {
    const { browser } = await rig.administrator();
    const mallory = await rig.person({ name: '=cmd|"/c calc"!A1' });
    for (let number = 0; number < 450; number++) {
      const personId = mallory.id;
      await rig.store.recordRequest(aRequest({ personId, at: rig.now + number }));
    }
    await rig.store.recordRequest(aRequest({ gateId: "south", at: rig.now }));
    const response = await browser.get("/api/history.csv?gate=north&limit=1");
    assert.equal(response.headers.get("content-type"), "text/csv; charset=utf-8; header=present");
    assert.match(
      response.headers.get("content-disposition") ?? "",
      /^attachment; filename=".*csv"$/,
    );
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], "for Excel");
    const lines = bytes.subarray(3).toString("utf8").split("\r\n");
    assert.equal(lines.length, 1 + 450 + 1);
    assert.equal(
      lines[0],
      "id,at,gate,gateName,person,personName,state,reason,sentAt,endedAt,pulseMs,address,via,guest,guestName,inviterName",
    );
    const time = new Date(rig.now + 449).toISOString();
    const name = `"'=cmd|""/c calc""!A1"`;
    assert.match(lines[1] ?? "", new RegExp(`^[\\w-]{36},${time},north,North gate,`));
    assert.ok(lines[1]?.endsWith(`,${mallory.id},${name},recorded,,,,,192.0.2.1,,,,`), lines[1]);
    const ids = new Set(lines.slice(1, -1).map((line) => line.slice(0, 36)));
    assert.equal(ids.size, 450);
  });

  it("lets a tap go first, which waits for one page of the download at most", async () => {
    let pages = 0;
    let tapped: Promise<Response> | undefined;
    const during: number[] = [];
    const busy = await Rig.make({
      place: rig.place,
      wrapStore: (store) => ({
        ...store,
        history: (query) => {
          pages += 1;
          if (pages === 3) {
            tapped = browser.post("/api/gates/north/open", { id: randomUUID() });
            void tapped.then(() => during.push(pages));
          }
          return store.history(query);
        },
      }),
    });
    await busy.service.start();
    for (let number = 0; number < 1_500; number++) await rig.store.recordRequest(aRequest());
    const { browser } = await busy.colleague(aGate(), { isAdministrator: true });
    const text = await (await browser.get("/api/history.csv")).text();
    assert.equal((await tapped)?.status, 202);
    // The page that was being read, and at most the next one.
    assert.ok((during[0] ?? pages) <= 4, `${during[0]} of ${pages} pages`);
    assert.ok(text.split("\r\n").length > 1_500);
    await busy.stop();
  }).timeout(30_000);

  it("breaks the download off when the database fails in the middle", async () => {
    let pages = 0;
    const failing = await Rig.make({
      place: rig.place,
      wrapStore: (store) => ({
        ...store,
        history: (query) => {
          pages += 1;
          if (pages > 1) return Promise.reject(new StoreError("unavailable", "gone"));
          return store.history(query);
        },
      }),
    });
    for (let number = 0; number < 201; number++) {
      await rig.store.recordRequest(aRequest({ id: randomUUID() }));
    }
    const { browser } = await failing.administrator();
    const response = await browser.get("/api/history.csv");
    await assert.rejects(response.text(), /gone/);
    assert.equal(
      (await browser.get("/api/history.csv")).status,
      503,
      "fails before the first byte",
    );
    await failing.stop();
  });
});
