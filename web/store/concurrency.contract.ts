import assert from "node:assert/strict";
import type { Person } from "../domain/entities.ts";
import { aPasskey, aPerson, aRequest, aSession, noon, type StorePlace } from "./place.rig.ts";
import { type Store, StoreError } from "./store.ts";

export function concurrencyContract(
  newPlace: () => Promise<StorePlace>,
  now: () => { readonly place: StorePlace; readonly store: Store },
): void {
  describe("concurrent calls", () => {
    it("record the same id two hundred times, and one of them is new", async () => {
      const { place, store } = now();
      const other = await place.open();
      const request = aRequest();
      const results = await Promise.all(
        Array.from({ length: 200 }, (_, i) =>
          (i % 2 === 0 ? store : other).recordRequest({ ...request, address: `${i}` }),
        ),
      );
      const [first, ...more] = results.filter(({ isNew }) => isNew);
      assert.ok(first !== undefined && more.length === 0);
      for (const result of results) assert.deepEqual(result.request, first.request);
    });

    it("accept an invitation twenty times, and one of them succeeds", async () => {
      const { place, store } = now();
      const other = await place.open();
      const ada = aPerson();
      await store.createPerson(ada);
      const times = { createdAt: noon, expiresAt: noon + 1 };
      await store.createInvitation({ tokenHash: "t", personId: ada.id, ...times });
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 === 0 ? store : other).acceptInvitation("t", aPasskey(ada.id), noon),
        ),
      );
      assert.equal(results.filter((isIn) => isIn).length, 1);
      assert.equal((await store.passkeysOf(ada.id)).length, 1);
    });

    it("demote two administrators by each other, and one of them stays", async () => {
      const { place, store } = now();
      const other = await place.open();
      const methods = { rpId: "gate.example", hasOidc: true };
      for (let i = 0; i < 20; i++) {
        const [ada, ben] = [0, 1].map((number) =>
          aPerson({ isAdministrator: true, oidcSubject: `${i} ${number}` }),
        ) as [Person, Person];
        await store.createPerson(ada);
        await store.createPerson(ben);
        const results = await Promise.all([
          store.changePerson(ada.id, { isAdministrator: false }, methods),
          other.changePerson(
            ben.id,
            i % 2 === 0 ? { isAdministrator: false } : { isActive: false },
            methods,
          ),
        ]);
        const types = results.map(({ type }) => type).toSorted();
        assert.deepEqual(types, ["changed", "last-administrator"]);
        for (const { id } of [ada, ben]) {
          const heir = aPerson({ isAdministrator: true, oidcSubject: `heir ${i} ${id}` });
          await store.createPerson(heir);
          await store.changePerson(id, { isActive: false }, methods);
          await store.updatePerson(heir.id, { oidcSubject: null });
        }
      }
    });

    it("lock a person out while the person signs in, and no session returns with the person", async () => {
      const { place, store } = now();
      const other = await place.open();
      const methods = { rpId: "gate.example", hasOidc: false };
      for (let i = 0; i < 20; i++) {
        const ada = aPerson();
        await store.createPerson(ada);
        const session = aSession(ada.id);
        const tokenHash = session.tokenHash;
        const invitation = { tokenHash, personId: ada.id, createdAt: noon, expiresAt: noon + 1000 };
        await Promise.all([
          store.createSession(session, null),
          other.changePerson(ada.id, { isActive: false }, methods),
          store.createInvitation(invitation),
        ]);
        await store.changePerson(ada.id, { isActive: true }, methods);
        assert.equal(await store.session(tokenHash, noon), undefined);
        assert.equal(await store.invitation(tokenHash, noon), undefined);
      }
    });

    it("remove a passkey while it signs in, and no session is left", async () => {
      const { place, store } = now();
      const other = await place.open();
      for (let i = 0; i < 20; i++) {
        const ada = aPerson();
        await store.createPerson(ada);
        const [session, passkey] = [aSession(ada.id), aPasskey(ada.id)];
        const { tokenHash } = session;
        await store.createInvitation({
          tokenHash,
          personId: ada.id,
          createdAt: noon,
          expiresAt: noon + 1,
        });
        await store.acceptInvitation(tokenHash, passkey, noon);
        await Promise.all([
          store.createSession(session, passkey.credentialId),
          other.removePasskeys(ada.id, null),
        ]);
        assert.equal(await store.session(tokenHash, noon), undefined);
      }
    });

    it("end a request in two ways, and both get the same outcome", async () => {
      const { place, store } = now();
      const other = await place.open();
      for (let i = 0; i < 20; i++) {
        const { id } = (await store.recordRequest(aRequest())).request;
        const step = { reason: null, at: noon, pulseMs: null };
        const results = await Promise.all([
          store.advanceRequest(id, { ...step, state: "opened", pulseMs: 500 }),
          other.advanceRequest(id, { ...step, state: "refused", reason: "cooldown" }),
        ]);
        assert.deepEqual(results[0], results[1]);
        assert.deepEqual(await store.request(id), results[0]);
      }
    });

    it("finish before the store closes, and later ones are unavailable", async () => {
      const { place, store } = now();
      const other = await place.open();
      const requests = Array.from({ length: 20 }, () => aRequest());
      const records = requests.map((request) => other.recordRequest(request));
      const closed = other.close();
      await assert.rejects(other.recordRequest(aRequest()), isUnavailable);
      await assert.rejects(other.history({}), isUnavailable);
      await closed;
      await Promise.all(records);
      assert.equal((await store.history({})).entries.length, 20);
      await assert.rejects(other.check(), isUnavailable);
      await other.close();
    });

    it("start four instances on an empty database, and each sees the others' records", async () => {
      const place = await newPlace();
      try {
        const stores = await Promise.all(Array.from({ length: 4 }, () => place.open()));
        for (const store of stores) await store.recordRequest(aRequest());
        for (const store of stores) assert.equal((await store.history({})).entries.length, 4);
      } finally {
        await place.remove();
      }
    });
  });

  describe("a database that another program has locked", () => {
    it("is waited for", async () => {
      const { place, store } = now();
      const release = await place.lock();
      const recorded = store.recordRequest(aRequest());
      await store.history({}); // reads still work
      await release();
      assert.equal((await recorded).isNew, true);
    });

    it("is busy after the timeout, has no partial change, and works again later", async () => {
      const { place, store } = now();
      const ada = aPerson();
      await store.createPerson(ada);
      const invitation = { tokenHash: "t", personId: ada.id, createdAt: noon, expiresAt: noon + 1 };
      await store.createInvitation(invitation);
      const hasty = await place.open(50);
      const request = aRequest();
      const release = await place.lock();
      await assert.rejects(hasty.recordRequest(request), isBusy);
      await assert.rejects(hasty.acceptInvitation("t", aPasskey(ada.id), noon), isBusy);
      await assert.rejects(hasty.check(), isBusy);
      assert.equal(await hasty.request(request.id), undefined);
      await release();
      assert.equal(await hasty.request(request.id), undefined);
      assert.deepEqual(await store.invitation("t", noon), invitation);
      assert.deepEqual(await store.passkeysOf(ada.id), []);
      assert.equal((await hasty.recordRequest(request)).isNew, true);
    });
  });
}

function isBusy(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "busy";
}

function isUnavailable(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "unavailable";
}
