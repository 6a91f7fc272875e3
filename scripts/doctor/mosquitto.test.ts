import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Mosquitto, mosquittoIsInstalled } from "../../host-sim/mosquitto.rig.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { createAuthority } from "../../host-sim/pki/authority.ts";
import { type IdentityFiles, identityFiles } from "../certs/paths.ts";
import { lineOf } from "./command.ts";
import { Bench, thing } from "./examination.rig.ts";

/** The ACL rules for a box and the service, from device/README.md. */
const rules = [
  ...["user service", "topic readwrite gate/#"],
  ...[
    "pattern read gate/%u/command",
    "pattern write gate/%u/event",
    "pattern write gate/%u/status",
  ],
];

describe("boom-box doctor, against a real Mosquitto with mutual TLS", function () {
  this.timeout(30_000);
  let bench: Bench;
  let broker: Mosquitto | undefined;

  before(async function () {
    skipWithout(
      this,
      "mosquitto",
      mosquittoIsInstalled(),
      "Debian's mosquitto and mosquitto-clients",
    );
    bench = await Bench.build();
  });
  beforeEach(() => bench.tidy());
  afterEach(async () => {
    await broker?.stop();
    await bench.clear();
  });
  after(() => bench?.remove());

  async function startMosquitto(
    acl: readonly string[],
    cafile?: string,
    server: Pick<IdentityFiles, "certificatePem" | "keyPem"> = identityFiles(bench.certs, "server"),
    more: readonly string[] = [],
  ): Promise<void> {
    broker = await Mosquitto.start(bench.certs, acl, [
      `cafile ${cafile ?? identityFiles(bench.certs, "ca").certificatePem}`,
      `certfile ${server.certificatePem}`,
      `keyfile ${server.keyPem}`,
      ...["require_certificate true", "use_identity_as_username true", "allow_anonymous false"],
      ...more,
    ]);
    bench.port = broker.port;
    bench.writeSettings();
  }

  const failures = async () => {
    const findings = await bench.examine({ withBoard: false });
    const wrong = findings.filter(({ verdict }) => verdict === "failed");
    return { findings, wrong: wrong.map(({ check, cause }) => `${check}: ${cause}`) };
  };

  it("finds no fault in a correct setup, and reports that the box was never online", async () => {
    await startMosquitto(rules);
    bench.allow({ deliveryMs: 1_000 });
    const { findings } = await failures();
    const rest = findings.filter(({ verdict }) => verdict !== "ok");
    assert.deepEqual(rest.map(lineOf), []);
    assert.match(findings.map(lineOf).join("\n"), /box +never published a status/);
    assert.match(findings.map(lineOf).join("\n"), /PUBACK, and the service received the event/);
  });

  it("reports certificate-refused when the broker's CA file lacks the CA", async () => {
    const other = join(bench.certs, "other-ca.pem");
    writeFileSync(other, (await createAuthority()).certificatePem);
    await startMosquitto(rules, other);
    assert.deepEqual((await failures()).wrong, ["tls: certificate-refused"]);
  });

  /** Makes a broker's certificate with OpenSSL, as mosquitto-tls(7) describes. */
  function withOpenssl(key: readonly string[], signing: readonly string[], issuer = "ca") {
    const folder = mkdtempSync(join(bench.certs, "openssl-"));
    const [keyPem, request, certificatePem] = ["key", "csr", "crt"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const { certificatePem: ca, keyPem: caKey } = identityFiles(bench.certs, issuer);
    const openssl = (...words: string[]) =>
      execFileSync("openssl", words, { stdio: ["ignore", "ignore", "pipe"] });
    openssl("genpkey", ...key, "-out", keyPem);
    openssl("req", "-new", "-key", keyPem, "-subj", "/CN=localhost", "-out", request);
    openssl(
      ...["x509", "-req", "-in", request, "-CA", ca, "-CAkey", caKey, "-CAcreateserial"],
      ...["-days", "365", "-out", certificatePem, ...signing],
    );
    return { keyPem, certificatePem };
  }
  const rsa = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];

  it("judges the broker's certificate like the box: version 1, by mosquitto-tls(7)'s recipe", async () => {
    await startMosquitto(rules, undefined, withOpenssl(rsa, []));
    const { wrong, findings } = await failures();
    assert.deepEqual(wrong, ["server: server-refused"], findings.map(lineOf).join("\n"));
    const text = findings.map(lineOf).join("\n");
    assert.match(text, /the server's certificate is not a version 3 certificate/);
    assert.match(text, /subjectAltName for localhost/);
  });

  it("judges the broker's certificate like the box: RSA-PSS, P-521", async () => {
    const extensions = join(bench.certs, "extensions");
    writeFileSync(extensions, "subjectAltName=DNS:localhost\n");
    const named = ["-extfile", extensions];
    const pss = ["-sigopt", "rsa_padding_mode:pss"];
    const p521 = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"];
    for (const [key, signing] of [
      [rsa, [...named, ...pss]],
      [p521, named],
    ] as const) {
      await startMosquitto(rules, undefined, withOpenssl(key, signing));
      const { wrong, findings } = await failures();
      const text = findings.map(lineOf).join("\n");
      // OpenSSL itself accepts no P-521 server with the box's cipher suites and curves.
      assert.ok(["server: server-refused", "tls: tls-version"].includes(wrong.join()), text);
      await broker?.stop();
    }
    await startMosquitto(rules, undefined, withOpenssl(rsa, named));
    bench.allow({ deliveryMs: 1_000 });
    assert.deepEqual((await failures()).wrong, [], "a good one of the same kind");
  });

  it("blames the broker's foreign CA, not the box's certificate, and calls no private CA public", async () => {
    const foreign = await createAuthority();
    const folder = join(bench.certs, "foreign");
    mkdirSync(folder);
    writeFileSync(join(folder, "certificate.pem"), foreign.certificatePem);
    writeFileSync(join(folder, "private-key.pem"), foreign.keyPem, { mode: 0o600 });
    const extensions = join(bench.certs, "extensions");
    writeFileSync(extensions, "subjectAltName=DNS:localhost\n");
    const server = withOpenssl(rsa, ["-extfile", extensions], "foreign");
    await startMosquitto(rules, join(folder, "certificate.pem"), server);
    const { wrong, findings } = await failures();
    const text = findings.map(lineOf).join("\n");
    assert.deepEqual(wrong, ["server: server-untrusted"], text);
    assert.match(text, /signed not by Boom Box CA/);
    assert.doesNotMatch(text, /public CA/);
  });

  for (const [setting, check] of [
    ["retain_available false", "policy"],
    ["max_qos 0", "policy"],
    ["max_packet_size 40", "publish"],
  ] as const) {
    it(`names Mosquitto's setting, not an AWS policy, with ${setting}`, async () => {
      await startMosquitto(rules, undefined, undefined, [setting]);
      bench.allow({ deliveryMs: 500 });
      const { findings } = await failures();
      const finding = findings.find(({ verdict }) => verdict === "failed");
      const text = findings.map(lineOf).join("\n");
      assert.ok(finding, text);
      assert.match(
        finding.advice ?? "",
        new RegExp(setting.split(" ")[0] ?? ""),
        `${check} ${text}`,
      );
      assert.doesNotMatch(finding.advice ?? "", /iot:/, text);
    });
  }

  it("reports publish-denied when the broker acknowledges the event but drops it", async () => {
    await startMosquitto(rules.filter((rule) => !rule.endsWith("/event")));
    bench.allow({ deliveryMs: 1_000 });
    assert.deepEqual((await failures()).wrong, ["publish: publish-denied"]);
  });

  it("does not disconnect a box that is online, except with --take-over", async () => {
    await startMosquitto(rules);
    const box = await connectAsBox();
    await box.publishAsync(
      `gate/${thing}/status`,
      JSON.stringify({ state: "online", uptimeMs: 60_000, connections: 1 }),
      {
        qos: 1,
        retain: true,
      },
    );
    let drops = 0;
    box.on("close", () => {
      drops += 1;
    });
    const { findings, wrong } = await failures();
    assert.deepEqual([wrong, drops], [[], 0]);
    const connect = findings.find(({ check }) => check === "connect");
    assert.equal(connect?.verdict, "skipped");
    assert.match(connect.found, /--take-over/);

    await bench.examine({ withBoard: false, takeOver: true });
    assert.equal(drops, 1);
  });

  it("warns of a retained command", async () => {
    await startMosquitto([...rules, "user lot-1", "topic write gate/lot-1/command"]);
    bench.allow({ deliveryMs: 1_000, watchMs: 1_000 });
    const box = await connectAsBox();
    await box.publishAsync(`gate/${thing}/command`, "open", { qos: 1, retain: true });
    await box.endAsync();
    const { findings } = await failures();
    const subscribe = findings.find(({ check }) => check === "subscribe");
    assert.deepEqual(
      [subscribe?.verdict, subscribe?.cause],
      ["warning", "command-retained"],
      findings.map(lineOf).join("\n"),
    );
  });

  async function connectAsBox() {
    const { connectAsync } = await import("mqtt");
    const box = await connectAsync({ ...(await bench.asBox()), reconnectPeriod: 0 });
    box.on("error", () => {});
    bench.atEnd(() => box.endAsync(true));
    return box;
  }
});
