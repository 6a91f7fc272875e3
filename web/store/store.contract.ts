/** The contract of every store: people, sign-in, gates and grants. The records have their own files. */
import assert from "node:assert/strict";
import type { ApiToken } from "../domain/entities.ts";
import { administrationContract } from "./administration.contract.ts";
import { concurrencyContract } from "./concurrency.contract.ts";
import { guestsContract } from "./guests.contract.ts";
import { holidaysContract } from "./holidays.contract.ts";
import { manyContract } from "./many.contract.ts";
import { migrationsContract } from "./migrations.contract.ts";
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
import { recordsContract } from "./records.contract.ts";
import { sharedContract } from "./shared.contract.ts";
import { type Store, StoreError } from "./store.ts";
import { webhooksContract } from "./webhooks.contract.ts";

const methods = { rpId: "gate.example", hasOidc: false };

export function storeContract(newPlace: () => Promise<StorePlace>): void {
  let place: StorePlace;
  let store: Store;

  beforeEach(async () => {
    place = await newPlace();
    store = await place.open();
  });

  afterEach(() => place.remove());

  peopleContract(() => store);
  signInContract(() => store);
  administratorsContract(() => store);
  gatesContract(() => store);
  administrationContract(() => ({ place, store }));
  guestsContract(() => ({ place, store }));
  holidaysContract(() => store);
  sharedContract(() => ({ place, store }));
  webhooksContract(() => ({ place, store }));
  recordsContract(() => store);
  manyContract(() => store);
  concurrencyContract(newPlace, () => ({ place, store }));
  migrationsContract(newPlace);
}

function peopleContract(store: () => Store): void {
  describe("people", () => {
    it("are stored and changed", async () => {
      const ada = aPerson({ email: "ada@example.org", isAdministrator: true, lastSeenAt: noon });
      await store().createPerson(ada);
      assert.deepEqual(await store().person(ada.id), ada);

      const changed = await store().updatePerson(ada.id, { name: "Ada L.", email: null });
      assert.deepEqual(changed, { ...ada, name: "Ada L.", email: null });
      assert.deepEqual(await store().person(ada.id), changed);
      assert.deepEqual(await store().updatePerson(ada.id, {}), changed);
    });

    it("are not found by an unknown id", async () => {
      assert.equal(await store().person("nobody"), undefined);
      assert.equal(await store().personByOidc("nobody"), undefined);
      assert.equal(await store().updatePerson("nobody", { name: "x" }), undefined);
    });

    it("are found by the provider's subject, which is unique", async () => {
      const ada = aPerson({ oidcSubject: "https://id.example 1" });
      await store().createPerson(ada);
      assert.deepEqual(await store().personByOidc("https://id.example 1"), ada);
      const second = store().createPerson(aPerson({ oidcSubject: "https://id.example 1" }));
      await assert.rejects(second, isConflict);
      await assert.rejects(store().createPerson(ada), isConflict);
      assert.equal((await store().people()).length, 1);
    });

    it("are listed in the order of creation, with the number of passkeys", async () => {
      const [ada, ben] = [aPerson(), aPerson({ name: "Ben", createdAt: noon + 1 })];
      await store().createPerson(ben);
      await store().createPerson(ada);
      await addPasskey(store(), ben.id);
      await addPasskey(store(), ben.id);
      assert.deepEqual(await store().people(), [
        { ...ada, passkeys: 0 },
        { ...ben, passkeys: 2 },
      ]);
    });
  });
}

