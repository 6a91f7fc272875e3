import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { HistoryQuery } from "../api.ts";
import type { ForeignEvent } from "../domain/entities.ts";
import { isHistoryPosition } from "./history-position.ts";
import { aGate, aPerson, aRequest, noon } from "./place.rig.ts";
import type { Store } from "./store.ts";

export function recordsContract(store: () => Store): void {
  describe("requests", () => {
    it("are recorded once, and a second attempt returns the first one", async () => {
      const request = aRequest({ address: null });
      assert.deepEqual(await store().recordRequest(request), { request, isNew: true });
      const again = { ...request, gateId: "south", at: noon + 1, personId: "p" };
      assert.deepEqual(await store().recordRequest(again), { request, isNew: false });
      assert.deepEqual(await store().request(request.id), request);
      assert.equal(await store().request("other"), undefined);
    });

    it("are recorded when the service refused them, also for an unknown gate and person", async () => {
      const denied = aRequest({
        gateId: "nowhere",
        personId: "nobody",
        state: "denied",
        reason: "no-grant",
        endedAt: noon,
      });
      await store().recordRequest(denied);
      assert.deepEqual(await store().request(denied.id), denied);
    });

    it("go from recorded to sent to opened, and stay there", async () => {
      const { id } = await record(store());
      const step = { reason: null, pulseMs: null };
      await store().advanceRequest(id, { ...step, state: "sent", at: noon + 5 });
      const opened = await store().advanceRequest(id, {
        ...step,
        state: "opened",
        at: noon + 20,
        pulseMs: 500,
      });
      assert.deepEqual(opened, {
        ...aRequest({ id }),
        state: "opened",
        sentAt: noon + 5,
        endedAt: noon + 20,
        pulseMs: 500,
      });
      const late = { state: "refused", reason: "cooldown", at: noon + 30, pulseMs: null } as const;
      assert.deepEqual(await store().advanceRequest(id, late), opened);
      assert.deepEqual(await store().request(id), opened);
      assert.equal(await store().advanceRequest("other", late), undefined);
    });

    it("can change from unanswered by a late event of the box", async () => {
      const { id } = await record(store());
      const step = { reason: null, pulseMs: null };
      await store().advanceRequest(id, { ...step, state: "unanswered", at: noon + 12_000 });
      const failed = { ...step, state: "failed", reason: "broker-away", at: noon } as const;
      assert.equal((await store().advanceRequest(id, failed))?.state, "unanswered");
      const refused = { ...step, state: "refused", reason: "expired", at: noon + 60_000 } as const;
      assert.equal((await store().advanceRequest(id, refused))?.reason, "expired");
      assert.equal((await store().request(id))?.endedAt, noon + 60_000);
    });

    it("are listed until they have ended, oldest first", async () => {
      const newer = await record(store(), { at: noon + 2 });
      const older = await record(store(), { at: noon + 1 });
      const ended = await record(store());
      await store().advanceRequest(ended.id, { ...denial, at: noon });
      await store().advanceRequest(newer.id, { ...denial, state: "sent", at: noon });
      const open = await store().openRequests();
      assert.deepEqual(
        open.map(({ id }) => id),
        [older.id, newer.id],
      );
    });
  });

  describe("history", () => {
    it("has the newest request first, with names", async () => {
      const ada = aPerson({ isAdministrator: true });
      await store().createPerson(ada);
      await store().createGate(aGate());
      const [first, second] = [
        aRequest({ personId: ada.id }),
        aRequest({ at: noon + 1, gateId: "nowhere", personId: "gone" }),
      ];
      await store().recordRequest(first);
      await store().recordRequest(second);
      const noGuest = { guestName: null, inviterName: null };
      assert.deepEqual(await store().history({}), {
        entries: [
          { ...second, ...noGuest, personName: null, isAdministrator: false, gateName: "nowhere" },
          {
            ...first,
            ...noGuest,
            personName: "Ada",
            isAdministrator: true,
            gateName: "North gate",
          },
        ],
        next: null,
      });
    });

    it("filters by gate, person, state and time", async () => {
      const wanted = aRequest({ personId: "p", state: "opened", at: noon + 10 });
      await store().recordRequest(wanted);
      for (const other of [
        { gateId: "south" },
        { personId: "q" },
        { state: "sent" as const },
        { at: noon + 9 },
        { at: noon + 11 },
      ]) {
        await store().recordRequest({ ...wanted, ...other, id: randomUUID() });
      }
      const query = { gate: "north", person: "p", state: "opened", from: noon + 10, to: noon + 11 };
      assert.deepEqual(await ids(store(), query as HistoryQuery), [wanted.id]);
      for (const left of Object.keys(query)) {
        const { [left as keyof typeof query]: _, ...others } = query;
        assert.equal((await ids(store(), others as HistoryQuery)).length, 2, `without ${left}`);
      }
      assert.equal((await ids(store(), {})).length, 6);
    });

    it("has each record on one page, also with equal times and while new ones are recorded", async () => {
      const all = Array.from({ length: 23 }, (_, i) => aRequest({ at: noon + Math.floor(i / 6) }));
      for (const request of all) await store().recordRequest(request);
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await store().history({ limit: 5, ...(after !== undefined && { after }) });
        seen.push(...page.entries.map(({ id }) => id));
        after = page.next ?? undefined;
        assert.ok(after === undefined || isHistoryPosition(after));
        await store().recordRequest(aRequest({ at: noon + 100 }));
      } while (after !== undefined);
      assert.equal(seen.length, 23);
      assert.deepEqual(new Set(seen), new Set(all.map(({ id }) => id)));
    });

    it("has no next page after exactly one page, and allows at most 200 records", async () => {
      for (let i = 0; i < 4; i++) await store().recordRequest(aRequest());
      assert.notEqual((await store().history({ limit: 3 })).next, null);
      assert.equal((await store().history({ limit: 4 })).next, null);
      for (const limit of [0, 201, 1.5, Number.NaN]) {
        await assert.rejects(store().history({ limit }), RangeError);
      }
    });

    it("refuses a position that it did not create", async () => {
      for (const after of ["", "x", "0", "1 a", "\0", "Zm9v", btoa("1e3 a"), btoa("12 a\0b")]) {
        assert.equal(isHistoryPosition(after), false, after);
        await assert.rejects(store().history({ after }), RangeError);
      }
    });
  });

  describe("foreign events", () => {
    it("are recorded once, newest first", async () => {
      const opened: ForeignEvent = {
        thingName: "box-1",
        output: null,
        commandId: null,
        outcome: "opened",
        reason: null,
        by: "somebody\0else",
        at: noon,
        pulseMs: 500,
      };
      const refused: ForeignEvent = {
        ...opened,
        commandId: "c",
        outcome: "refused",
        reason: "cooldown",
        by: null,
        at: noon + 1,
        pulseMs: null,
      };
      for (const event of [opened, refused, opened, refused]) {
        await store().recordForeignEvent(event);
      }
      const kept = { ...opened, by: "somebody\uFFFDelse" };
      assert.deepEqual(await store().foreignEvents(10), [refused, kept]);
      assert.deepEqual(await store().foreignEvents(1), [refused]);
      for (const other of [{ thingName: "box-2" }, { output: "inner" }, { output: "outer" }]) {
        await store().recordForeignEvent({ ...opened, ...other });
        await store().recordForeignEvent({ ...opened, ...other });
      }
      const all = await store().foreignEvents(10);
      assert.equal(all.length, 5);
      assert.deepEqual(all.map(({ output }) => output ?? "").sort(), [
        "",
        "",
        "",
        "inner",
        "outer",
      ]);
    });
  });

  describe("what a contact at a gate has shown", () => {
    it("is recorded once, and listed for one gate of a box, newest first", async () => {
      const events = (["opened-by-hand", "left-open", "did-not-open"] as const).map(
        (outcome, index) => ({ ...foreign, outcome, at: noon + index }),
      );
      const others = [
        foreign,
        { ...foreign, thingName: "box-2", outcome: "left-open" } as const,
        { ...foreign, output: "inner", outcome: "left-open", at: noon + 9 } as const,
      ];
      for (const event of [...events, ...others, ...events]) {
        await store().recordForeignEvent(event);
      }
      const box1 = { thingName: "box-1", output: null };
      assert.deepEqual(await store().gateEvents(box1, 2), [
        { event: "did-not-open", at: noon + 2 },
        { event: "left-open", at: noon + 1 },
      ]);
      assert.equal((await store().gateEvents(box1, 10)).length, 3);
      assert.deepEqual(await store().gateEvents({ ...box1, output: "inner" }, 10), [
        { event: "left-open", at: noon + 9 },
      ]);
      assert.deepEqual(await store().gateEvents({ ...box1, output: "outer" }, 10), []);
      assert.deepEqual(await store().otherCommands(10), [foreign], "which are no commands");
      assert.deepEqual(await store().gateEvents({ ...box1, thingName: "box-3" }, 10), []);
    });
  });

  describe("prune", () => {
    it("deletes all older records and everything that has expired", async () => {
      const ada = aPerson();
      await store().createPerson(ada);
      const times = { personId: ada.id, createdAt: noon, expiresAt: noon + 10 };
      await store().createSession({ tokenHash: "s", csrfToken: "c", ...times }, null);
      await store().createInvitation({ tokenHash: "i", ...times });
      await store().createSignInAttempt({ tokenHash: "a", kind: "oidc", expiresAt: noon + 10 });
      const old = Array.from({ length: 120 }, () => aRequest({ at: noon - 1 }));
      await Promise.all(old.map((request) => store().recordRequest(request)));
      const kept = await record(store());
      for (const at of [noon - 1, noon]) await store().recordForeignEvent({ ...foreign, at });

      assert.equal(await store().prune(noon, noon + 9), 121);
      assert.deepEqual(await ids(store(), {}), [kept.id]);
      assert.equal((await store().foreignEvents(10)).length, 1);
      assert.notEqual(await store().session("s", noon), undefined);
      assert.notEqual(await store().invitation("i", noon), undefined);

      assert.equal(await store().prune(noon, noon + 10), 0);
      assert.equal(await store().session("s", noon), undefined);
      assert.equal(await store().invitation("i", noon), undefined);
      assert.equal(await store().takeSignInAttempt("a", "oidc", noon), false);
    });
  });
}

const denial = { state: "denied", reason: "not-now", pulseMs: null } as const;

const foreign: ForeignEvent = {
  thingName: "box-1",
  output: null,
  commandId: null,
  outcome: "opened",
  reason: null,
  by: null,
  at: noon,
  pulseMs: null,
};

async function record(store: Store, changes: Parameters<typeof aRequest>[0] = {}) {
  const { request } = await store.recordRequest(aRequest(changes));
  return request;
}

async function ids(store: Store, query: HistoryQuery): Promise<string[]> {
  return (await store.history(query)).entries.map(({ id }) => id);
}
