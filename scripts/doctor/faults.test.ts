import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { connect as connectClient } from "mqtt";
import { createAuthority, issueClient } from "../../host-sim/pki/authority.ts";
import type { Cause } from "./causes.ts";
import { conclusionOf, lineOf } from "./command.ts";
import { Bench, thing } from "./examination.rig.ts";
import { type CheckName, checkNames, type Finding } from "./finding.ts";

/** One fault in a setup that is otherwise correct. */
interface Fault {
  readonly what: string;
  readonly check: CheckName;
  readonly cause: Cause;
  /** injects the fault after the broker starts and before the settings are written */
  put(bench: Bench): unknown;
  /** starts the broker; default: the stand-in without faults */
  start?(bench: Bench): Promise<unknown>;
}

const dayMs = 24 * 3_600_000;

const faults: readonly Fault[] = [
  {
    what: "there are no settings",
    check: "settings",
    cause: "settings-missing",
    put: (bench) => {
      bench.writeSettings = () => {};
    },
  },
  {
    what: "the settings are misspelt",
    check: "settings",
    cause: "settings-invalid",
    put: ({ settings }) => Object.assign(settings, { pulsMs: 500 }),
  },
  {
    what: "the certificate has expired",
    check: "certificate",
    cause: "certificate-expired",
    put: async (bench) => {
      const notBefore = new Date(Date.now() - 20 * dayMs);
      const notAfter = new Date(Date.now() - 10 * dayMs);
      const { keyPem } = await bench.identity(thing);
      const ca = await bench.identity("ca");
      const old = await issueClient(ca, thing, { notBefore, notAfter, keyPem });
      writeFileSync(bench.files.certificateDer, old.certificateDer);
    },
  },
  {
    what: "the key belongs to another certificate",
    check: "certificate",
    cause: "key-mismatch",
    put: ({ files }) => {
      const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      writeFileSync(files.keyDer, privateKey.export({ format: "der", type: "pkcs8" }));
    },
  },
  {
    what: "the certificate is PEM",
    check: "certificate",
    cause: "certificate-form",
    put: ({ files }) => copyFileSync(files.certificatePem, files.certificateDer),
  },
  {
    what: "the key is an EC key",
    check: "certificate",
    cause: "certificate-form",
    put: ({ files }) => {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      writeFileSync(files.keyDer, privateKey.export({ format: "der", type: "pkcs8" }));
    },
  },
  {
    what: "this machine's clock is half an hour ahead",
    check: "clock",
    cause: "clock-wrong",
    put: (bench) => {
      bench.timeOffsetMs = -30 * 60_000;
    },
  },
  {
    what: "the endpoint's name does not exist",
    check: "dns",
    cause: "endpoint-unresolved",
    put: (bench) => {
      bench.settings.endpoint = "brokr.test";
      const lookup = async (name: string) => {
        if (name === "localhost") return ["127.0.0.1"];
        throw Object.assign(new Error(name), { code: "ENOTFOUND" });
      };
      bench.surroundings = { ...bench.surroundings, lookup };
    },
  },
  {
    what: "the endpoint is another server",
    check: "server",
    cause: "wrong-endpoint",
    put: ({ settings }) => Object.assign(settings, { endpoint: "other.test" }),
  },
  {
    what: "the port refuses the connection",
    check: "tcp",
    cause: "port-refused",
    put: async (bench) => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      bench.port = (server.address() as AddressInfo).port;
      server.close();
      await once(server, "close");
    },
  },
  {
    what: "a firewall drops the packets",
    check: "tcp",
    cause: "port-blocked",
    put: (bench) => {
      bench.surroundings = { ...bench.surroundings, dial: () => new Socket() };
      bench.allow({ tcpMs: 20 });
    },
  },
  {
    what: "the port does not speak TLS",
    check: "tls",
    cause: "not-tls",
    put: async (bench) => {
      const server = createServer((socket) => {
        socket.on("error", () => {});
        socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      bench.port = (server.address() as AddressInfo).port;
      bench.atEnd(() => server.close());
    },
  },
  {
    what: "another CA signed the broker's certificate",
    check: "server",
    cause: "server-untrusted",
    put: async ({ caDer }) => {
      writeFileSync(caDer, (await createAuthority()).certificateDer);
    },
  },
  {
    what: "the certificate is inactive",
    check: "connect",
    cause: "certificate-refused",
    start: (bench) => bench.startCloud(undefined, { status: "INACTIVE" }),
    put: (bench) => bench.allow({ admissionMs: 5_000 }),
  },
  {
    what: "the broker closes the connection shortly after the handshake",
    check: "connect",
    cause: "certificate-refused",
    put: async (bench) => {
      bench.allow({ admissionMs: 5_000 });
      bench.port = await hesitantServer(bench);
    },
  },
  {
    what: "the broker ends the handshake because of the certificate",
    check: "tls",
    cause: "certificate-refused",
    put: async (bench) => {
      bench.port = await alertingServer(bench);
    },
  },
  {
    what: "the policy denies connect",
    check: "connect",
    cause: "connect-denied",
    start: (bench) => bench.startCloud([bench.boxPolicy("iot:Connect")]),
    put: () => {},
  },
  {
    what: "the policy denies subscribe",
    check: "subscribe",
    cause: "subscribe-denied",
    start: (bench) => bench.startCloud([bench.boxPolicy("iot:Subscribe")]),
    put: () => {},
  },
  {
    what: "the policy denies publish",
    check: "publish",
    cause: "publish-denied",
    start: (bench) => bench.startCloud([bench.boxPolicy("iot:Publish")]),
    put: () => {},
  },
  {
    what: "the policy denies RetainPublish, and so the last will",
    check: "policy",
    cause: "will-denied",
    start: (bench) => bench.startCloud([bench.boxPolicy("iot:RetainPublish")]),
    put: () => {},
  },
  {
    what: "another client has the same client ID",
    check: "second client",
    cause: "taken-over",
    put: async (bench) => {
      bench.allow({ watchMs: 8_000 });
      const rival = connectClient({ ...(await bench.asBox()), reconnectPeriod: 200 });
      rival.on("error", () => {});
      bench.atEnd(() => rival.endAsync(true));
      await new Promise<void>((resolve) => rival.once("connect", () => resolve()));
    },
  },
  {
    what: "the port requires ALPN, but the settings have none",
    check: "connect",
    cause: "alpn-missing",
    start: (bench) => bench.startCloud(undefined, { alpn: "required" }),
    put: (bench) => bench.allow({ admissionMs: 1_000 }),
  },
  {
    what: "the port does not support x-amzn-mqtt-ca",
    check: "tls",
    cause: "alpn-refused",
    put: async (bench) => {
      const server = await bench.identity("server");
      const web = createTlsServer({
        cert: server.chainPem,
        key: server.keyPem,
        ALPNProtocols: ["http/1.1"],
      }).listen(0, "127.0.0.1");
      web.on("tlsClientError", () => {});
      await once(web, "listening");
      bench.port = (web.address() as AddressInfo).port;
      bench.settings.alpn = true;
      bench.atEnd(() => web.close());
    },
  },
  {
    what: "the Moddable SDK is not where $MODDABLE says",
    check: "sdk",
    cause: "sdk-missing",
    put: (bench) => {
      const { IDF_PATH } = bench.surroundings.environment;
      const environment = { IDF_PATH, MODDABLE: "/nowhere" };
      bench.surroundings = { ...bench.surroundings, environment };
    },
  },
  {
    what: "ESP-IDF is not where $IDF_PATH says",
    check: "esp-idf",
    cause: "idf-missing",
    put: (bench) => {
      const { MODDABLE } = bench.surroundings.environment;
      const environment = { MODDABLE, IDF_PATH: "/nowhere" };
      bench.surroundings = { ...bench.surroundings, environment };
    },
  },
  {
    what: "this user has no access to the serial port",
    check: "serial port",
    cause: "port-forbidden",
    put: (bench) => {
      const access = { isAllowed: false, group: "dialout", isMember: false };
      bench.surroundings = { ...bench.surroundings, accessTo: async () => access };
    },
  },
];

/** A server that refuses the certificate some time after the handshake. */
async function hesitantServer(bench: Bench): Promise<number> {
  const { chainPem: cert, keyPem: key, caPem: ca } = await bench.identity("server");
  const server = createTlsServer({ cert, key, ca, requestCert: true }, (socket) => {
    socket.on("error", () => {});
    setTimeout(() => socket.destroy(), 50);
  }).listen(0, "127.0.0.1");
  server.on("tlsClientError", () => {});
  await once(server, "listening");
  bench.atEnd(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A server that refuses the certificate with an alert in the handshake. */
async function alertingServer(bench: Bench): Promise<number> {
  const refusing = createServer((socket) => {
    socket.on("error", () => {});
    // A fatal alert, 46: certificate_unknown (RFC 5246, 7.2).
    socket.once("data", () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 46])));
  }).listen(0, "127.0.0.1");
  await once(refusing, "listening");
  bench.atEnd(() => refusing.close());
  return (refusing.address() as AddressInfo).port;
}