function signInContract(store: () => Store): void {
  describe("sign-in", () => {
    it("stores passkeys, and their counter never decreases", async () => {
      const ada = aPerson();
      await store().createPerson(ada);
      const passkey = await addPasskey(store(), ada.id);
      assert.deepEqual(await store().passkey(passkey.credentialId), passkey);
      await store().usePasskey(passkey.credentialId, 2 ** 32 - 1, noon + 5);
      await store().usePasskey(passkey.credentialId, 3, noon + 6);
      const used = { ...passkey, counter: 2 ** 32 - 1, lastUsedAt: noon + 5 };
      assert.deepEqual(await store().passkeysOf(ada.id), [used]);
      const invitation = { tokenHash: "t", personId: ada.id, createdAt: noon, expiresAt: noon + 1 };
      await store().createInvitation(invitation);
      const removed = { type: "changed", value: 1 };
      assert.deepEqual(await store().removePasskeys(ada.id, methods), removed);
      assert.equal(await store().invitation("t", noon), undefined);
      assert.equal(await store().passkey(passkey.credentialId), undefined);
    });

    it("accepts an invitation once, in time, and only for its person", async () => {
      const [ada, ben] = [aPerson(), aPerson()];
      await store().createPerson(ada);
      await store().createPerson(ben);
      const times = { createdAt: noon, expiresAt: noon + 1000 };
      await store().createInvitation({ tokenHash: "old", personId: ada.id, ...times });
      const invitation = { tokenHash: "new", personId: ada.id, ...times };
      await store().createInvitation(invitation);

      assert.equal(await store().invitation("old", noon), undefined, "replaced");
      assert.deepEqual(await store().invitation("new", noon + 999), invitation);
      assert.equal(await store().invitation("new", noon + 1000), undefined, "over");
      const passkey = aPasskey(ada.id);
      assert.equal(await store().acceptInvitation("new", passkey, noon + 1000), false, "over");
      assert.equal(
        await store().acceptInvitation("new", aPasskey(ben.id), noon),
        false,
        "another person's",
      );
      assert.equal(await store().acceptInvitation("old", passkey, noon), false, "replaced");
      assert.equal(await store().acceptInvitation("new", passkey, noon), true);
      assert.equal(await store().acceptInvitation("new", aPasskey(ada.id), noon), false, "used");
      assert.deepEqual(await store().passkeysOf(ada.id), [passkey]);
    });

    it("keeps the invitation when the passkey already belongs to someone else", async () => {
      const ada = aPerson();
      await store().createPerson(ada);
      const passkey = await addPasskey(store(), ada.id);
      const invitation = { tokenHash: "t", personId: ada.id, createdAt: noon, expiresAt: noon + 1 };
      await store().createInvitation(invitation);
      await assert.rejects(store().acceptInvitation("t", passkey, noon), isConflict);
      assert.deepEqual(await store().invitation("t", noon), invitation);
    });

    it("accepts a sign-in attempt once, in time, and only for its kind", async () => {
      const attempt = { tokenHash: "a", kind: "passkey", expiresAt: noon + 10 } as const;
      await store().createSignInAttempt(attempt);
      assert.equal(await store().takeSignInAttempt("a", "oidc", noon), false, "another kind");
      assert.equal(await store().takeSignInAttempt("a", "passkey", noon + 10), false, "over");
      assert.equal(await store().takeSignInAttempt("a", "passkey", noon + 9), true);
      assert.equal(await store().takeSignInAttempt("a", "passkey", noon), false, "used");
    });

    it("returns a session with its person until it expires or is deleted", async () => {
      const ada = aPerson();
      await store().createPerson(ada);
      const [one, two] = [aSession(ada.id), aSession(ada.id)];
      await store().createSession(one, null);
      await store().createSession(two, null);
      const found = await store().session(one.tokenHash, noon + 999);
      assert.deepEqual(found, { session: one, person: ada, credentialId: null });
      assert.equal(await store().session(one.tokenHash, noon + 1000), undefined);
      await store().deleteSession(one.tokenHash);
      assert.equal(await store().session(one.tokenHash, noon), undefined);
      assert.equal(await store().deleteSessionsOf(ada.id), 1);
      assert.equal(await store().session(two.tokenHash, noon), undefined);
    });

    it("locks a person out at once, and restores no session or invitation later", async () => {
      const ada = aPerson();
      await store().createPerson(ada);
      const session = aSession(ada.id);
      await store().createSession(session, null);
      const invitation = { tokenHash: "t", personId: ada.id, createdAt: noon, expiresAt: noon + 1 };
      await store().createInvitation(invitation);
      await lockOut(store(), ada.id);
      assert.equal(await store().createSession(session, null), false);
      assert.equal(await store().session(session.tokenHash, noon), undefined);
      assert.equal(await store().wasLockedOut(session.tokenHash, noon), true);
      assert.equal(await store().wasLockedOut(session.tokenHash, session.expiresAt), false);
      assert.equal(await store().wasLockedOut("another", noon), false);
      assert.equal(await store().createInvitation(invitation), false);
      assert.equal(await store().invitation("t", noon), undefined);
      assert.equal(await store().acceptInvitation("t", aPasskey(ada.id), noon), false);

      await store().changePerson(ada.id, { isActive: true }, methods);
      assert.equal(await store().session(session.tokenHash, noon), undefined);
      assert.equal(await store().wasLockedOut(session.tokenHash, noon), false);
      assert.equal(await store().invitation("t", noon), undefined);
    });
  });
}

