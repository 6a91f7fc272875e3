/** The contract of every store: deletions, passkeys of one person, sorted lists, and the record of changes. */
import assert from "node:assert/strict";
import type { ApiToken, Guest, Person } from "../domain/entities.ts";
import {
  aGate,
  aGrant,
  aPasskey,
  aPerson,
  aRequest,
  aSession,
  noon,
  type StorePlace,
} from "./place.rig.ts";
import { type Store, StoreError } from "./store.ts";

const methods = { rpId: "gate.example", hasOidc: false };
const author = { by: "person", personId: "boss", at: noon } as const;

export function administrationContract(
  now: () => { readonly place: StorePlace; readonly store: Store },
): void {
  const store = () => now().store;

  async function withPasskey(changes: Partial<Person> = {}): Promise<Person> {
    const person = aPerson(changes);
    await store().createPerson(person);
    await store().addPasskey(aPasskey(person.id), 20, author);
    return person;
  }

  const aGuest = (inviterId: string, id: string): Guest => ({
    ...{ id, tokenHash: id, gateId: "north", name: "Max", note: "", inviterId },
    ...{ startsAt: noon, endsAt: noon + 10, openings: 3, used: 0, revokedAt: null },
    createdAt: noon,
  });
  const aToken = (personId: string): ApiToken => ({
    ...{ id: "t", tokenHash: "hash-of-a-secret", personId, gateId: "north", name: "Reader" },
    ...{ days: [1], fromMinute: 0, toMinute: 1440, endsAt: null, perMinute: 10 },
    ...{ createdAt: noon, lastUsedAt: null },
  });

  /** Ada with everything that can belong to a person, at the gate north. */
  async function adaWithEverything(): Promise<Person> {
    const ada = await withPasskey({ email: "ada@example.org", oidcSubject: "https://id 1" });
    await store().createGate(aGate());
    await store().createGrant(aGrant(ada.id, "north"));
    await store().createSession(aSession(ada.id), null);
    const times = { createdAt: noon, expiresAt: noon + 1000 };
    await store().createInvitation({ tokenHash: "i", personId: ada.id, ...times });
    await store().createApiToken(aToken(ada.id));
    await store().createGuest(aGuest(ada.id, "g"));
    await store().recordRequest(aRequest({ personId: ada.id, gateId: "north" }));
    await store().recordRequest(
      aRequest({ personId: null, guestId: "g", gateId: "north", at: noon - 1 }),
    );
    return ada;
  }

  describe("a person who is deleted", () => {
    it("loses everything but the records, which know that somebody was deleted", async () => {
      const ada = await adaWithEverything();
      const traces = {
        ...{ grants: 1, passkeys: 1, sessions: 1, tokens: 1, invitations: 1, guests: 1 },
      };
      assert.deepEqual(await store().personTraces(ada.id, noon), traces);
      const deleted = await store().deletePerson(ada.id, methods, author);
      assert.deepEqual(deleted, { type: "changed", value: traces });

      assert.equal(await store().person(ada.id), undefined);
      assert.equal(await store().personByOidc("https://id 1"), undefined);
      assert.equal(await store().personTraces(ada.id, noon), undefined);
      assert.deepEqual(await store().people(), []);
      assert.equal((await store().peoplePage({ limit: 10 })).total, 0);
      assert.equal((await store().peoplePage({ search: "ada", limit: 10 })).total, 0);
      assert.deepEqual(await store().grants(), []);
      assert.deepEqual(await store().passkeysOf(ada.id), []);
      assert.deepEqual(await store().apiTokens(ada.id), []);
      assert.equal(await store().invitation("i", noon), undefined);
      const guest = await store().guest("g");
      assert.deepEqual([guest?.revokedAt, guest?.inviterName], [noon, null]);
      assert.equal(guest?.isInviterActive, false);
      const { entries } = await store().history({});
      assert.deepEqual(
        entries.map(({ personId, personName, guestName, inviterName }) => [
          ...[personId, personName, guestName, inviterName],
        ]),
        [
          [ada.id, null, null, null],
          [null, null, "Max", null],
        ],
      );
      assert.deepEqual(await store().deletePerson(ada.id, methods, author), { type: "unknown" });
    });

    it("gets nothing any more", async () => {
      const ada = await adaWithEverything();
      await store().deletePerson(ada.id, methods, author);
      await assert.rejects(store().createGrant(aGrant(ada.id, "north")), isConflict);
      await assert.rejects(store().createApiToken(aToken(ada.id)), isConflict);
      await assert.rejects(store().createGuest(aGuest(ada.id, "h")), isConflict);
      assert.equal(await store().addPasskey(aPasskey(ada.id), 20, author), false);
      assert.equal(await store().createSession(aSession(ada.id), null), false);
      const times = { createdAt: noon, expiresAt: noon + 1000 };
      assert.equal(
        await store().createInvitation({ tokenHash: "j", personId: ada.id, ...times }),
        false,
      );
      assert.equal(await store().updatePerson(ada.id, { name: "Eve" }), undefined);
      const changed = await store().changePerson(ada.id, { isActive: true }, methods);
      assert.deepEqual(changed, { type: "unknown" });
      // The provider may let the person in again, who then is somebody new.
      await store().createPerson(aPerson({ oidcSubject: "https://id 1" }));
    });

    it("is gone for good when the last record is", async () => {
      const ada = await adaWithEverything();
      await store().deletePerson(ada.id, methods, author);
      await store().prune(noon, noon);
      await assert.rejects(store().createPerson(ada), isConflict, "still in use");
      await store().prune(noon + 11, noon + 11);
      await store().createPerson(ada);
      assert.deepEqual((await store().recordedChanges({ limit: 10 })).changes, []);
    });

    it("is never the last administrator, even when two instances delete each other's", async () => {
      const other = await now().place.open();
      for (let i = 0; i < 20; i++) {
        const ada = await withPasskey({ isAdministrator: true });
        const ben = await withPasskey({ isAdministrator: true });
        const results = await Promise.all([
          store().deletePerson(ada.id, methods, author),
          i % 2 === 0
            ? other.deletePerson(ben.id, methods, author)
            : other.changePerson(ben.id, { isActive: false }, methods),
        ]);
        const types = results.map(({ type }) => type).toSorted();
        assert.deepEqual(types, ["changed", "last-administrator"]);
        for (const { id } of [ada, ben]) await store().removePasskeys(id, null);
      }
    });
  });

  describe("a gate that is deleted", () => {
    it("loses everything but its name in the records, and another gate can take its place", async () => {
      const ada = await adaWithEverything();
      const list = { id: "l", name: "Days", gateId: "north", createdAt: noon };
      await store().createHolidays(list, [{ date: "2026-12-25", name: "Christmas" }]);
      const traces = { grants: 1, tokens: 1, guests: 1, holidays: 1, webhooks: 0 };
      assert.deepEqual(await store().gateTraces("north", noon), traces);
      assert.deepEqual(await store().deleteGate("north", author), traces);
      assert.equal(await store().deleteGate("north", author), undefined);
      assert.equal(await store().gateTraces("north", noon), undefined);

      assert.equal(await store().gate("north"), undefined);
      assert.deepEqual(await store().gates(), []);
      assert.deepEqual(await store().gatesWith(["north"]), []);
      assert.equal((await store().gatesPage({ limit: 10 })).total, 0);
      assert.equal(await store().updateGate("north", { isActive: true }), undefined);
      assert.deepEqual(await store().grants(), []);
      assert.deepEqual(await store().holidayLists(), []);
      assert.equal((await store().guest("g"))?.revokedAt, noon);
      const { entries } = await store().history({ person: ada.id });
      assert.equal(entries[0]?.gateName, "North gate");
      await assert.rejects(store().createGrant(aGrant(ada.id, "north")), isConflict);
      await assert.rejects(store().createGate(aGate()), isConflict, "the id stays taken");
      await store().createGate(aGate({ id: "new-north" }));
    });
  });

  describe("one's own passkeys", () => {
    const options = { keeps: "", isLastAllowed: false, methods };

    it("are added up to a limit, named and removed", async () => {
      const ada = await withPasskey();
      const [first] = await store().passkeysOf(ada.id);
      const second = aPasskey(ada.id, { createdAt: noon + 1 });
      assert.equal(await store().addPasskey(second, 2, author), true);
      assert.equal(await store().addPasskey(aPasskey(ada.id), 2, author), false, "the limit");
      await assert.rejects(store().addPasskey(second, 9, author), isConflict);
      const { credentialId } = second;
      assert.equal(await store().renamePasskey(ada.id, credentialId, "Phone", author), true);
      assert.equal(await store().renamePasskey("ben", credentialId, "Mine", author), false);
      assert.deepEqual(await store().passkeysOf(ada.id), [first, { ...second, name: "Phone" }]);
      const remove = (id: string) => store().removePasskey(id, credentialId, options, author);
      assert.deepEqual(await remove("ben"), { type: "unknown" }, "somebody else's");
      assert.deepEqual(await remove(ada.id), { type: "changed", value: null });
      assert.deepEqual(await remove(ada.id), { type: "unknown" });
      assert.deepEqual(await store().passkeysOf(ada.id), [first]);
    });

    it("end the sessions that they began when they are removed, but for this one", async () => {
      const ada = await withPasskey();
      const lost = aPasskey(ada.id);
      const [kept] = await store().passkeysOf(ada.id);
      await store().addPasskey(lost, 9, author);
      const [here, finder, older, other] = [0, 1, 2, 3].map(() => aSession(ada.id));
      assert.ok(here && finder && older && other && kept);
      await store().createSession(here, lost.credentialId);
      await store().createSession(finder, lost.credentialId);
      await store().createSession(older, null);
      await store().createSession(other, kept.credentialId);
      const found = await store().session(here.tokenHash, noon);
      assert.equal(found?.credentialId, lost.credentialId);
      const keeps = { ...options, keeps: here.tokenHash };
      await store().removePasskey(ada.id, lost.credentialId, keeps, author);
      const valid = await Promise.all(
        [here, finder, older, other].map(({ tokenHash }) => store().session(tokenHash, noon)),
      );
      assert.deepEqual(
        valid.map((session) => session !== undefined),
        [true, false, false, true],
      );
    });

    it("are not removed when one was the only way in, unless the person accepts that", async () => {
      const ada = await withPasskey();
      await store().addPasskey(aPasskey(ada.id, { rpId: "old.example" }), 9, author);
      const passkeys = await store().passkeysOf(ada.id);
      const mine = passkeys.find(({ rpId }) => rpId === methods.rpId)?.credentialId ?? "";
      const remove = (changes: object = {}) =>
        store().removePasskey(ada.id, mine, { ...options, ...changes }, author);
      assert.deepEqual(await remove(), { type: "last-way-in" }, "the other one has another host");
      assert.equal((await store().passkeysOf(ada.id)).length, 2);
      const hasOidc = { methods: { ...methods, hasOidc: true } };
      assert.deepEqual(await remove(hasOidc), { type: "last-way-in" }, "no account there");
      await store().updatePerson(ada.id, { oidcSubject: "https://id 2" });
      assert.deepEqual(await remove(), { type: "last-way-in" }, "there is no provider");
      assert.deepEqual(await remove({ isLastAllowed: true }), { type: "changed", value: null });
    });

    it("keep the last administrator, even when two instances remove the last two", async () => {
      const other = await now().place.open();
      for (let i = 0; i < 20; i++) {
        const people = [
          await withPasskey({ isAdministrator: true }),
          await withPasskey({ isAdministrator: true }),
        ];
        const results = await Promise.all(
          people.map(async ({ id }, index) => {
            const [passkey] = await store().passkeysOf(id);
            const way = index === 0 ? store() : other;
            const accepted = { ...options, isLastAllowed: true };
            return way.removePasskey(id, passkey?.credentialId ?? "", accepted, author);
          }),
        );
        const types = results.map(({ type }) => type).toSorted();
        assert.deepEqual(types, ["changed", "last-administrator"]);
        for (const { id } of people) await store().removePasskeys(id, null);
      }
    });
  });

  describe("sorted lists", () => {
    it("have every person once on their pages, in each order", async () => {
      const people = ["Zoë", "adam", "Ben", "Ben", "Émile"].map((name, index) =>
        aPerson({
          ...{ id: `p-${index}`, name, createdAt: noon - index },
          lastSeenAt: index === 1 ? null : noon + (index % 2),
        }),
      );
      for (const person of people) await store().createPerson(person);
      const all = async (sort: "created" | "name" | "seen") => {
        const ids: string[] = [];
        for (let after: string | null | undefined; after !== null; ) {
          const page = await store().peoplePage({ sort, limit: 2, ...(after && { after }) });
          assert.equal(page.total, 5);
          ids.push(...page.people.map(({ id }) => id));
          after = page.next;
        }
        return ids;
      };
      assert.deepEqual(await all("created"), ["p-4", "p-3", "p-2", "p-1", "p-0"]);
      assert.deepEqual(await all("name"), ["p-1", "p-2", "p-3", "p-4", "p-0"]);
      assert.deepEqual(await all("seen"), ["p-3", "p-4", "p-2", "p-0", "p-1"]);
      const { next } = await store().peoplePage({ sort: "name", limit: 1 });
      assert.ok(next !== null);
      await assert.rejects(
        store().peoplePage({ after: next, limit: 1 }),
        RangeError,
        "another order",
      );
    });

    it("have every gate once on their pages, and find gates by each of their names", async () => {
      for (const [id, name, thingName] of [
        ["b", "Süd", "lot-2"],
        ["c", "nord", "lot-1"],
        ["a", "Yard", "lot-3"],
      ] as const) {
        await store().createGate(aGate({ id, name, thingName }));
      }
      const all = async (sort: "name" | "id" | "box") => {
        const ids: string[] = [];
        for (let after: string | null | undefined; after !== null; ) {
          const page = await store().gatesPage({ sort, limit: 1, ...(after && { after }) });
          ids.push(...page.gates.map(({ id }) => id));
          after = page.next;
        }
        return ids.join("");
      };
      assert.deepEqual(await Promise.all((["name", "id", "box"] as const).map(all)), [
        ...["cba", "abc", "cba"],
      ]);
      await store().updateGate("a", { name: "Hof", output: "inner" });
      const found = async (search: string) =>
        (await store().gatesPage({ search, limit: 9 })).gates.map(({ id }) => id).join("");
      assert.deepEqual(
        await Promise.all(["SUD", "lot-1", "hof inner", "yard", "berlin", "l%t"].map(found)),
        ["b", "c", "a", "", "acb", ""],
      );
    });
  });

  describe("the record of changes", () => {
    const about = async () =>
      (await store().recordedChanges({ limit: 100 })).changes.map(
        ({ subject, action, fields }) => [subject, action, fields] as const,
      );

    it("has who changed what, from what to what, and no secret", async () => {
      const boss = aPerson({ id: "boss", name: "Boss" });
      await store().createPerson(boss);
      const ada = aPerson({ email: "ada@example.org" });
      await store().createPerson(ada, author);
      await store().changePerson(ada.id, { name: "Ada L.", email: null }, methods, author);
      await store().changePerson(ada.id, { name: "Ada L." }, methods, author);
      const { changes } = await store().recordedChanges({ subject: "person", limit: 10 });
      for (const { at, by, authorId, authorName, personName, gateName } of changes) {
        assert.deepEqual([at, by, authorId, authorName], [noon, "person", "boss", "Boss"]);
        assert.deepEqual([personName, gateName], ["Ada L.", null], "the name of today");
      }
      const entries = await about();
      assert.equal(entries.length, 2, "nothing was changed the second time");
      const [changed] = entries.filter(([, action]) => action === "changed");
      assert.deepEqual(changed?.[2], [
        { field: "name", from: "Ada", to: "Ada L." },
        { field: "email", from: "ada@example.org", to: null },
      ]);
      await store().createGate(aGate(), author);
      await store().createApiToken(aToken(ada.id), author);
      const times = { createdAt: noon, expiresAt: noon + 1 };
      const invitation = { tokenHash: "hash-of-a-secret-2", personId: ada.id, ...times };
      await store().createInvitation(invitation, author);
      const all = JSON.stringify(await store().recordedChanges({ limit: 100 }));
      for (const secret of ["hash-of-a-secret", "pQECAyYg"]) assert.ok(!all.includes(secret));
    });

    it("is written with the change or not at all, and nothing without an author", async () => {
      await store().createGate(aGate(), author);
      await assert.rejects(store().createGate(aGate(), author), isConflict);
      await assert.rejects(store().createGrants([aGrant("nobody", "north")], author), isConflict);
      await store().updateGate("north", { name: "Main" });
      assert.equal(await store().deleteGrant("none", author), undefined);
      assert.equal((await about()).length, 1);
    });

    it("is read page by page, filtered, with the names of today", async () => {
      const ada = aPerson();
      await store().createPerson(ada);
      await store().createGate(aGate({ id: "south", thingName: "lot-2" }));
      await store().createGate(aGate());
      for (let i = 0; i < 5; i++) {
        const at = { ...author, at: noon + i };
        await store().createGrant(aGrant(ada.id, i < 2 ? "south" : "north"), at);
      }
      const seen: number[] = [];
      for (let after: string | null | undefined; after !== null; ) {
        const page = await store().recordedChanges({ limit: 2, ...(after && { after }) });
        seen.push(...page.changes.map(({ at }) => at - noon));
        after = page.next;
      }
      assert.deepEqual(seen, [4, 3, 2, 1, 0]);
      const count = async (query: object) =>
        (await store().recordedChanges({ ...query, limit: 100 })).changes.length;
      assert.deepEqual(
        await Promise.all(
          [
            { gate: "south" },
            { person: ada.id },
            { author: ada.id },
            { from: noon + 1, to: noon + 3 },
            { subject: "gate" },
          ].map(count),
        ),
        [2, 5, 0, 2, 0],
      );
      await store().deletePerson(ada.id, methods, { ...author, at: noon + 9 });
      const { changes } = await store().recordedChanges({ person: ada.id, limit: 1 });
      assert.equal(changes[0]?.personName, null);
      await assert.rejects(store().recordedChanges({ after: "x", limit: 1 }), RangeError);
    });
  });
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "conflict";
}
