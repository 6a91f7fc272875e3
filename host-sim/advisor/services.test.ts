import assert from "node:assert/strict";
import type { Packet } from "mqtt-packet";
import type { Case } from "./case.ts";
import { jobCase } from "./cases/job.ts";
import { shadowCases } from "./cases/shadow.ts";
import { type Service, setupToken, startService } from "./services.ts";
import { Transcript } from "./transcript.ts";

const [shadowPublish, shadowUpdate] = shadowCases;
const shadow = "$aws/things/lot-1/shadow";
const jobs = "$aws/things/lot-1/jobs";

/** What the advisor has seen of a client that has published these, one each second. */
function seenOf(published: readonly (readonly [topic: string, payload: object])[]): Transcript {
  const seen = new Transcript();
  const packets: Partial<Packet>[] = [
    { cmd: "connect", clientId: "lot-1" },
    ...published.map(
      ([topic, payload]): Partial<Packet> => ({
        cmd: "publish",
        topic,
        payload: Buffer.from(JSON.stringify(payload)),
        qos: 1,
      }),
    ),
  ];
  seen.entries.push({ type: "opened", at: 0, connection: 1 });
  seen.entries.push({ type: "secured", protocol: "", cipher: "", at: 0, connection: 1 });
  for (const [index, packet] of packets.entries()) {
    seen.entries.push({
      type: "received",
      packet: packet as Packet,
      at: index * 1_000,
      connection: 1,
    });
  }
  return seen;
}

const reported = (state: object) => [`${shadow}/update`, { state: { reported: state } }] as const;

describe("the advisor's services", () => {
  const rows: readonly [
    Case | undefined,
    string,
    readonly (readonly [string, object])[],
    string,
    RegExp,
  ][] = [
    [shadowPublish, "reports its state", [reported({ a: 1 })], "pass", /reported a/],
    [shadowPublish, "only asks", [[`${shadow}/get`, {}]], "fail", /reported no state/],
    [shadowPublish, "reports nothing", [reported({})], "fail", /reported no state/],
    [
      shadowPublish,
      "reports what AWS rejects",
      [[`${shadow}/update`, { reported: { a: 1 } }]],
      "fail",
      /reject its update: Missing required node: state/,
    ],
    [
      shadowPublish,
      "reports in another thing's shadow",
      [["$aws/things/lot-2/shadow/update", { state: { reported: { a: 1 } } }]],
      "fail",
      /reported no state/,
    ],
    [
      shadowUpdate,
      "reports what is desired",
      [reported({ travelMs: 0 }), reported({ travelMs: 9_000 })],
      "pass",
      /\{"travelMs":9000\} 1\.0 s after/,
    ],
    [shadowUpdate, "does not follow", [reported({ travelMs: 0 })], "fail", /never reported/],
    [
      jobCase,
      "completes its job",
      [
        [`${jobs}/start-next`, {}],
        [`${jobs}/advisor/update`, { status: "IN_PROGRESS" }],
        [`${jobs}/advisor/update`, { status: "SUCCEEDED" }],
      ],
      "pass",
      /start-next, IN_PROGRESS, SUCCEEDED, within 2\.0 s/,
    ],
    [jobCase, "asks for no job", [], "fail", /asked for no job/],
    [jobCase, "only starts", [[`${jobs}/start-next`, {}]], "fail", /did not complete/],
    [
      jobCase,
      "refuses",
      [
        [`${jobs}/start-next`, {}],
        [`${jobs}/advisor/update`, { status: "REJECTED", statusDetails: { reason: "signature" } }],
      ],
      "fail",
      /REJECTED: signature/,
    ],
    [
      jobCase,
      "does not start",
      [[`${jobs}/advisor/update`, { status: "SUCCEEDED" }]],
      "fail",
      /without IN_PROGRESS/,
    ],
  ];
  for (const [played, what, published, result, why] of rows) {
    it(`${played?.name}: a client that ${what}`, () => {
      assert.ok(played !== undefined);
      const seen = seenOf(published);
      const verdict = played.judge(seen);
      assert.equal(verdict.result, result, verdict.why);
      assert.match(verdict.why, why);
      if (result === "pass") assert.ok(played.isOver(seen));
    });
  }

  it("tell a client that does nothing of the kind", () => {
    for (const played of [...shadowCases, jobCase]) {
      assert.equal(played.uses?.(seenOf([["gate/lot-1/status", {}]])), false);
    }
    assert.equal(shadowPublish?.uses?.(seenOf([[`${shadow}/get`, {}]])), true);
    assert.equal(jobCase.uses?.(seenOf([[`${jobs}/start-next`, {}]])), true);
  });

  function start(service: Service) {
    const told: string[] = [];
    const running = startService(service, {
      jobDocument: "{}",
      now: () => 1_700_000_000_000,
      publish: (topic, payload) => told.push(`${topic} ${payload}`),
    });
    running.connected("lot-1");
    return { running, told };
  }

  it("ask for the desired state once, after the first report", () => {
    const { running, told } = start({ type: "shadow", desired: { travelMs: 9_000 } });
    running.handle(`${shadow}/get`, Buffer.from("{}"));
    assert.deepEqual(
      told.filter((each) => each.includes(setupToken)),
      [],
    );
    const [topic, payload] = reported({ travelMs: 0 });
    running.handle(topic, Buffer.from(JSON.stringify(payload)));
    running.handle(topic, Buffer.from(JSON.stringify(payload)));
    const accepted = told.filter(
      (each) => each.includes("/update/accepted ") && each.includes(setupToken),
    );
    assert.equal(accepted.length, 1);
    assert.ok(told.some((each) => each.includes('/update/delta {"version":2')));
    running.close();
  });

  it("give one job to a client, however often it connects", async () => {
    const { running, told } = start({ type: "job" });
    running.connected("lot-1");
    running.handle(`${jobs}/start-next`, Buffer.from('{"clientToken":"1"}'));
    await new Promise(setImmediate);
    const answers = told.filter((each) => each.startsWith(`${jobs}/start-next/accepted`));
    assert.equal(answers.length, 1);
    assert.match(answers[0] ?? "", /"jobId":"advisor"/);
    assert.equal(told.filter((each) => each.startsWith(`${jobs}/notify-next`)).length, 1);
    running.close();
  });
});
