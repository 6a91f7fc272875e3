import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { projectRoot } from "../../host-sim/project-root.ts";
import { registerCertsCommand } from "../certs/command.ts";
import { readIdentity } from "../certs/identity.ts";
import { ensureCertificates } from "../certs/store.ts";
import { StandIn } from "../local/local-stand-in.ts";
import { registerProvisionCommands } from "./command.ts";
import { proveConnection } from "./prove.ts";

describe("boom-box provision, rotate and deprovision, in the stand-in", function () {
  this.timeout(60_000);
  let certs: string;
  const ends: (() => Promise<void>)[] = [];

  beforeEach(() => {
    certs = mkdtempSync(join(tmpdir(), "boom-box-provision-"));
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    rmSync(certs, { recursive: true });
  });

  /** What a command prints. */
  async function run(...args: string[]): Promise<string> {
    let printed = "";
    const program = new Command("boom-box").exitOverride().configureOutput({
      writeOut: (text) => {
        printed += text;
      },
      writeErr: () => {},
    });
    registerProvisionCommands(program);
    registerCertsCommand(program);
    const folder = args[0] === "certs" ? "--directory" : "--certs";
    await program.parseAsync([...args, folder, certs], { from: "user" });
    return printed;
  }

  async function refusal(...args: string[]): Promise<string> {
    const error = await run(...args).then(
      () => assert.fail("the command succeeded"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error && error.name === "UserError", String(error));
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }

  const books = () =>
    JSON.parse(readFileSync(join(certs, "local-cloud.json"), "utf8")) as {
      things: object;
      policies: object;
      certificates: Record<string, { status: string; things: string[] }>;
    };

  async function startOne() {
    await ensureCertificates({ directory: certs, things: [] });
    const lines: string[] = [];
    const standIn = await StandIn.start(certs, 0, (line) => lines.push(line));
    ends.push(() => standIn.stop());
    return { standIn, lines };
  }

  /** Whether the box can connect with the files in a folder. */
  async function connects(port: number, folder: string): Promise<boolean> {
    const { caPem } = await readIdentity(certs, "lot-1");
    const read = (file: string) => readFileSync(join(certs, folder, file), "utf8");
    return proveConnection(
      { type: "box", name: "lot-1", prefix: "gate" },
      {
        endpoint: "localhost",
        port,
        alpn: false,
        identity: {
          caPem,
          certificatePem: read("certificate.pem"),
          keyPem: read("private-key.pem"),
        },
        // The stand-in accepts one CONNECT a second from one client ID.
        waitsMs: [1_100],
      },
    ).then(
      () => true,
      () => false,
    );
  }

  it("print the plan, and do nothing else with --dry-run", async () => {
    const printed = await run("provision", "--local", "--dry-run");
    assert.match(printed, /^lot-1 {2}will {6}create the thing lot-1 in the stand-in$/m);
    assert.doesNotMatch(printed, /^lot-1 {2}done/m);
    assert.deepEqual(readdirSync(certs), []);
  });

  it("provision, rotate and deprovision with every file private and no key printed", async () => {
    let printed = await run("provision", "--local");
    assert.match(printed, /done {6}connected to localhost:\d+ as lot-1/);
    assert.match(printed, /Next: "boom-box sim --thing lot-1"/);
    printed += await run("provision", "--local");
    const certificates = Object.values(books().certificates);
    assert.deepEqual(
      certificates.map(({ status, things }) => [status, things]),
      [["ACTIVE", ["lot-1"]]],
    );
    printed += await run("rotate", "--local");
    assert.match(printed, /until it is flashed again: boom-box flash/);
    assert.deepEqual(
      Object.values(books().certificates)
        .map(({ status }) => status)
        .sort(),
      [...["ACTIVE", "INACTIVE"]],
    );
    printed += await run("rotate", "--local", "--delete-old", "--json");
    printed += await run("deprovision", "--local");
    assert.deepEqual(books(), { things: {}, policies: {}, certificates: {} });
    assert.doesNotMatch(printed, /PRIVATE KEY/);
    const files = readdirSync(certs, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const keys = files.filter((path) => path.endsWith("private-key.der"));
    assert.equal(keys.length, 4, "ca, server, service and the one put aside");
    for (const path of keys) {
      assert.ok(!printed.includes(readFileSync(path).toString("base64", 600, 660)));
    }
    assert.deepEqual(
      files.filter((path) => (statSync(path).mode & 0o777) !== 0o600),
      [],
    );
  });

  it("take effect at once in a running stand-in", async () => {
    const { standIn } = await startOne();
    await run("provision", "--local");
    assert.ok(await connects(standIn.port, "lot-1"));
    await run("rotate", "--local");
    assert.ok(await connects(standIn.port, "lot-1"));
    const old = readdirSync(join(certs, "lot-1")).find((name) => name.startsWith("replaced-"));
    assert.ok(!(await connects(standIn.port, join("lot-1", old ?? ""))));
    await run("deprovision", "--local");
    const aside = readdirSync(join(certs, "lot-1")).find((name) => name.startsWith("deprov"));
    await ensureCertificates({ directory: certs, things: ["lot-1"] });
    assert.ok(!(await connects(standIn.port, join("lot-1", aside ?? ""))));
  });

  it("take effect in a stand-in that was down during deprovision", async () => {
    await run("certs", "lot-1");
    const { standIn } = await startOne();
    await run("provision", "--local", "--thing", "lot-2");
    standIn.down();
    await run("deprovision", "--local", "--thing", "lot-2");
    standIn.up();
    assert.ok(await connects(standIn.port, "lot-1"));
  });

  it("move the files from boom-box certs aside, and boom-box certs does not change theirs", async () => {
    await run("certs", "lot-1");
    await run("provision", "--local");
    const kept = readdirSync(join(certs, "lot-1")).filter((name) => name.startsWith("before-"));
    assert.equal(kept.length, 1);
    const printed = await run("certs", "lot-1");
    assert.match(
      printed,
      /^lot-1 +kept .* provisioned in the stand-in, not changed: "boom-box rotate --local/m,
    );
    assert.match(
      await refusal("certs", "--renew", "lot-1"),
      /does not change it: "boom-box rotate --local/,
    );
    await run("rotate", "--local");
    await run("rotate", "--local", "--delete-old");
    await run("deprovision", "--local", "--delete-files");
    assert.deepEqual(readdirSync(join(certs, "lot-1")), [...kept, "settings.json"]);
  });

  it("print only JSON lines with --json", async () => {
    const lines = (await run("provision", "--local", "--json")).trimEnd().split("\n");
    const steps = lines.map((line) => JSON.parse(line) as Record<string, string>);
    assert.deepEqual(Object.keys(steps[0] ?? {}), ["name", "step", "state", "text"]);
    assert.equal(steps.at(-1)?.step, "connection");
  });

  it("refuse a folder that belongs to another cloud or prefix", async () => {
    await run("provision", "--local");
    assert.match(
      await refusal("provision", "--region", "eu-central-1"),
      /certs\/lot-1 was provisioned in the stand-in: run "boom-box deprovision --local --thing lot-1" first/,
    );
    assert.match(
      await refusal("provision", "--local", "--prefix", "lab"),
      /for the topics gate\/…/,
    );
    assert.match(
      await refusal("rotate", "--local", "--thing", "lot-2"),
      /lot-2 was not provisioned/,
    );
    assert.match(await refusal("provision", "--local", "--service"), /"boom-box certs"/);
    assert.match(
      await refusal("provision", "--local", "--region", "eu-central-1"),
      /--local uses the stand-in on this machine: leave out --region/,
    );
  });

  it("name the next command for this box", async () => {
    await run("provision", "--local", "--thing", "lot-2");
    const printed = await run("rotate", "--local", "--thing", "lot-2", "--keep-old");
    assert.match(printed, /then run "boom-box rotate --local --thing lot-2 --delete-old"$/m);
    assert.match(printed, /flashed again: boom-box flash --thing lot-2\./);
    assert.match(
      await refusal("rotate", "--local", "--thing", "lot-2", "--keep-old", "--delete-old"),
      /--keep-old and --delete-old exclude each other/,
    );
  });

  it("name each certificate that a rotation will deactivate, including one kept before", async () => {
    await run("provision", "--local");
    await run("rotate", "--local", "--keep-old");
    const ids = Object.keys(books().certificates).map((id) => id.slice(0, 12));
    const printed = await run("rotate", "--local", "--dry-run");
    const [, planned = ""] = /^lot-1 {2}will {6}deactivate (.+): flash/m.exec(printed) ?? [];
    assert.deepEqual(planned.split(" and ").sort(), ids.sort());
  });

  it("print one line when there is nothing to undo", async () => {
    assert.equal(
      await run("deprovision", "--local"),
      "lot-1  kept      lot-1 has nothing in the stand-in\n",
    );
    assert.deepEqual(readdirSync(certs), []);
  });

  describe("a list of boxes", () => {
    const list = (text: string) => {
      const path = join(certs, "boxes.csv");
      writeFileSync(path, text);
      return path;
    };

    it("is provisioned one box after another, with settings; a second run changes nothing", async () => {
      const path = list("thingName,SSID,password\nlot-1,car park,open sesame\nlot-2,,\n");
      const printed = await run("provision", "--local", "--from", path);
      assert.match(printed, /\n2 of 2 boxes are provisioned\n$/);
      assert.doesNotMatch(printed, /sesame/);
      const settings = JSON.parse(readFileSync(join(certs, "lot-1", "settings.json"), "utf8"));
      assert.deepEqual(settings.networks, [{ SSID: "car park", password: "open sesame" }]);
      const before = books();
      await run("provision", "--local", "--from", path);
      assert.deepEqual(books(), before);
    });

    it("is refused completely when a line is invalid", async () => {
      const path = list("thingName\nlot-1\nlot 2\n");
      assert.match(
        await refusal("provision", "--local", "--from", path),
        /line 3.*no box was provisioned$/,
      );
      assert.deepEqual(readdirSync(certs), ["boxes.csv"]);
    });

    it("continues after a box that fails; the last line and the exit code report it", async () => {
      await run("provision", "--local", "--thing", "lot-1");
      writeFileSync(join(certs, "lot-1", "settings.json"), "{");
      const path = list("thingName\nlot-1\nlot-2\n");
      const command = join(projectRoot, "scripts", "boom-box.js");
      const args = ["provision", "--local", "--from", path, "--certs", certs];
      const { status, stderr } = spawnSync(process.execPath, [command, ...args]);
      assert.equal(status, 2);
      assert.match(
        stderr.toString(),
        /^boom-box: lot-1: .*settings\.json is not a JSON object.*\nboom-box: 1 of 2 boxes failed \(lot-1\): run the same command again/,
      );
      assert.deepEqual(Object.keys(books().things), ["lot-1", "lot-2"]);
    });
  });
});

describe("a folder provisioned in AWS", () => {
  let certs: string;
  const id = "ab".repeat(32);

  before(async () => {
    certs = mkdtempSync(join(tmpdir(), "boom-box-provision-"));
    await ensureCertificates({ directory: certs, things: ["lot-1", "lot-2"] });
    writeFileSync(
      join(certs, "lot-1", "provisioning.json"),
      JSON.stringify({
        version: 1,
        cloud: "aws",
        type: "box",
        region: "eu-central-1",
        prefix: "lab",
        current: {
          certificateId: id,
          activated: true,
          certificateArn: `arn:aws:iot:eu-central-1:123456789012:cert/${id}`,
        },
        replaced: [],
        broker: { endpoint: "x-ats.iot.test", port: 443 },
      }),
    );
  });
  after(() => rmSync(certs, { recursive: true }));

  it("is not changed by boom-box certs, even when the CA is renewed", async () => {
    const before = readFileSync(join(certs, "lot-1", "certificate.pem"));
    const [, , , step] = await ensureCertificates({
      directory: certs,
      things: ["lot-1", "lot-2"],
      renew: ["ca"],
    });
    assert.equal(step?.action, "kept");
    assert.match(
      step?.reason ?? "",
      /^provisioned in AWS IoT Core, not changed: "boom-box rotate --thing lot-1"/,
    );
    assert.ok(before.equals(readFileSync(join(certs, "lot-1", "certificate.pem"))));
    await assert.rejects(
      ensureCertificates({ directory: certs, things: ["lot-1"], renew: ["lot-1"] }),
      {
        name: "UserError",
        message: /lot-1 was provisioned in AWS IoT Core, so this command does not change it/,
      },
    );
  });

  it("connects sim and open to AWS, and open uses the service identity of AWS", async () => {
    const { resolveBroker, serviceFor } = await import("../broker/options.ts");
    const flags = { thing: "lot-1", certs };
    const { endpoint, port, prefix, alpn } = await resolveBroker(flags, "lot-1");
    assert.deepEqual([endpoint, port, prefix, alpn], ["x-ats.iot.test", 443, "lab", true]);
    assert.equal(await serviceFor(flags), "aws-service");
    assert.equal(await serviceFor({ ...flags, thing: "lot-2" }), "service");
    await assert.rejects(resolveBroker(flags, "aws-service"), {
      message: /aws-service has no certificate .*run "boom-box provision --service"/,
    });
  });

  it("does not use the stand-in before the first connection to AWS", async () => {
    const { resolveBroker } = await import("../broker/options.ts");
    const path = join(certs, "lot-1", "provisioning.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(text), broker: undefined }));
    await assert.rejects(resolveBroker({ thing: "lot-1", certs }, "lot-1"), {
      name: "UserError",
      message: /it has not connected yet: run "boom-box provision --thing lot-1" again$/,
    });
    writeFileSync(path, text);
  });

  it("is refused by npm start and not registered in the stand-in", async () => {
    const { startLocalSystem } = await import("../local/system.ts");
    const onlooker = { log: () => {}, onRecord: () => {} };
    await assert.rejects(startLocalSystem({ thing: "lot-1", port: 0, certs }, onlooker), {
      name: "UserError",
      message: /lot-1 was provisioned in AWS IoT Core.*name another box with --thing$/,
    });
  });

  it("uses the stand-in while the certificate from AWS is not installed yet", async () => {
    const path = join(certs, "lot-1", "provisioning.json");
    const before = readFileSync(path);
    const { current, ...begun } = JSON.parse(before.toString()) as Record<string, unknown>;
    writeFileSync(path, JSON.stringify({ ...begun, next: { requestedAt: 1 } }));
    const { isProvisionedInAws } = await import("../certs/provisioning-record.ts");
    assert.equal(await isProvisionedInAws(certs, "lot-1"), false);
    const { serviceFor } = await import("../broker/options.ts");
    assert.equal(await serviceFor({ thing: "lot-1", certs }), "service");
    const steps = await ensureCertificates({ directory: certs, things: ["lot-1"] });
    assert.doesNotMatch(steps.at(-1)?.reason ?? "", /not changed/);
    writeFileSync(path, before);
  });

  it("causes an error when its record is damaged", async () => {
    const path = join(certs, "lot-1", "provisioning.json");
    const before = readFileSync(path);
    for (const text of ["", "{", "null", "{}", before.toString().replace('"aws"', '"gcp"')]) {
      writeFileSync(path, text);
      await assert.rejects(ensureCertificates({ directory: certs, things: ["lot-1"] }), {
        name: "UserError",
        message: /provisioning\.json is damaged/,
      });
    }
    writeFileSync(path, before);
  });
});
