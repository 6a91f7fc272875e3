import assert from "node:assert/strict";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { openStore } from "./open-store.ts";
import { aRequest, type StorePlace } from "./place.rig.ts";
import { PostgresServer, postgresNeeded, postgresPrograms } from "./postgres.rig.ts";
import { type Store, StoreError } from "./store.ts";

describe("store on a failing PostgreSQL", () => {
  let server: PostgresServer | undefined;
  let place: StorePlace;
  let store: Store;

  before(async function () {
    skipWithout(this, "postgresql", postgresPrograms !== undefined, postgresNeeded);
    this.timeout(60_000);
    server = new PostgresServer();
    await server.start();
  });

  after(() => server?.remove());

  beforeEach(async () => {
    place = await running().newPlace();
    store = await place.open();
  });

  afterEach(() => place.remove());

  it("is unavailable while the server is stopped, and has all data after a restart", async () => {
    const request = aRequest();
    await store.recordRequest(request);
    await running().stop();
    await assert.rejects(store.recordRequest(aRequest()), isUnavailable);
    await assert.rejects(store.request(request.id), isUnavailable);
    await assert.rejects(store.check(), isUnavailable);
    await running().start();
    assert.deepEqual(await store.request(request.id), request);
    assert.equal((await store.recordRequest(request)).isNew, false);
    assert.equal((await store.recordRequest(aRequest())).isNew, true);
  }).timeout(30_000);

  it("has connections left for taps when everything else waits", async () => {
    const client = await running().client(place.location.match(/@\/(\w+)/)?.[1] ?? "");
    await client.query("begin; lock table foreign_event in access exclusive mode");
    let waiting = 20;
    const others = Array.from({ length: waiting }, async () => {
      await store.foreignEvents(1);
      waiting -= 1;
    });
    const { request } = await store.forTaps.recordRequest(aRequest());
    assert.deepEqual(await store.forTaps.request(request.id), request);
    assert.equal(waiting, 20);
    await client.end();
    await Promise.all(others);
  });

  it("loses no confirmed record when the server crashes", async () => {
    const confirmed: string[] = [];
    const kinds = new Set<string>();
    const untilItDies = async (): Promise<void> => {
      try {
        for (;;) {
          const { request } = await store.recordRequest(aRequest());
          confirmed.push(request.id);
          if (confirmed.length === 100) dying = running().stop("immediate");
        }
      } catch (error) {
        kinds.add(error instanceof StoreError ? error.kind : String(error));
      }
    };
    let dying: Promise<void> | undefined;
    await Promise.all(Array.from({ length: 8 }, untilItDies));
    await dying;
    assert.deepEqual([...kinds], ["unavailable"]);
    assert.ok(confirmed.length >= 100);
    await running().start();
    for (const id of confirmed) assert.notEqual(await store.request(id), undefined, id);
  }).timeout(30_000);

  it("has no partial change when a connection ends in the middle of a transaction", async () => {
    const release = await place.lock();
    const request = aRequest();
    const recorded = assert.rejects(store.recordRequest(request), isUnavailable);
    const client = await running().client("postgres");
    const waiting = `select pid from pg_stat_activity where wait_event_type = 'Lock'`;
    for (;;) {
      const { rowCount } = await client.query(
        `select pg_terminate_backend(pid) from (${waiting}) as waiting`,
      );
      if (rowCount !== 0) break;
    }
    await recorded;
    await client.end();
    await release();
    assert.equal(await store.request(request.id), undefined);
    assert.equal((await store.recordRequest(request)).isNew, true);
  });

  it("refuses a server that may lose committed records", async () => {
    await running().set("synchronous_commit", "off");
    try {
      await assert.rejects(openStore(place.location), (error) => {
        assert.ok(isUnavailable(error));
        assert.match(String(error), /synchronous_commit is off; turn it on/);
        return true;
      });
    } finally {
      await running().set("synchronous_commit", null);
    }
  });

  it("refuses a database that cannot store every name", async () => {
    await running().run(
      "create database latin encoding 'LATIN1' template template0 lc_collate 'C' lc_ctype 'C'",
    );
    await assert.rejects(openStore(running().url("latin")), (error) => {
      assert.ok(isUnavailable(error));
      assert.match(String(error), /encoding is LATIN1, and names need UTF8/);
      return true;
    });
  });

  it("says when the database or the server does not exist", async () => {
    await assert.rejects(openStore(running().url("nowhere")), (error) => {
      assert.ok(isUnavailable(error));
      assert.match(String(error), /database "nowhere" does not exist/);
      return true;
    });
    await assert.rejects(openStore("postgres://test@/x?host=/nowhere"), isUnavailable);
    await assert.rejects(openStore("postgres://test@127.0.0.1:1/x"), isUnavailable);
  });

  it("is unavailable on a read-only server", async () => {
    await running().set("default_transaction_read_only", "on");
    try {
      const reader = await place.open();
      await assert.rejects(reader.check(), isUnavailable);
    } finally {
      await running().set("default_transaction_read_only", null);
    }
  });

  function running(): PostgresServer {
    if (server === undefined) throw new Error("the server has not been started");
    return server;
  }
});

function isUnavailable(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "unavailable";
}
