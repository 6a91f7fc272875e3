import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { localAccount } from "../../host-sim/cloud/one-project.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { readRecord } from "../certs/provisioning-record.ts";
import { boxCertificate, boxPolicyNames, Person } from "./account.fake.ts";
import { AwsControlPlane } from "./aws.ts";
import { deprovision } from "./deprovision.ts";
import { type Call, Emulator, type Fate, findMoto, type Inventory } from "./emulator.rig.ts";
import { planProvision, provision } from "./provision.ts";
import { deleteOld, rotate } from "./rotate.ts";

const nothing: Inventory = { things: [], policies: [], certificates: [] };

describe("provisioning, against an emulator of AWS IoT's control plane", function () {
  this.timeout(180_000);
  let emulator: Emulator;
  let person: Person;
  const people: Person[] = [];
  const environment = { ...process.env };

  before(async function () {
    const moto = findMoto();
    skipWithout(this, "moto", moto !== undefined, "moto_server, of PyPI's moto[server]");
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
    emulator = await Emulator.start(moto ?? "");
  });
  beforeEach(() => startAnew());
  after(async () => {
    process.env = environment;
    for (const each of people) each.leave();
    await emulator?.stop();
  });

  async function startAnew(): Promise<void> {
    await emulator.reset();
    person = new Person(emulator);
    people.push(person);
  }

  const provisioned = async (name?: string) => provision(await person.run(name), person.options);
  const rotated = async (isOldKept = false) =>
    rotate(await person.run(), { ...person.options, isOldKept });
  const deprovisioned = async () => deprovision(await person.run(), { isDeletingFiles: false });
  const boxOnly = async (): Promise<Inventory> => ({
    things: ["lot-1"],
    policies: boxPolicyNames,
    certificates: [boxCertificate(await person.certificateId())],
  });

  /** Every call that `work` makes when no call fails. */
  async function callsOf(work: () => Promise<unknown>): Promise<Call[]> {
    await emulator.during(() => "pass", work);
    return [...emulator.calls];
  }

  /** Simulates that the program dies at a call, before or after the call took effect. */
  const deathAt =
    (number: number, fate: Fate) =>
    (call: Call): Fate =>
      call.number < number ? "pass" : call.number === number ? fate : "refused";

  const deathsIn = (calls: readonly Call[]) =>
    calls.flatMap(({ number, name }) =>
      (name.startsWith("GET")
        ? (["refused"] as const)
        : (["refused", "done-but-refused"] as const)
      ).map((fate) => ({ number, name, fate })),
    );

  describe("a box", () => {
    it("is provisioned with its files, and connects; a second run changes nothing", async () => {
      const { endpoint } = await provisioned();
      assert.equal(endpoint, "localhost");
      const first = await boxOnly();
      assert.deepEqual(await emulator.inventory(), first);
      assert.deepEqual(person.told.at(-1), "done connection");
      assert.deepEqual(
        person.files().map(([path, mode]) => [path, mode]),
        [
          ...["ca.der", "ca.pem", "certificate.der", "certificate.pem", "private-key.der"],
          ...["private-key.pem", "provisioning.json", "settings.json"],
        ].map((name) => [join("lot-1", name), 0o600]),
      );
      assert.deepEqual(
        JSON.parse(readFileSync(join(person.certs, "lot-1", "settings.json"), "utf8")),
        {
          thingName: "lot-1",
          endpoint: "localhost",
          port: emulator.brokerPort,
          updates: "aws",
          log: true,
        },
      );

      const before = person.files().filter(([path]) => !path.endsWith("provisioning.json"));
      person.steps.length = 0;
      await provisioned();
      assert.deepEqual(await emulator.inventory(), first);
      assert.deepEqual(
        person.files().filter(([path]) => !path.endsWith("provisioning.json")),
        before,
      );
      assert.deepEqual(
        person.told.filter((told) => !told.startsWith("kept")),
        ["done connection"],
      );
    });

    it("is planned without any change", async () => {
      await planProvision(await person.run(), person.options);
      assert.ok(
        person.told.every((told) => told.startsWith("planned")),
        person.told.join(),
      );
      assert.deepEqual(await emulator.inventory(), nothing);
      assert.deepEqual(person.files(), []);
    });

    it("keeps the user's settings", async () => {
      await provisioned();
      const path = join(person.certs, "lot-1", "settings.json");
      const networks = [{ SSID: "car park", password: "open sesame" }];
      const own = { networks, pin: 21, updates: "off", log: false };
      writeFileSync(path, JSON.stringify({ ...own, endpoint: "old.example.org" }));
      await provisioned();
      assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), {
        ...own,
        endpoint: "localhost",
        thingName: "lot-1",
        port: emulator.brokerPort,
      });
    });

    it("gets what updates, logs and gates need, if it was provisioned before there were any", async () => {
      await provisioned();
      const { cloud } = await person.run();
      const arn = (await cloud.listThingPrincipals("lot-1"))[0] ?? "";
      for (const policyName of [
        "boom-box-update@gate",
        "boom-box-log@gate",
        "boom-box-gates@gate",
      ]) {
        await cloud.detachPolicy(policyName, arn);
        await cloud.deletePolicy(policyName);
      }
      const path = join(person.certs, "lot-1", "settings.json");
      const { updates, log, ...old } = JSON.parse(readFileSync(path, "utf8"));
      writeFileSync(path, JSON.stringify(old));
      await provisioned();
      assert.deepEqual(await emulator.inventory(), await boxOnly());
      assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), { updates, log, ...old });
    });

    it("has the same result when the program dies at any call and runs again", async () => {
      const calls = await callsOf(() => provisioned());
      for (const { number, name, fate } of deathsIn(calls)) {
        await startAnew();
        person.seedKey();
        await assert.rejects(
          emulator.during(deathAt(number, fate), () => provisioned()),
          { name: "UserError" },
          name,
        );
        await provisioned();
        assert.deepEqual(await emulator.inventory(), await boxOnly(), `${number} ${name} ${fate}`);
        assert.ok(!existsSync(join(person.certs, "lot-1", "next")));
      }
    });

    it("has the same result when the program dies after any step and runs again", async () => {
      await provisioned();
      const steps = person.steps.length;
      for (let step = 0; step < steps; step++) {
        await startAnew();
        person.seedKey();
        person.diesAtStep = step;
        await assert.rejects(provisioned(), /killed/);
        person.diesAtStep = Number.POSITIVE_INFINITY;
        await provisioned();
        assert.deepEqual(await emulator.inventory(), await boxOnly(), `step ${step}`);
      }
    });

    for (const fate of ["lost", "throttled", "failed"] as const) {
      it(`is provisioned in one run although each call in turn is ${fate} once`, async () => {
        const calls = await callsOf(() => provisioned());
        for (const { number, name } of calls) {
          if (name.startsWith("GET") && fate !== "lost") continue;
          await startAnew();
          person.seedKey();
          await emulator.during(
            (call) => (call.number === number ? fate : "pass"),
            () => provisioned(),
          );
          assert.deepEqual(await emulator.inventory(), await boxOnly(), `${name} ${fate}`);
        }
      });
    }

    it("leaves no extra certificate, however many answers were lost", async () => {
      await emulator.during(
        ({ name }) => (name === "POST /certificates" ? "lost" : "pass"),
        () => provisioned(),
      );
      // The certificate is found in AWS's list instead.
      assert.deepEqual(await emulator.inventory(), await boxOnly());
    });
  });

  describe("an existing thing", () => {
    it("is refused when it has another certificate, except with --beside-others", async () => {
      await provisioned();
      const [other] = (await emulator.inventory()).certificates;
      person = new Person(emulator);
      people.push(person);
      await assert.rejects(provisioned(), {
        name: "UserError",
        message:
          /^the thing lot-1 in AWS IoT Core in eu-central-1 .*another certificate.*--beside-others$/,
      });
      assert.deepEqual(person.files(), []);
      await provision(await person.run(), { ...person.options, isBesideOthers: true });
      const { certificates } = await emulator.inventory();
      assert.deepEqual(
        certificates.find(({ id }) => id === other?.id),
        other,
      );
      assert.equal(certificates.length, 2);
      await deprovisioned();
      const left = await emulator.inventory();
      assert.deepEqual(left, {
        things: ["lot-1"],
        policies: boxPolicyNames,
        certificates: [other],
      });
    });

    it("is used, and not deleted by deprovision, when somebody else created it", async () => {
      const { cloud } = await person.run();
      await cloud.createThing("lot-1", {});
      await provisioned();
      await deprovisioned();
      assert.deepEqual(await emulator.inventory(), { ...nothing, things: ["lot-1"] });
    });
  });

  it("refuses a policy of the same name with another document, and keeps it", async () => {
    const { cloud } = await person.run();
    const document = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "iot:*", Resource: "*" },
    });
    await cloud.createPolicy("boom-box@gate", document);
    await assert.rejects(provisioned(), {
      name: "UserError",
      message: /boom-box@gate.*docs\/aws\.md/,
    });
    await deprovisioned();
    assert.deepEqual(await emulator.inventory(), { ...nothing, policies: ["boom-box@gate"] });
    assert.equal(await cloud.getPolicy("boom-box@gate"), document);
  });

  it("does not reactivate a certificate that somebody deactivated", async () => {
    await provisioned();
    const { cloud } = await person.run();
    await cloud.updateCertificate(await person.certificateId(), "INACTIVE");
    await assert.rejects(provisioned(), { name: "UserError", message: /was made INACTIVE/ });
    const [certificate] = (await emulator.inventory()).certificates;
    assert.equal(certificate?.status, "INACTIVE");
  });

  it("detects another account or region", async () => {
    await provisioned();
    await emulator.reset();
    await assert.rejects(provisioned(), {
      name: "UserError",
      message: /check the account and region/,
    });
    assert.deepEqual(await emulator.inventory(), nothing);
    const elsewhere = await person.run("lot-1", "box", "us-east-1");
    await assert.rejects(provision(elsewhere, person.options), {
      name: "UserError",
      message: /was provisioned in eu-central-1, not in us-east-1/,
    });
  });

  describe("rotate", () => {
    it("installs a proven certificate, then deactivates the old one", async () => {
      await provisioned();
      const old = await person.certificateId();
      await rotated();
      const id = await person.certificateId();
      assert.notEqual(id, old);
      const sorted = (await emulator.inventory()).certificates.toSorted((a) =>
        a.id === id ? -1 : 1,
      );
      assert.deepEqual(sorted, [
        boxCertificate(id),
        { ...boxCertificate(old), status: "INACTIVE" },
      ]);
      await provisioned();
      await deleteOld(await person.run());
      assert.deepEqual(await emulator.inventory(), await boxOnly());
      assert.ok(!person.files().some(([path]) => path.includes("replaced-")));
    });

    it("keeps the old one active while a board still has it", async () => {
      await provisioned();
      const old = await person.certificateId();
      await rotated(true);
      const id = await person.certificateId();
      const { certificates } = await emulator.inventory();
      assert.deepEqual(certificates.map((each) => [each.id, each.status]).sort(), [
        ...[old, id].sort().map((each) => [each, "ACTIVE"]),
      ]);
      await deleteOld(await person.run());
      assert.deepEqual(await emulator.inventory(), await boxOnly());
    });

    it("has the same result when the program dies at any call and runs again", async () => {
      await provisioned();
      const calls = await callsOf(() => rotated());
      for (const { number, name, fate } of deathsIn(calls)) {
        const what = `${number} ${name} ${fate}`;
        await startAnew();
        person.seedKey();
        await provisioned();
        const old = await person.certificateId();
        person.seedKey();
        await assert.rejects(
          emulator.during(deathAt(number, fate), () => rotated()),
          {
            name: "UserError",
          },
        );
        // Until the new certificate is installed, the old one is unchanged.
        if ((await person.certificateId()) === old) {
          const { certificates } = await emulator.inventory();
          assert.deepEqual(
            certificates.find((each) => each.id === old),
            boxCertificate(old),
            what,
          );
        }
        await rotated();
        const id = await person.certificateId();
        assert.notEqual(id, old, what);
        const { certificates, ...others } = await emulator.inventory();
        assert.deepEqual(others, { things: ["lot-1"], policies: boxPolicyNames }, what);
        assert.deepEqual(
          certificates.toSorted((a) => (a.id === id ? -1 : 1)),
          [boxCertificate(id), { ...boxCertificate(old), status: "INACTIVE" }],
          what,
        );
      }
    });

    it("has the same result when the program dies after any step and runs again", async () => {
      await provisioned();
      person.steps.length = 0;
      await rotated();
      const steps = person.steps.length;
      for (let step = 0; step < steps; step++) {
        await startAnew();
        person.seedKey();
        await provisioned();
        const old = await person.certificateId();
        person.seedKey();
        person.steps.length = 0;
        person.diesAtStep = step;
        await assert.rejects(rotated(), /killed/);
        person.diesAtStep = Number.POSITIVE_INFINITY;
        await rotated();
        const id = await person.certificateId();
        const { certificates } = await emulator.inventory();
        assert.deepEqual(
          certificates.toSorted((a) => (a.id === id ? -1 : 1)),
          [boxCertificate(id), { ...boxCertificate(old), status: "INACTIVE" }],
          `step ${step}`,
        );
      }
    });

    it("reports that there is nothing to rotate", async () => {
      await assert.rejects(rotated(), { name: "UserError", message: /was not provisioned/ });
      assert.deepEqual(person.files(), []);
    });
  });

  describe("deprovision", () => {
    it("deletes everything in AWS, keeps the settings and moves the old files aside", async () => {
      await provisioned();
      await rotated();
      await deprovisioned();
      assert.deepEqual(await emulator.inventory(), nothing);
      const names = person.files().map(([path]) => path.split("/")[1]);
      assert.ok(names.includes("settings.json"));
      assert.ok(names.every((name) => /^(settings\.json|deprovisioned-\d{14})$/.test(name ?? "")));
      await deprovisioned();
      await provisioned();
      assert.deepEqual(await emulator.inventory(), await boxOnly());
      await deprovision(await person.run(), { isDeletingFiles: true });
      assert.ok(!person.files().some(([path]) => /^lot-1\/[^/]*key/.test(path)));
    });

    it("has the same result when the program dies at any call and runs again", async () => {
      await provisioned();
      await rotated();
      const calls = await callsOf(() => deprovisioned());
      for (const { number, name, fate } of deathsIn(calls)) {
        await startAnew();
        person.seedKey();
        await provisioned();
        person.seedKey();
        await rotated();
        await assert.rejects(
          emulator.during(deathAt(number, fate), () => deprovisioned()),
          {
            name: "UserError",
          },
        );
        await deprovisioned();
        assert.deepEqual(await emulator.inventory(), nothing, `${number} ${name} ${fate}`);
      }
    });

    it("deletes what an interrupted provision created", async () => {
      const calls = await callsOf(() => provisioned());
      for (const { number, name, fate } of deathsIn(calls)) {
        await startAnew();
        person.seedKey();
        await assert.rejects(emulator.during(deathAt(number, fate), () => provisioned()));
        await deprovisioned();
        assert.deepEqual(await emulator.inventory(), nothing, `${number} ${name} ${fate}`);
      }
    });

    it("does not change another box, and keeps the policy that it uses", async () => {
      await provisioned();
      await provisioned("lot-2");
      const id = await person.certificateId("lot-2");
      await deprovisioned();
      assert.deepEqual(await emulator.inventory(), {
        things: ["lot-2"],
        policies: boxPolicyNames,
        certificates: [boxCertificate(id, "lot-2")],
      });
    });

    it("finds a box's certificates without the folder", async () => {
      await provisioned();
      rmSync(join(person.certs, "lot-1"), { recursive: true });
      await deprovisioned();
      assert.deepEqual(await emulator.inventory(), nothing);
    });
  });

  it("gives the service a certificate that can publish commands, but no thing", async () => {
    const run = await person.run("aws-service", "service");
    await provision(run, person.options);
    const id = await person.certificateId("aws-service");
    assert.deepEqual(await emulator.inventory(), {
      things: [],
      policies: ["boom-box-service@gate"],
      certificates: [{ id, status: "ACTIVE", things: [], policies: ["boom-box-service@gate"] }],
    });
    assert.deepEqual((await readRecord(person.certs, "aws-service"))?.broker, {
      endpoint: "localhost",
      port: emulator.brokerPort,
    });
    await deprovision(run, { isDeletingFiles: true });
    assert.deepEqual(await emulator.inventory(), nothing);
  });

  it("takes the command line from credentials to an opened gate", async () => {
    const ca = join(person.certs, "ca.pem");
    writeFileSync(ca, emulator.caPem);
    const boomBox = (...args: string[]) =>
      spawn(process.execPath, [
        ...[join(projectRoot, "scripts", "boom-box.js"), ...args, "--certs", person.certs],
      ]);
    const outcomeOf = async (child: ChildProcess) => {
      const output = Promise.all([child.stdout, child.stderr].map((each) => each && text(each)));
      const [code] = await once(child, "exit");
      return { code, output: (await output).join("") };
    };
    const flags = [
      ...["--region", localAccount.region, "--endpoint-url", emulator.url, "--ca", ca],
      ...["--mqtt-endpoint", "localhost", "--mqtt-port", String(emulator.brokerPort)],
    ];
    const service = await outcomeOf(boomBox("provision", "--service", ...flags));
    assert.equal(service.code, 0, service.output);
    assert.match(
      service.output,
      /"arn:aws:iot:eu-central-1:123456789012:topic\/gate\/\*\/command"/,
    );
    const box = await outcomeOf(boomBox("provision", ...flags));
    assert.equal(box.code, 0, box.output);
    assert.doesNotMatch(box.output + service.output, /PRIVATE KEY|Warning/);
    // The folder now contains the AWS endpoint.
    const simulated = boomBox("sim");
    try {
      await new Promise<void>((resolve) => {
        simulated.stdout?.on("data", (bytes) => String(bytes).includes("online") && resolve());
      });
      const open = await outcomeOf(boomBox("open"));
      assert.match(open.output, /^opened: lot-1 held the button/);
      assert.equal(open.code, 0, open.output);
    } finally {
      simulated.kill("SIGINT");
      await once(simulated, "exit");
    }
  });

  it("asks AWS for the Data-ATS endpoint", async () => {
    const cloud = await AwsControlPlane.open({
      region: localAccount.region,
      endpointUrl: emulator.url,
    });
    assert.match(await cloud.describeEndpoint(), /-ats\.iot\.eu-central-1\.amazonaws\.com$/);
  });

  it("never sends a private key, and keeps its file private", async () => {
    emulator.bodies.length = 0;
    await provisioned();
    await rotated();
    await deprovisioned();
    await provisioned();
    const keys = person.files().filter(([path]) => path.includes("private-key"));
    assert.ok(keys.length >= 6, "the keys in use, replaced and put aside");
    assert.deepEqual(
      person.files().filter(([, mode]) => mode !== 0o600),
      [],
    );
    const said = [...emulator.bodies, ...person.steps.map((step) => JSON.stringify(step))].join(
      "\n",
    );
    assert.doesNotMatch(said, /PRIVATE KEY/);
    const others = person.files().filter(([path]) => !path.includes("private-key"));
    for (const [, , bytes] of keys.filter(([path]) => path.endsWith(".der"))) {
      for (const form of ["base64", "hex"] as const) {
        // Skips the first bytes, which are the same in every RSA key.
        const secret = bytes.toString(form, 600, 660);
        assert.ok(!said.includes(secret));
        for (const [path, , other] of others)
          assert.ok(!other.toString("latin1").includes(secret), path);
      }
    }
  });
});
