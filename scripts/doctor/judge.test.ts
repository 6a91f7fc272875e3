import assert from "node:assert/strict";
import { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { parseSettings } from "../../device/config.ts";
import type { Refusal } from "../../device/xs/tls/chain.ts";
import type { Conversation, Stage } from "./conversation.ts";
import type { Judgement } from "./finding.ts";
import { type BrokerFacts, judgeBox, judgeBroker, judgeWill } from "./judge-broker.ts";
import { judgePorts } from "./judge-local.ts";
import {
  judgeClock,
  judgeDns,
  judgeServer,
  judgeSettings,
  judgeTcp,
  judgeTls,
  kindOfEndpoint,
  type TrustFacts,
} from "./judge-path.ts";
import type { BoxStatus } from "./observer.ts";
import type { Handshake } from "./tls-probe.ts";

const ats = "a1b2c3-ats.iot.eu-central-1.amazonaws.com";

/** `failed taken-over` */
const brief = ({ verdict, cause }: Judgement) =>
  cause === undefined ? verdict : `${verdict} ${cause}`;

describe("the doctor's checks of the path to the broker", () => {
  it("recognize AWS's endpoints by their names", () => {
    assert.deepEqual(
      [
        ats,
        ats.toUpperCase(),
        "a1b2c3-ats.iot.eusc-de-east-1.amazonaws.eu",
        "a1b2c3.iot.eu-central-1.amazonaws.com",
        "iot.eu-central-1.amazonaws.com",
        "a1b2c3.credentials.iot.eu-central-1.amazonaws.com",
        "gate.lan",
        "amazonaws.com.gate.lan",
      ].map(kindOfEndpoint),
      [
        "data-ats",
        "data-ats",
        "data-ats",
        "legacy",
        "other-aws",
        "other-aws",
        "not-aws",
        "not-aws",
      ],
    );
  });

  const settings = (fields: object) => {
    const result = parseSettings({ thingName: "lot-1", endpoint: ats, ...fields });
    assert.equal(result.type, "settings");
    return brief(judgeSettings(result.settings));
  };

  it("find settings that cannot work on AWS", () => {
    assert.equal(settings({}), "ok");
    assert.equal(settings({ port: 443, alpn: true }), "ok");
    assert.equal(settings({ port: 443 }), "failed alpn-missing");
    assert.equal(settings({ endpoint: "gate.lan", port: 443 }), "ok");
    assert.equal(settings({ endpoint: "iot.eu-west-1.amazonaws.com" }), "failed wrong-endpoint");
    assert.equal(
      settings({ endpoint: "a1b2.iot.eu-west-1.amazonaws.com" }),
      "warning wrong-endpoint",
    );
  });

  it("accept a clock that is off by at most the allowed skew", () => {
    const clock = (aheadMs: number) => brief(judgeClock({ server: "ntp.test", aheadMs }, 5_000));
    assert.deepEqual([0, 5_000, -5_000, 5_001, -5_001].map(clock), [
      "ok",
      "ok",
      "ok",
      "failed clock-wrong",
      "failed clock-wrong",
    ]);
    assert.equal(brief(judgeClock(undefined, 5_000)), "unknown");
    assert.match(judgeClock({ server: "n", aheadMs: -86_400_000 }, 5).found, /24 hours behind/);
  });

  it("distinguish an unknown name, missing name servers and missing IPv4", () => {
    const dns = (result: Parameters<typeof judgeDns>[1]) => brief(judgeDns("gate.lan", result));
    assert.equal(dns({ type: "addresses", addresses: ["10.0.0.7"] }), "ok");
    assert.equal(dns({ type: "addresses", addresses: [] }), "failed no-ipv4");
    assert.equal(dns({ type: "failed", code: "ENOTFOUND" }), "failed endpoint-unresolved");
    assert.equal(dns({ type: "failed", code: "EAI_AGAIN" }), "failed no-dns");
    assert.equal(dns({ type: "silent" }), "failed no-dns");
  });

  it("distinguish a blocked from a refusing port, and report AWS's other port", () => {
    const other = { port: 443, result: { type: "open" } } as const;
    const blocked = judgeTcp(8883, { type: "silent" }, other);
    assert.equal(brief(blocked), "failed port-blocked");
    assert.match(blocked.found, /port 443 is open/);
    assert.equal(brief(judgeTcp(8883, { type: "refused" }, undefined)), "failed port-refused");
    const unreachable = judgeTcp(8883, { type: "unreachable", code: "ENETUNREACH" }, undefined);
    assert.equal(brief(unreachable), "failed unreachable");
  });

  const alerts: [alert: string, cause: string][] = [
    ["UNKNOWN_CA", "certificate-refused"],
    ["CERTIFICATE_REVOKED", "certificate-refused"],
    ["BAD_CERTIFICATE", "certificate-refused"],
    ["NO_APPLICATION_PROTOCOL", "alpn-refused"],
    ["PROTOCOL_VERSION", "tls-version"],
    ["HANDSHAKE_FAILURE", "tls-version"],
    ["INTERNAL_ERROR", "tls-failed"],
  ];
  for (const [alert, cause] of alerts) {
    it(`report ${cause} for the alert ${alert}`, () => {
      assert.equal(
        brief(judgeTls({ type: "alert", alert, chain: [] }, false, undefined)),
        `failed ${cause}`,
      );
    });
  }

  const chain = [new Uint8Array(1), new Uint8Array(1)];
  const untrusted: Handshake = { type: "untrusted", code: "x", names: "x.test", chain };
  const trust: TrustFacts = {
    caName: "Amazon Root CA 1",
    endpointKind: "data-ats",
    clockIsWrong: false,
    isPublic: false,
    verdict: undefined,
  };
  const server = (reason: Refusal, facts: Partial<TrustFacts> = {}, certificate = 0) => {
    const verdict = { isTrusted: false, reason, certificate } as const;
    const judgement = judgeServer(untrusted, { ...trust, verdict, ...facts });
    assert.ok(judgement);
    return brief(judgement);
  };

  it("report why the server's certificate is refused", () => {
    assert.equal(server("name"), "failed wrong-endpoint");
    assert.equal(server("issuer"), "failed server-untrusted");
    assert.equal(server("issuer", { endpointKind: "legacy" }), "failed wrong-endpoint");
    assert.equal(server("expired"), "failed server-expired");
    assert.equal(server("expired", { clockIsWrong: true }), "failed clock-wrong");
    assert.equal(server("expired", {}, 2), "failed ca-wrong");
    assert.equal(server("algorithm"), "failed server-refused");
    assert.equal(server("algorithm", {}, 2), "failed root-refused");
  });

  it("blame the server's certificate, not the box's, when the box would refuse the server", () => {
    const verdict = { isTrusted: false, reason: "issuer", certificate: 0 } as const;
    const handshake = { type: "alert", alert: "UNKNOWN_CA", chain } as const;
    assert.equal(brief(judgeTls(handshake, false, verdict)), "ok");
    const judgement = judgeServer(handshake, { ...trust, verdict });
    assert.equal(judgement && brief(judgement), "failed server-untrusted");
    assert.doesNotMatch(judgement?.found ?? "", /public/);
  });

  it("require an Amazon root on AWS only", () => {
    const secure = {
      type: "secure",
      socket: new TLSSocket(new Socket()),
      server: { protocol: "TLSv1.2", cipher: "x", signer: "x", notAfter: undefined },
      chain,
    } as const;
    const root = (facts: Partial<TrustFacts>) =>
      brief(judgeServer(secure, { ...trust, ...facts }) ?? { verdict: "skipped", found: "" });
    assert.equal(root({}), "ok");
    assert.equal(root({ caName: "Boom Box CA" }), "warning ca-wrong");
    assert.equal(root({ caName: "Boom Box CA", endpointKind: "not-aws" }), "ok");
  });
});

describe("the doctor's checks of the broker", () => {
  const conversation = (stage: Stage, ending: Conversation["ending"]): Conversation => ({
    stage,
    ending,
    commandRetained: false,
  });
  const closed = { type: "closed", alert: undefined } as const;
  const held = conversation("watch", { type: "held" });
  const status = (fields: Partial<BoxStatus>): BoxStatus => ({
    state: "online",
    connections: 1,
    uptimeMs: 3_600_000,
    ...fields,
  });
  const judge = (conversations: BrokerFacts["conversations"], more: Partial<BrokerFacts> = {}) => {
    const judgement = judgeBroker({
      conversations,
      eventHeard: true,
      announcement: undefined,
      keptWithAlpn: false,
      boxWasOnline: false,
      ...more,
    });
    const { connect, subscribe, publish, secondClient } = judgement;
    return [connect, subscribe, publish, secondClient].map(brief);
  };
  const skippedFrom = (...before: string[]) => [
    ...before,
    ...Array.from({ length: 4 - before.length }, () => "skipped"),
  ];

  it("pass for a stable connection", () => {
    assert.deepEqual(judge([held]), ["ok", "ok", "ok", "ok"]);
  });

  const refusals: [what: string, last: Conversation, lines: string[]][] = [
    ["closed before CONNECT", conversation("admission", closed), ["failed certificate-refused"]],
    ["closed after CONNECT", conversation("connack", closed), ["failed not-let-in"]],
    [
      "CONNACK 5",
      conversation("connack", { type: "refused", returnCode: 5 }),
      ["failed connect-denied"],
    ],
    [
      "CONNACK 3",
      conversation("connack", { type: "refused", returnCode: 3 }),
      ["failed broker-unavailable"],
    ],
    ["no CONNACK", conversation("connack", { type: "silent" }), ["failed silent"]],
    [
      "a refused subscription",
      conversation("suback", { type: "not-granted" }),
      ["ok", "failed subscribe-denied"],
    ],
    ["no PUBACK", conversation("puback", { type: "silent" }), ["ok", "ok", "failed silent"]],
  ];
  for (const [what, last, lines] of refusals) {
    it(`name the cause of: ${what}`, () => {
      assert.deepEqual(judge([last]), skippedFrom(...lines));
    });
  }

  it("report a denial when the broker closes twice at the same packet", () => {
    const suback = conversation("suback", closed);
    const puback = conversation("puback", closed);
    assert.deepEqual(judge([suback, suback]), skippedFrom("ok", "failed subscribe-denied"));
    assert.deepEqual(judge([puback, puback]), skippedFrom("ok", "ok", "failed publish-denied"));
  });

  it("report another client when the broker closes while idle, or at different packets", () => {
    const idle = conversation("watch", closed);
    assert.deepEqual(judge([idle, idle]), ["ok", "ok", "ok", "failed taken-over"]);
    assert.deepEqual(judge([idle, conversation("suback", closed)]), [
      ...["ok", "ok", "ok", "failed taken-over"],
    ]);
    assert.deepEqual(judge([conversation("puback", closed), conversation("suback", closed)]), [
      ...["ok", "ok", "unknown", "failed taken-over"],
    ]);
  });

  it("do not report another client after one lost connection", () => {
    assert.deepEqual(judge([conversation("watch", closed), held]), [
      ...["ok", "ok", "ok", "warning dropped"],
    ]);
  });

  it("distinguish a box that came back from a second client", () => {
    const idle = conversation("watch", closed);
    const rival = (fields: Partial<BoxStatus>, boxWasOnline = false) =>
      judge([idle, idle], { announcement: status(fields), boxWasOnline })[3];
    assert.equal(rival({ connections: 2 }), "warning taken-over");
    assert.equal(rival({ connections: 2 }, true), "unknown");
    assert.equal(rival({ connections: 50 }), "failed taken-over");
    assert.equal(rival({ connections: 50 }, true), "failed taken-over");
  });

  it("report missing ALPN when a connection works only with it", () => {
    assert.deepEqual(
      judge([conversation("admission", closed)], { keptWithAlpn: true }),
      skippedFrom("failed alpn-missing"),
    );
  });

  it("trust the observer more than PUBACK", () => {
    assert.equal(judge([held], { eventHeard: false })[2], "failed publish-denied");
    assert.equal(judge([held], { eventHeard: undefined })[2], "ok");
  });

  it("report the last will when nothing else was refused", () => {
    assert.equal(brief(judgeWill(conversation("connack", { type: "held" }))), "ok");
    const refused = { type: "refused", returnCode: 5 } as const;
    assert.equal(brief(judgeWill(conversation("connack", refused))), "failed will-denied");
    assert.equal(brief(judgeWill(conversation("connack", closed))), "failed will-denied");
    assert.equal(brief(judgeWill(conversation("connack", { type: "silent" }))), "unknown");
  });

  it("warn of a box that is online but reconnects often", () => {
    assert.equal(brief(judgeBox(status({}), false)), "ok");
    assert.equal(brief(judgeBox(status({ connections: 40 }), false)), "warning reconnects-often");
    // Ten hours with a connection every two hours.
    assert.equal(brief(judgeBox(status({ connections: 5, uptimeMs: 36_000_000 }), false)), "ok");
    assert.equal(brief(judgeBox(status({ state: "unknown" }), false)), "unknown");
  });
});

describe("the doctor's checks of this machine", () => {
  const access = (isAllowed: boolean, isMember = false) => ({
    isAllowed,
    isMember,
    group: "dialout",
  });

  it("pass with one usable port", () => {
    const ports = [
      { path: "/dev/ttyUSB0", access: access(false) },
      { path: "/dev/ttyACM0", access: access(true) },
    ];
    assert.equal(brief(judgePorts(ports, false)), "ok");
  });

  it("distinguish a user outside the group from one who must log in again", () => {
    const told = (isMember: boolean) =>
      judgePorts([{ path: "/dev/ttyUSB0", access: access(false, isMember) }], false).found;
    assert.match(told(false), /usermod -aG dialout/);
    assert.match(told(true), /log in again/);
    assert.doesNotMatch(told(true), /usermod/);
  });

  it("fail for a named port that is missing, but not for a board that is not connected", () => {
    const named = [{ path: "/dev/ttyUSB9", access: undefined }];
    assert.equal(brief(judgePorts(named, true)), "failed port-missing");
    assert.equal(brief(judgePorts([], false)), "unknown");
  });
});
