/** The readings for many people at once, which the streams and lists use. */
import assert from "node:assert/strict";
import { aGate, aGrant, aPerson, aRequest, aSession, noon } from "./place.rig.ts";
import { portionLength } from "./portions.ts";
import type { Store } from "./store.ts";

export function manyContract(store: () => Store): void {
  describe("many at once", () => {
    it("has the people of all valid sessions", async () => {
      const [ada, ben] = [aPerson(), aPerson()];
      for (const person of [ada, ben]) await store().createPerson(person);
      const [first, second] = [aSession(ada.id), aSession(ben.id)];
      const over = aSession(ben.id, { expiresAt: noon });
      for (const session of [first, second, over]) await store().createSession(session, null);
      const hashes = [first, second, over].map(({ tokenHash }) => tokenHash);
      const found = () => store().sessions([...hashes, "unknown"], noon);
      const everybody = new Map([
        [first.tokenHash, ada],
        [second.tokenHash, ben],
      ]);
      assert.deepEqual(await found(), everybody);
      const methods = { rpId: "gate.example", hasOidc: false };
      await store().changePerson(ben.id, { isActive: false }, methods);
      assert.deepEqual(await found(), new Map([[first.tokenHash, ada]]));
      assert.deepEqual(await store().sessions([], noon), new Map());
    });

    it("answers questions about administrators and names without reading everybody", async () => {
      assert.deepEqual(await store().administrators(), []);
      assert.equal(await store().hasAnyoneSignedIn(), false);
      const ada = aPerson({ name: "Ada", isAdministrator: true, createdAt: noon + 1 });
      const ben = aPerson({ name: "Ben", isAdministrator: true });
      const locked = aPerson({ name: "Cy", isAdministrator: true, isActive: false });
      const dan = aPerson({ name: "Dan" });
      for (const person of [ada, ben, locked, dan]) await store().createPerson(person);
      assert.deepEqual(await store().administrators(), [ben, ada]);
      assert.deepEqual(await store().administrators("Ada"), [ada]);
      assert.deepEqual(await store().administrators("Cy"), []);
      assert.deepEqual([await store().hasName("Dan"), await store().hasName("dan")], [true, false]);
      assert.equal(await store().hasAnyoneSignedIn(), false);
      await store().updatePerson(dan.id, { oidcSubject: "https://id.example 1" });
      assert.equal(await store().hasAnyoneSignedIn(), true);
    });

    it("counts the ids that belong to people", async () => {
      const [ada, ben] = [aPerson(), aPerson()];
      for (const person of [ada, ben]) await store().createPerson(person);
      assert.equal(await store().countPeople([]), 0);
      assert.equal(await store().countPeople([ada.id, "nobody", ben.id]), 2);
      const author = { by: "person", personId: "boss", at: noon } as const;
      const methods = { rpId: "gate.example", hasOidc: false };
      await store().deletePerson(ben.id, methods, author);
      assert.equal(await store().countPeople([ada.id, ben.id]), 1);
    });

    it("has everybody's grants, and the gates of any list", async () => {
      const people = [aPerson(), aPerson(), aPerson()];
      const [ada, ben, cy] = people.map(({ id }) => id) as [string, string, string];
      for (const person of people) await store().createPerson(person);
      for (const id of ["north", "south", "yard"]) {
        await store().createGate(aGate({ id, thingName: id }));
      }
      for (const id of [ada, ben, cy]) await store().createGrant(aGrant(id, "north"));
      const grants = await store().grantsOf([ada, cy]);
      assert.deepEqual(new Set(grants.map(({ personId }) => personId)), new Set([ada, cy]));
      const gates = await store().gatesWith(["yard", "north", "nowhere"]);
      assert.deepEqual(
        gates.map(({ id }) => id),
        ["north", "yard"],
      );
      assert.deepEqual(await store().gatesWith([]), []);
    });

    it("has everybody's newest requests, oldest first", async () => {
      const record = (id: string, personId: string, at: number) =>
        store().recordRequest(aRequest({ id, personId, at }));
      await record("old", "ada", noon - 1);
      await record("1", "ada", noon);
      await record("2", "ben", noon + 1);
      await store().recordRequest(
        aRequest({ id: "max's", at: noon + 2, state: "denied", guestId: "max" }),
      );
      await record("3", "ada", noon + 3);
      await record("cy's", "cy", noon + 2);
      const ids = async (limit: number) =>
        (await store().requestsSince({ people: ["ada", "ben"], guests: ["max"] }, noon, limit)).map(
          ({ id }) => id,
        );
      assert.deepEqual(await ids(10), ["1", "2", "max's", "3"]);
      assert.deepEqual(await ids(2), ["max's", "3"]);
    });

    it("has all gates in one list, however many there are", async () => {
      const count = portionLength + 1;
      for (let number = 0; number < count; number++) {
        await store().createGate(aGate({ id: `g${number}`, thingName: `t${number}` }));
      }
      const ids = (await store().gates()).map(({ id }) => id);
      assert.equal(new Set(ids).size, count);
      assert.equal((await store().gatesWith(ids)).length, count);
    }).timeout(60_000);
  });
}
