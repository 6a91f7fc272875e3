/** The contract of every store on a database that an older version has filled. */
import assert from "node:assert/strict";
import { sql } from "kysely";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";
import { aGate, aGrant, aPerson, noon, type StorePlace } from "./place.rig.ts";
import { StoreError } from "./store.ts";

export function migrationsContract(newPlace: () => Promise<StorePlace>): void {
  describe("a database of the version before boxes with several gates", () => {
    let place: StorePlace;

    beforeEach(async () => {
      place = await newPlace();
      const database = await place.connect();
      await migrate(database, "0003-locked-out-sessions");
      await fill(database);
      await database.close();
    });

    afterEach(() => place.remove());

    it("keeps its gates, grants and events, without a name of a gate at the box", async () => {
      const store = await place.open();
      assert.deepEqual(await store.gates(), [north, south]);
      assert.deepEqual(await store.grants(), [grant], "on holidays as before");
      const found = await store.peoplePage({ search: "ADA", limit: 1 });
      assert.deepEqual(found, { people: [{ ...ada, passkeys: 0 }], total: 1, next: null });
      const events = await store.foreignEvents(10);
      assert.deepEqual(
        events.map(({ outcome, output, at }) => [outcome, output, at]),
        [
          ["left-open", null, noon + 1],
          ["opened", null, noon],
        ],
      );
      assert.deepEqual(await store.gateEvents(north, 10), [{ event: "left-open", at: noon + 1 }]);
      assert.deepEqual(await (await place.open()).gates(), [north, south], "migrated once");
      assert.equal((await store.request("r-1"))?.via, null, "no program had a token then");
    });

    it("then takes a second gate of a box, and still refuses an event twice", async () => {
      const store = await place.open();
      await store.createGate(aGate({ id: "inner", output: "inner" }));
      await assert.rejects(store.createGate(aGate({ id: "again" })), isConflict);
      await store.createGrant(aGrant(ada.id, "inner"));
      await assert.rejects(store.createGrant(aGrant(ada.id, "nowhere")), isConflict);
      await assert.rejects(store.createGrant(aGrant("nobody", "north")), isConflict);
      const [event] = await store.otherCommands(1);
      assert.ok(event);
      await store.recordForeignEvent(event);
      assert.equal((await store.foreignEvents(10)).length, 2);
      await store.recordForeignEvent({ ...event, output: "inner" });
      assert.equal((await store.foreignEvents(10)).length, 3);
    });
  });
}

const ada = aPerson();
const north = aGate();
const south = aGate({ id: "south", thingName: "box-2", isActive: false });
const grant = aGrant(ada.id, "north", { endsAt: noon });

/** With the tables of that version, which the queries of today do not know. */
async function fill(database: Database): Promise<void> {
  await database.whole(async (db) => {
    await sql`insert into person (id, name, is_administrator, is_active, created_at)
      values (${ada.id}, ${ada.name}, 0, 1, ${noon})`.execute(db);
    for (const { id, name, thingName, timeZone, isActive } of [north, south]) {
      await sql`insert into gate (id, name, thing_name, time_zone, is_active)
        values (${id}, ${name}, ${thingName}, ${timeZone}, ${isActive ? 1 : 0})`.execute(db);
    }
    await sql`insert into access_grant
      (id, person_id, gate_id, days, from_minute, to_minute, ends_at)
      values (${grant.id}, ${ada.id}, 'north', '[1,2,3]', 0, 1440, ${noon})`.execute(db);
    await sql`insert into open_request (id, gate_id, person_id, state, at)
      values ('r-1', 'north', ${ada.id}, 'opened', ${noon})`.execute(db);
    await sql`insert into foreign_event (thing_name, outcome, at)
      values ('box-1', 'opened', ${noon}), ('box-1', 'left-open', ${noon + 1})`.execute(db);
  });
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "conflict";
}
