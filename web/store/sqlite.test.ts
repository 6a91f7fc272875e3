import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crashContract } from "./crash.contract.ts";
import { openStore } from "./open-store.ts";
import { aPerson, aRequest, noon, sqlitePlace } from "./place.rig.ts";
import { storeOn } from "./sql-store.ts";
import { connectSqlite, type SqliteConnection } from "./sqlite.ts";
import { storeContract } from "./store.contract.ts";
import { type Store, StoreError } from "./store.ts";

describe("store on SQLite", () => {
  storeContract(sqlitePlace);
  crashContract(sqlitePlace);

  describe("its file", () => {
    let folder: string;
    let file: string;
    const open: Store[] = [];

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "boom-box-sqlite-"));
      file = join(folder, "data", "boom-box.db");
    });

    afterEach(async () => {
      for (const store of open.splice(0)) await store.close();
      await rm(folder, { recursive: true, force: true });
    });

    async function connect(): Promise<SqliteConnection & { readonly store: Store }> {
      const connection = await connectSqlite({ file, busyTimeoutMs: 50 });
      const store = await storeOn(connection.database);
      open.push(store);
      return { ...connection, store };
    }

    it("is readable only by its owner, and so are the files beside it", async () => {
      const { store } = await connect();
      await store.recordRequest(aRequest());
      for (const name of [file, `${file}-wal`, `${file}-shm`]) {
        assert.equal((await stat(name)).mode & 0o777, 0o600, name);
      }
      assert.equal((await stat(dirname(file))).mode & 0o777, 0o700);
    });

    it("is made private if it was not", async () => {
      file = join(folder, "boom-box.db");
      await writeFile(file, "", { mode: 0o644 });
      await connect();
      assert.equal((await stat(file)).mode & 0o777, 0o600);
    });

    it("syncs each commit", async () => {
      const { libsql } = await connect();
      assert.deepEqual(libsql.pragma("journal_mode"), [{ journal_mode: "wal" }]);
      assert.deepEqual(libsql.pragma("synchronous"), [{ synchronous: 2 }]);
      assert.deepEqual(libsql.pragma("foreign_keys"), [{ foreign_keys: 1 }]);
    });

    it("keeps its content after closing and opening", async () => {
      const request = aRequest();
      const first = await openStore(file);
      await first.recordRequest(request);
      await first.close();
      const { store } = await connect();
      assert.deepEqual(await store.request(request.id), request);
      assert.equal((await store.recordRequest(request)).isNew, false);
    });

    it("reports a full disk, has no partial change, and works again when there is room", async () => {
      const { store, libsql } = await connect();
      const [{ page_count: pages } = { page_count: 0 }] = libsql.pragma("page_count") as {
        page_count: number;
      }[];
      libsql.pragma(`max_page_count = ${pages + 2}`);
      const kept: string[] = [];
      const refused = await firstFailure(async () => {
        const request = aRequest({ address: "x".repeat(500) });
        await store.recordRequest(request);
        kept.push(request.id);
      });
      assert.ok(refused instanceof StoreError && refused.kind === "full", String(refused));
      assert.match(refused.message, /disk is full/);
      assert.equal((await store.history({ limit: 200 })).entries.length, kept.length);

      libsql.pragma(`max_page_count = ${pages + 100}`);
      assert.equal((await store.recordRequest(aRequest())).isNew, true);
    });

    it("is reported when it cannot be opened", async () => {
      file = join(folder, "boom-box.db");
      await writeFile(file, "no database, but some text that is long enough to be one".repeat(40));
      await assert.rejects(connect(), isUnavailable);
      await assert.rejects(openStore(join(file, "beneath-a-file.db")), isUnavailable);
      await assert.rejects(openStore(folder), isUnavailable);
      await assert.rejects(openStore("mysql://u:secret@h/d"), (error) => {
        assert.ok(isUnavailable(error));
        assert.match(String(error), /mysql:\/\/ is not supported/);
        assert.doesNotMatch(String(error), /secret/);
        return true;
      });
    });

    it("is not changed when a newer version created it", async () => {
      const { libsql } = await connect();
      libsql.exec("insert into kysely_migration values ('9999-later', '2030-01-01T00:00:00Z')");
      await assert.rejects(connect(), (error) => {
        assert.ok(error instanceof StoreError && error.kind === "unavailable");
        assert.match(error.message, /created by another version of this program.*9999-later/);
        return true;
      });
    });

    it("never gets a value that crashes libsql or that libsql truncates", async () => {
      const { store } = await connect();
      const wrong = [true, Number.NaN, {}, "a\0b"] as unknown[];
      for (const value of wrong) {
        const person = { ...aPerson(), email: value } as Parameters<Store["createPerson"]>[0];
        await assert.rejects(store.createPerson(person), TypeError, String(value));
      }
      assert.deepEqual(await store.people(), []);
    });

    it("uses an index for the history with every filter", async () => {
      const { libsql } = await connect();
      for (const [filter, index] of [
        ["", "open_request_by_at_id"],
        ["gate_id = 'g' and", "open_request_by_gate_id_at_id"],
        ["person_id = 'p' and", "open_request_by_person_id_at_id"],
        ["state = 's' and", "open_request_by_state_at_id"],
      ]) {
        const plan = libsql
          .prepare(
            `explain query plan select * from open_request
             where ${filter} (at, id) < (${noon}, 'x') order by at desc, id desc limit 51`,
          )
          .all() as { detail: string }[];
        const details = plan.map(({ detail }) => detail).join("; ");
        assert.match(details, new RegExp(`^SEARCH open_request USING INDEX ${index} `));
        assert.doesNotMatch(details, /TEMP B-TREE/);
      }
    });
  });
});

async function firstFailure(act: () => Promise<void>): Promise<unknown> {
  for (let i = 0; i < 1000; i++) {
    try {
      await act();
    } catch (error) {
      return error;
    }
  }
  return undefined;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "unavailable";
}
