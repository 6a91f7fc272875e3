import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sinon from "sinon";
import { freePort } from "../../host-sim/free-port.rig.ts";
import { findStandIn } from "../broker/find-stand-in.ts";
import { ensureCertificates } from "../certs/store.ts";
import { UserError } from "../command-line/user-error.ts";
import { StandIn } from "./local-stand-in.ts";
import { startLocalSystem } from "./system.ts";

describe("the whole system on one machine", function () {
  this.timeout(20_000);
  let certs: string;

  beforeEach(() => {
    certs = mkdtempSync(join(tmpdir(), "boom-box-"));
  });
  afterEach(() => {
    sinon.restore();
    rmSync(certs, { recursive: true });
  });

  /** Resolves once the box is connected. */
  async function start() {
    const lines: string[] = [];
    let wanted: string | undefined;
    let resolveHeard: () => void = () => {};
    /** Resolves when the box's connection next enters this state. */
    const heard = (state: string) =>
      new Promise<void>((resolve) => {
        wanted = state;
        resolveHeard = resolve;
      });
    const isConnected = heard("connected");
    const system = await startLocalSystem(
      { thing: "lot-1", port: 0, certs },
      {
        log: (line) => lines.push(line),
        onRecord: (record) => {
          if (record.type === "connection" && record.state === wanted) resolveHeard();
        },
      },
    );
    await isConnected;
    return { system, lines, heard };
  }

  it("stops the stand-in when it cannot be announced", async () => {
    await ensureCertificates({ directory: certs, things: [] });
    const port = await freePort();
    // A folder has the name of the announcement's file.
    mkdirSync(join(certs, "stand-in.json"));
    await assert.rejects(
      StandIn.start(certs, port, () => {}),
      UserError,
    );
    const next = createServer().listen(port, "127.0.0.1");
    await once(next, "listening");
    next.close();
  });

  it("makes missing certificates, announces the stand-in, opens, and cleans up", async () => {
    const { system, lines } = await start();
    assert.deepEqual(
      lines,
      ["ca", "server", "service", "lot-1"].map((name) => `certificate created: ${name}`),
    );
    const found = await findStandIn(certs);
    assert.deepEqual([found?.port, found?.pid], [system.settings.port, process.pid]);
    assert.equal((await system.open())?.outcome, "opened");
    await system.stop();
    assert.equal(await findStandIn(certs), undefined);
    assert.equal(system.box.device.gatePin.value, 0);
  });

  it("opens again after the connection was lost during an open", async () => {
    const { system, heard } = await start();
    // The pulse takes half a second; the event comes after it.
    const lost = assert.rejects(system.open(), /connection to the broker was lost|no connection/);
    system.faults.apply({ fault: "broker-down" });
    await lost;
    await assert.rejects(system.open(), /no connection/);
    system.faults.apply({ fault: "broker-up" });
    await heard("connected");
    // The answer may be "cooldown": the test needs any answer.
    assert.notEqual(await system.open(), undefined);
    await system.stop();
  });

  it("keeps the broker's state across a restart, and opens at the first try", async () => {
    const { system, heard } = await start();
    assert.equal((await system.open())?.outcome, "opened");
    system.faults.apply({ fault: "broker-down" });
    await heard("backoff");
    await assert.rejects(system.open(), /no connection/);
    // They run one after the other, however fast they are requested.
    for (const fault of ["broker-up", "broker-down", "broker-up"] as const) {
      system.faults.apply({ fault });
    }
    await heard("connected");
    // The answer may be "cooldown": the test needs any answer.
    assert.notEqual(await system.open(), undefined);
    await system.stop();
  });

  it("stops everything when a step before the box's start fails", async () => {
    await assert.rejects(
      startLocalSystem(
        { thing: "lot-1", port: 0, certs },
        { log: () => {}, onRecord: () => {} },
        () => Promise.reject(new UserError("no such file")),
      ),
      /no such file/,
    );
    assert.equal(await findStandIn(certs), undefined);
  });

  it("stops while its link cannot connect", async () => {
    const { system, heard } = await start();
    system.faults.apply({ fault: "broker-down" });
    await heard("backoff");
    await assert.rejects(system.open(), /no connection/);
    await system.stop();
    assert.equal(await findStandIn(certs), undefined);
  });
});