function administratorsContract(store: () => Store): void {
  describe("administrators", () => {
    const isAdministrator = true;
    const last = { type: "last-administrator" };

    it("can sign in with a passkey for the host name, or through the provider", async () => {
      assert.equal(await store().hasAdministrator(methods), false);
      const ada = aPerson({ isAdministrator });
      await store().createPerson(ada);
      assert.equal(await store().hasAdministrator(methods), false, "without a passkey");
      await addPasskey(store(), ada.id);
      assert.equal(await store().hasAdministrator(methods), true);
      assert.equal(await store().hasAdministrator({ rpId: "other", hasOidc: true }), false);
      await store().createPerson(aPerson({ isAdministrator, oidcSubject: "i s" }));
      assert.equal(await store().hasAdministrator({ rpId: "other", hasOidc: true }), true);
      assert.equal(await store().hasAdministrator({ rpId: "other", hasOidc: false }), false);
    });

    it("keep at least one who can sign in", async () => {
      const [ada, ben] = [aPerson({ isAdministrator }), aPerson({ isAdministrator })];
      await store().createPerson(ada);
      await store().createPerson(ben);
      await addPasskey(store(), ada.id);
      const demoted = { isAdministrator: false };
      assert.deepEqual(await store().changePerson("nobody", demoted, methods), { type: "unknown" });
      assert.deepEqual(await store().changePerson(ada.id, demoted, methods), last);
      assert.deepEqual(await store().changePerson(ada.id, { isActive: false }, methods), last);
      assert.deepEqual(await store().removePasskeys(ada.id, methods), last);
      assert.deepEqual(await store().person(ada.id), ada);
      assert.equal((await store().passkeysOf(ada.id)).length, 1);
      const renamed = await store().changePerson(ada.id, { name: "Ada L." }, methods);
      assert.deepEqual(renamed, { type: "changed", value: { ...ada, name: "Ada L." } });
      await addPasskey(store(), ben.id);
      assert.equal((await store().changePerson(ada.id, demoted, methods)).type, "changed");
    });
  });
}

