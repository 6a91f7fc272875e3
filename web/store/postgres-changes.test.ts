import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { noon, type StorePlace } from "./place.rig.ts";
import { PostgresServer, postgresNeeded, postgresPrograms } from "./postgres.rig.ts";
import type { Store } from "./store.ts";

describe("several instances on one PostgreSQL", function () {
  this.timeout(60_000);
  let server: PostgresServer | undefined;
  let place: StorePlace;

  before(async function () {
    skipWithout(this, "postgresql", postgresPrograms !== undefined, postgresNeeded);
    server = new PostgresServer();
    await server.start();
  });
  beforeEach(async () => {
    if (server === undefined) throw new Error("the server has not been started");
    place = await server.newPlace();
  });
  afterEach(() => place?.remove());
  after(() => server?.remove());

  interface Ear {
    readonly heard: string[];
    listening: number;
  }

  function listen(store: Store): Ear {
    const ear: Ear = { heard: [], listening: 0 };
    store.changes.listen({
      onChange: (change) => ear.heard.push(change),
      onListening: () => {
        ear.listening += 1;
      },
    });
    return ear;
  }

  async function until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await pause(5);
  }

  it("hear what another one has changed, in its order, and not what they have said themselves", async () => {
    const [one, other] = [await place.open(), await place.open()];
    const ears = [listen(one), listen(other)] as const;
    await until(() => ears.every(({ listening }) => listening === 1));
    for (const change of ["a", 'b "’', "c"]) {
      one.changes.publish(change);
      await pause(20);
    }
    await until(() => ears[1].heard.length === 3);
    assert.deepEqual(ears[1].heard, ["a", 'b "’', "c"]);
    assert.deepEqual(ears[0].heard, []);
  });

  it("count rates together", async () => {
    const [one, other] = [await place.open(), await place.open()];
    const rate = { burst: 3, everyMs: 60_000 };
    const asked = [one, other, one, other, one, other].map((store) =>
      store.forTaps.takeRate("ada", rate, noon),
    );
    const allowed = (await Promise.all(asked)).filter((verdict) => verdict.allowed);
    assert.equal(allowed.length, 3);
  });

  it("listen again after a restart of the database, and know that they may have missed something", async () => {
    const [one, other] = [await place.open(), await place.open()];
    const ear = listen(other);
    await until(() => ear.listening === 1);
    await server?.stop("immediate");
    // Nobody gets it, and nothing fails.
    one.changes.publish("lost");
    await server?.start();
    await until(() => ear.listening === 2);
    one.changes.publish("heard");
    await until(() => ear.heard.length > 0);
    assert.deepEqual(ear.heard, ["heard"]);
  });
});
