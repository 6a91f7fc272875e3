import { skipWithout } from "../../host-sim/optional.rig.ts";
import { crashContract } from "./crash.contract.ts";
import { PostgresServer, postgresNeeded, postgresPrograms } from "./postgres.rig.ts";
import { storeContract } from "./store.contract.ts";

describe("store on PostgreSQL", () => {
  let server: PostgresServer | undefined;

  before(async function () {
    skipWithout(this, "postgresql", postgresPrograms !== undefined, postgresNeeded);
    this.timeout(60_000);
    server = new PostgresServer();
    await server.start();
  });

  after(function () {
    // Each test has a database of its own, and removing them all takes time on a busy disk.
    this.timeout(60_000);
    return server?.remove();
  });

  storeContract(newPlace);
  crashContract(newPlace);

  async function newPlace(): ReturnType<PostgresServer["newPlace"]> {
    if (server === undefined) throw new Error("the server has not been started");
    return server.newPlace();
  }
});