function gatesContract(store: () => Store): void {
  describe("gates and grants", () => {
    it("stores gates, and a box belongs to one gate", async () => {
      await store().createGate(aGate());
      await store().createGate(aGate({ id: "south", thingName: "box-2", isActive: false }));
      await assert.rejects(store().createGate(aGate({ id: "west" })), isConflict);
      await assert.rejects(store().createGate(aGate({ thingName: "box-3" })), isConflict);
      await assert.rejects(store().updateGate("south", { thingName: "box-1" }), isConflict);
      assert.deepEqual(await store().gate("north"), aGate());
      const south = await store().updateGate("south", { name: "South", isActive: true });
      assert.deepEqual(south, aGate({ id: "south", name: "South", thingName: "box-2" }));
      assert.deepEqual(await store().gates(), [aGate(), south]);
      assert.equal(await store().updateGate("west", { name: "West" }), undefined);
      assert.equal(await store().gate("west"), undefined);
    });

    it("stores several gates of one box, each with its own name there", async () => {
      await store().createGate(aGate());
      const inner = aGate({ id: "inner", output: "inner" });
      await store().createGate(inner);
      await store().createGate(aGate({ id: "outer", output: "outer" }));
      const twice = store().createGate(aGate({ id: "again", output: "inner" }));
      await assert.rejects(twice, isConflict);
      await store().createGate(aGate({ id: "again", thingName: "box-2", output: "inner" }));
      for (const changes of [{ output: "inner" }, { output: null }]) {
        await assert.rejects(store().updateGate("outer", changes), isConflict);
      }
      assert.deepEqual(await store().gate("inner"), inner);
      const moved = await store().updateGate("outer", { output: "yard" });
      assert.equal(moved?.output, "yard");
      await store().updateGate("north", { output: "outer" });
      assert.equal((await store().updateGate("inner", { output: null }))?.output, null);
    });

    it("stores grants, and finds them by person and gate", async () => {
      const [ada, ben] = [aPerson(), aPerson()];
      await store().createPerson(ada);
      await store().createPerson(ben);
      await store().createGate(aGate());
      await store().createGate(aGate({ id: "south", thingName: "box-2" }));
      const grant = aGrant(ada.id, "north", { days: [1, 7], fromMinute: 1320, toMinute: 360 });
      await store().createGrant(grant);
      await store().createGrant(aGrant(ada.id, "south"));
      await store().createGrant(aGrant(ben.id, "north"));
      await assert.rejects(store().createGrant(aGrant("nobody", "north")), isConflict);
      await assert.rejects(store().createGrant(aGrant(ada.id, "nowhere")), isConflict);

      assert.deepEqual(await store().grants({ personId: ada.id, gateId: "north" }), [grant]);
      assert.equal((await store().grants({ personId: ada.id })).length, 2);
      assert.equal((await store().grants({ gateId: "north" })).length, 2);
      assert.equal((await store().grants()).length, 3);

      const changed = { ...grant, startsAt: noon - 1, endsAt: noon, onHolidays: false };
      assert.deepEqual(await store().updateGrant(changed), grant);
      assert.deepEqual(await store().grants({ personId: ada.id, gateId: "north" }), [changed]);
      assert.deepEqual(await store().deleteGrant(grant.id), changed);
      assert.equal(await store().deleteGrant(grant.id), undefined);
      assert.equal(await store().updateGrant(changed), undefined);
    });

    it("stores the tokens of programs by their hashes, and forgets a revoked one", async () => {
      const ada = aPerson();
      await store().createPerson(ada);
      await store().createGate(aGate());
      const token: ApiToken = {
        id: "t-1",
        tokenHash: "hash",
        personId: ada.id,
        gateId: "north",
        name: "Plate reader",
        days: [1, 7],
        fromMinute: 1320,
        toMinute: 360,
        endsAt: null,
        perMinute: 10,
        createdAt: noon,
        lastUsedAt: null,
      };
      await store().createApiToken(token);
      for (const other of [
        { ...token, id: "t-2" },
        { ...token, id: "t-2", tokenHash: "other", personId: "nobody" },
        { ...token, id: "t-2", tokenHash: "other", gateId: "nowhere" },
      ]) {
        await assert.rejects(store().createApiToken(other), isConflict);
      }
      await store().createApiToken({
        ...token,
        id: "t-2",
        tokenHash: "other",
        createdAt: noon + 1,
      });
      assert.deepEqual(await store().apiToken("hash"), token);
      await store().useApiToken("t-1", noon + 5);
      assert.deepEqual(
        (await store().apiTokens(ada.id)).map(({ id, lastUsedAt }) => [id, lastUsedAt]),
        [
          ["t-1", noon + 5],
          ["t-2", null],
        ],
      );
      assert.deepEqual(await store().apiTokens("nobody"), []);
      assert.equal(await store().deleteApiToken("t-1"), true);
      assert.equal(await store().deleteApiToken("t-1"), false);
      assert.equal(await store().apiToken("hash"), undefined);
    });

    it("checks that the database is writable", async () => {
      await store().check();
      await store().recordRequest(aRequest());
    });
  });
}

async function lockOut(store: Store, id: string): Promise<void> {
  const changed = await store.changePerson(id, { isActive: false }, methods);
  assert.equal(changed.type, "changed");
}

async function addPasskey(store: Store, personId: string): Promise<ReturnType<typeof aPasskey>> {
  const passkey = aPasskey(personId);
  const tokenHash = passkey.credentialId;
  await store.createInvitation({ tokenHash, personId, createdAt: noon, expiresAt: noon + 1 });
  assert.equal(await store.acceptInvitation(tokenHash, passkey, noon), true);
  return passkey;
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "conflict";
}
