import { skipWithout } from "../../host-sim/optional.rig.ts";
import { sqlitePlace } from "../store/place.rig.ts";
import { PostgresServer, postgresNeeded, postgresPrograms } from "../store/postgres.rig.ts";
import { streamsContract } from "./streams.contract.ts";

describe("event streams on SQLite", () => {
  streamsContract(sqlitePlace);
});

describe("event streams on PostgreSQL", () => {
  let server: PostgresServer | undefined;

  before(async function () {
    skipWithout(this, "postgresql", postgresPrograms !== undefined, postgresNeeded);
    this.timeout(60_000);
    server = new PostgresServer();
    await server.start();
  });

  after(function () {
    this.timeout(60_000);
    return server?.remove();
  });

  streamsContract(async () => {
    if (server === undefined) throw new Error("the server has not been started");
    return server.newPlace();
  });
});
