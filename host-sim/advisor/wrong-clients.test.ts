import assert from "node:assert/strict";
import { caseNamed, makeRing, type Ring } from "./advisor.rig.ts";
import { allCases } from "./cases/all.ts";
import { type Faults, WrongClient } from "./wrong-client.fake.ts";

const anyCertificate = { tls: { rejectUnauthorized: false } };

/** Case, the client's defect, the verdict, and the reason. */
const rows: readonly [string, string, Faults, string, RegExp][] = [
  ["tls-connect", "no SNI", { hasNoSni: true }, "fail", /no SNI/],
  [
    "tls-connect",
    "ALPN on port 8883",
    { tls: { ALPNProtocols: ["x-amzn-mqtt-ca"] } },
    "pass with warnings",
    /ALPN x-amzn-mqtt-ca/,
  ],
  [
    "tls-connect",
    "supports no TLS version of AWS IoT Core",
    { tls: { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" } },
    "fail",
    /the handshake failed/,
  ],
  [
    "tls-cipher-suites",
    "additional DHE",
    { tls: { ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256" } },
    "fail",
    /does not support: .*0x009e/,
  ],
  [
    "tls-cipher-suites",
    "no recommended suite",
    { tls: { ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384", maxVersion: "TLSv1.2" } },
    "fail",
    /none that is recommended, but ECDHE-ECDSA-AES256-GCM-SHA384/,
  ],
  ["tls-unsecure-certificate", "accepts any certificate", anyCertificate, "fail", /sent CONNECT/],
  ["tls-incorrect-subject", "accepts any certificate", anyCertificate, "fail", /sent CONNECT/],
  ["tls-expired-certificate", "accepts any certificate", anyCertificate, "fail", /sent CONNECT/],
  [
    "tls-maximum-fragments",
    "disconnects at long messages",
    { hangsUpOnLongMessages: true },
    "fail",
    /disconnected at a payload of 128 KB/,
  ],
  [
    "mqtt-connect",
    "sends before CONNACK",
    { speaksBeforeConnack: true },
    "fail",
    /SUBSCRIBE before CONNACK/,
  ],
  [
    "mqtt-connect",
    "a reserved client id",
    { connect: { clientId: "$lot" } },
    "fail",
    /starts with \$/,
  ],
  [
    "mqtt-connect",
    "a keep alive below AWS's minimum",
    { connect: { keepalive: 10 } },
    "pass with warnings",
    /keep alive from 10 s to 30/,
  ],
  [
    "mqtt-connect",
    "MQTT 3.1",
    { connect: { protocolId: "MQIsdp", protocolVersion: 3 } },
    "fail",
    /level 3/,
  ],
  ["mqtt-publish", "a reserved topic", { topic: "$aws/lot" }, "fail", /reserved/],
  ["mqtt-publish", "eight slashes", { topic: "a/b/c/d/e/f/g/h/i" }, "fail", /slashes/],
  ["mqtt-publish", "QoS 2", { qos: 2 }, "fail", /QoS 2/],
  [
    "mqtt-subscribe",
    "a bad filter",
    { filter: "gate/#/command" },
    "fail",
    /# must be the last level/,
  ],
  ["mqtt-puback", "never acknowledges", { neverAcknowledges: true }, "fail", /no PUBACK .* 0, 1,/],
  [
    "mqtt-puback",
    "disconnects at long messages",
    { hangsUpOnLongMessages: true },
    "fail",
    /16384, 65536, 131072 bytes; the connection ended/,
  ],
  [
    "publish-retry",
    "another identifier",
    { retry: "new identifier" },
    "fail",
    /identifier 3 instead of 2/,
  ],
  [
    "publish-retry",
    "another connection",
    { retry: "reconnect" },
    "fail",
    /disconnected 8\.\d s after PUBLISH/,
  ],
  ["publish-retry", "never", { retry: "never" }, "fail", /no PUBLISH was repeated|disconnected/],
  ["publish-retry", "late", { retry: "late" }, "fail", /after 25 s; 15 s or less/],
  [
    "subscribe-retry",
    "another identifier",
    { retry: "new identifier" },
    "fail",
    /identifier 2 instead of 1/,
  ],
  [
    "subscribe-retry",
    "never",
    { retry: "never" },
    "fail",
    /no SUBSCRIBE was repeated|disconnected/,
  ],
  ["no-pingresp", "ignores silence", { ignoresSilence: true }, "fail", /kept a silent connection/],
  ["backoff-no-connack", "constant", { pause: () => 2_000 }, "fail", /do not grow/],
  [
    "backoff-no-connack",
    "does not reconnect",
    { givesUpAfterOnePause: true },
    "fail",
    /2 CONNECTs/,
  ],
  [
    "backoff-no-connack",
    "no jitter",
    { pause: (n) => Math.min(1_500 * 2 ** (n - 1), 120_000) },
    "pass with warnings",
    /without jitter/,
  ],
  ["backoff-server-disconnect", "constant", { pause: () => 3_000 }, "fail", /do not grow/],
  ["backoff-server-disconnect", "linear", { pause: (n) => 2_000 * n }, "fail", /grow linearly/],
  ["backoff-server-disconnect", "immediate", { pause: () => 10 }, "fail", /two CONNECTs within/],
  [
    "backoff-unstable-connection",
    "resets on CONNACK",
    { resetsOnConnack: true },
    "fail",
    /do not grow/,
  ],
  [
    "long-duration",
    "does not wait for a late CONNACK",
    { connectPatienceMs: 5_000 },
    "fail",
    /replies (that )?were 14 s late/,
  ],
];

describe("the advisor, against clients with one defect", function () {
  this.timeout(60_000);
  let ring: Ring;

  beforeEach(async () => {
    ring = await makeRing(1_000);
  });
  afterEach(() => ring.close());

  for (const [name, what, faults, result, why] of rows) {
    it(`${name}: ${what}`, async () => {
      const [outcome] = await ring.run([caseNamed(name)], () => new WrongClient(ring, faults));
      assert.ok(outcome?.type === "judged");
      assert.equal(outcome.verdict.result, result, outcome.verdict.why);
      assert.match(outcome.verdict.why, why);
    });
  }

  it("passes a correct client", async () => {
    // This client has neither a shadow nor jobs.
    const played = allCases.filter((each) => each.type === "played" && each.needs === undefined);
    const outcomes = await ring.run(played, () => new WrongClient(ring, {}));
    for (const outcome of outcomes) {
      assert.ok(outcome.type === "judged");
      const isExpired = outcome.case.name === "tls-expired-certificate";
      const expected = isExpired ? "pass with warnings" : "pass";
      assert.equal(
        outcome.verdict.result,
        expected,
        `${outcome.case.name}: ${outcome.verdict.why}`,
      );
    }
  });
});