describe("boom-box doctor", function () {
  this.timeout(30_000);
  let bench: Bench;
  before(async () => {
    bench = await Bench.build();
  });
  beforeEach(() => bench.tidy());
  afterEach(() => bench.clear());
  after(() => bench.remove());

  const failedOf = (findings: readonly Finding[]) =>
    findings.filter(({ verdict }) => verdict === "failed");
  const causesOf = (findings: readonly Finding[]) =>
    failedOf(findings).map(({ check, cause }) => `${check}: ${cause}`);

  it("finds no fault in a correct setup, runs all checks in order, and moves no gate", async () => {
    const cloud = await bench.startCloud();
    bench.writeSettings();
    const findings = await bench.examine();
    assert.deepEqual(
      findings.map(({ check }) => check),
      checkNames,
    );
    assert.deepEqual(findings.filter(({ verdict }) => verdict !== "ok").map(lineOf), []);
    assert.equal(conclusionOf(findings), "no check failed");
    assert.equal(cloud.retained(`gate/${thing}/status`), undefined);
    assert.equal(cloud.retained(`gate/${thing}/event`), undefined);
    assert.deepEqual(cloud.connectedClients(), []);
  });

  for (const { what, check, cause, start, put } of faults) {
    it(`reports ${cause} when ${what}`, async () => {
      await (start?.(bench) ?? bench.startCloud());
      const { writeSettings } = Bench.prototype;
      await put(bench);
      bench.writeSettings();
      bench.writeSettings = writeSettings;
      const findings = await bench.examine();
      assert.deepEqual(causesOf(findings), [`${check}: ${cause}`], findings.map(lineOf).join("\n"));
      const [finding] = failedOf(findings);
      assert.ok(finding);
      // The output says what to do, and contains no secret.
      assert.match(lineOf(finding), /→|: /);
      assert.match(conclusionOf(findings), new RegExp(`^wrong: ${check} \\(${cause}\\)$`));
      assert.doesNotMatch(findings.map(lineOf).join("\n"), /sesame|PRIVATE KEY|-----BEGIN/);
    });
  }

  it("runs all other checks when the settings are invalid only for a board", async () => {
    await bench.startCloud();
    Object.assign(bench.settings, { networks: [] });
    bench.writeSettings();
    const findings = await bench.examine();
    assert.deepEqual(causesOf(findings), ["settings: settings-invalid"]);
    assert.deepEqual(
      findings.filter(({ verdict }) => verdict === "skipped"),
      [],
    );
  });

  it("covers more than a dozen causes", () => {
    assert.ok(new Set(faults.map(({ cause }) => cause)).size >= 20);
  });

  it("checks the certificate's dates with the time server's time, not with a wrong clock", async () => {
    await bench.startCloud();
    bench.writeSettings();
    // The certificate has expired by this machine's clock, but not by the correct time.
    bench.surroundings = { ...bench.surroundings, now: () => Date.now() + 20 * 365 * dayMs };
    assert.deepEqual(causesOf(await bench.examine()), ["clock: clock-wrong"]);
  });

  it("warns of a certificate that expires within 60 days, and fails no check", async () => {
    await bench.startCloud();
    bench.writeSettings();
    const notAfter = new Date(Date.now() + 59.5 * dayMs);
    const { keyPem } = await bench.identity(thing);
    const ca = await bench.identity("ca");
    const ending = await issueClient(ca, thing, { notAfter, keyPem });
    writeFileSync(bench.files.certificateDer, ending.certificateDer);
    const findings = await bench.examine();
    const found = findings.find(({ check }) => check === "certificate");
    assert.equal(found?.cause, "certificate-expires-soon");
    assert.match(found.found, /^certificate\.der expires in 59 days, on /);
    assert.ok(!causesOf(findings).some((each) => each.startsWith("certificate")));
  });

  it("observes a box in AWS with the service's certificate for AWS", async () => {
    await bench.startCloud();
    bench.writeSettings();
    const [service, aws] = ["service", "aws-service"].map((name) => join(bench.certs, name));
    assert.ok(service && aws);
    renameSync(service, aws);
    const record = join(bench.certs, thing, "provisioning.json");
    const id = "ab".repeat(32);
    writeFileSync(
      record,
      JSON.stringify({
        version: 1,
        cloud: "aws",
        type: "box",
        region: "eu-central-1",
        prefix: "gate",
        current: { certificateId: id, certificateArn: `cert/${id}`, activated: true },
        replaced: [],
      }),
    );
    const findings = await bench.examine({ withBoard: false });
    renameSync(aws, service);
    rmSync(record);
    assert.match(findings.map(lineOf).join("\n"), /PUBACK, and the service received the event/);
  });

  it("reports an unknown clock when NTP is blocked, and fails no check", async () => {
    await bench.startCloud();
    bench.writeSettings();
    bench.surroundings = { ...bench.surroundings, timeServerPort: 9 };
    bench.allow({ clockMs: 20 });
    const findings = await bench.examine();
    assert.deepEqual(causesOf(findings), []);
    assert.equal(findings.find(({ check }) => check === "clock")?.verdict, "unknown");
  });

  it("does not fail without SDK and ESP-IDF, which only building needs", async () => {
    bench.surroundings = { ...bench.surroundings, environment: {} };
    const findings = await bench.examine();
    for (const name of ["sdk", "esp-idf"]) {
      assert.equal(findings.find(({ check }) => check === name)?.verdict, "unknown", name);
    }
  });

  it("skips checks that depend on a failed one, and still checks the board", async () => {
    const findings = await bench.examine({ thing: "lot-9" });
    const verdicts = new Map(findings.map(({ check, verdict }) => [check, verdict]));
    assert.equal(verdicts.get("settings"), "failed");
    for (const check of checkNames.slice(3, 13))
      assert.equal(verdicts.get(check), "skipped", check);
    assert.equal(verdicts.get("sdk"), "ok");
    assert.equal(findings.length, checkNames.length);
  });
});
