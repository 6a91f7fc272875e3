/** The contract of every store: holidays, and many grants at once. */
import assert from "node:assert/strict";
import { aGate, aGrant, aPerson, noon } from "./place.rig.ts";
import { portionLength } from "./portions.ts";
import { type Store, StoreError } from "./store.ts";

export function holidaysContract(store: () => Store): void {
  describe("holidays", () => {
    const day = (date: string) => ({ date, name: `Day ${date}` });

    it("are stored in lists, and read from a date to another one", async () => {
      await store().createGate(aGate());
      const all = { id: "all", name: "Country", gateId: null, createdAt: noon };
      const own = { id: "own", name: "Company", gateId: "north", createdAt: noon + 1 };
      const [christmas, boxing] = [day("2026-12-25"), day("2026-12-26")];
      await store().createHolidays(own, [boxing]);
      await store().createHolidays(all, [boxing, christmas, day("2027-01-01")]);
      assert.deepEqual(await store().holidayLists(), [
        { ...all, days: [christmas, boxing, day("2027-01-01")] },
        { ...own, days: [boxing] },
      ]);
      const window = { from: "2026-12-25", to: "2026-12-26" };
      assert.deepEqual(await store().holidaysBetween(window), [
        { gateId: null, date: "2026-12-25" },
        { gateId: null, date: "2026-12-26" },
        { gateId: "north", date: "2026-12-26" },
      ]);
      assert.equal(await store().deleteHolidays("all"), true);
      assert.equal(await store().deleteHolidays("all"), false);
      assert.deepEqual(await store().holidaysBetween(window), [
        { gateId: "north", date: "2026-12-26" },
      ]);
    });

    it("are stored all or not at all", async () => {
      const list = { id: "l", name: "Country", gateId: "nowhere", createdAt: noon };
      await assert.rejects(store().createHolidays(list, [day("2026-12-25")]), isConflict);
      const twice = [day("2026-12-25"), day("2026-12-25")];
      await assert.rejects(store().createHolidays({ ...list, gateId: null }, twice), isConflict);
      assert.deepEqual(await store().holidayLists(), []);
    });
  });

  describe("many grants", () => {
    it("are made in one transaction, and counted by whether they open on holidays", async () => {
      const [ada, ben] = [aPerson(), aPerson({ name: "Ben" })];
      await store().createPerson(ada);
      await store().createPerson(ben);
      await store().createGate(aGate());
      await store().createGate(aGate({ id: "south", thingName: "box-2" }));
      const some = Array.from({ length: portionLength + 1 }, (_, index) =>
        aGrant(ada.id, "north", { onHolidays: index > 0 }),
      );
      const unknown = aGrant("nobody", "north");
      await assert.rejects(store().createGrants([...some, unknown]), isConflict);
      assert.deepEqual(await store().grants(), []);
      await store().createGrants([...some, aGrant(ben.id, "south", { onHolidays: false })]);
      assert.equal((await store().grants({ personId: ada.id })).length, portionLength + 1);
      const atNorth = { open: portionLength, closed: 1 };
      assert.deepEqual(await store().countGrantsByHoliday("north"), atNorth);
      assert.deepEqual(await store().countGrantsByHoliday(null), { ...atNorth, closed: 2 });
      const { grants } = await store().grantsPage({ gateId: "south", limit: 5 });
      assert.deepEqual(
        grants.map(({ personName }) => personName),
        ["Ben"],
      );
    });
  });
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "conflict";
}
