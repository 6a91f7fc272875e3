import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createSecureContext } from "node:tls";
import { startLocalCloud } from "../../host-sim/cloud/one-project.ts";
import { thePeople } from "../../host-sim/cloud/stand-in.rig.ts";
import { SimulatedBox } from "../../host-sim/simulated-box.ts";
import type { GateView } from "../../web/api.ts";
import type { GateLink } from "../../web/cloud/gate-link.ts";
import { makeLink } from "../../web/cloud/link-settings.ts";
import type { OpenRequest } from "../../web/domain/entities.ts";
import { atAllTimes } from "../../web/domain/grants.ts";
import { type RunningWeb, startWeb } from "../../web/run.ts";
import { signInColleague } from "../../web/service/colleague.rig.ts";
import { parseWebSettings } from "../../web/service/settings.ts";
import { type StorePlace, sqlitePlace } from "../../web/store/place.rig.ts";
import type { Store } from "../../web/store/store.ts";
import { requireSettings } from "../command-line/settings.ts";

const origin = "http://localhost:8080";
const pins = { in: 5, out: 18 };
const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

/** The app's gates: both of the box, its plain topic, and one that the box does not have. */
async function addGates(store: Store): Promise<void> {
  for (const [id, output] of [
    ["in", "in"],
    ["out", "out"],
    ["plain", null],
    ["yard", "yard"],
  ] as const) {
    const place = { thingName: "lot-1", output, timeZone: "UTC" };
    await store.createGate({ id, name: `Gate ${id}`, ...place, isActive: true });
  }
}

describe("the staff app with a box that has several gates", function () {
  this.timeout(60_000);
  /** the pins that rose */
  const rises: number[] = [];
  let cloud: Awaited<ReturnType<typeof startLocalCloud>>;
  let box: SimulatedBox;
  let place: StorePlace;
  let web: RunningWeb;
  let headers: Readonly<Record<string, string>>;

  before(async () => {
    const { ca, server, lot1, service } = await thePeople();
    cloud = await startLocalCloud({
      prefix: "gate",
      ca: ca.certificatePem,
      certificate: `${server.certificatePem}\n${ca.certificatePem}`,
      key: server.keyPem,
      things: [{ thingName: "lot-1", certificate: lot1.certificatePem }],
      service: { certificate: service.certificatePem },
    });
    const { port } = cloud;
    const quick = { pulseMs: 20, cooldownMs: 0 };
    box = new SimulatedBox({
      settings: requireSettings({
        ...{ thingName: "lot-1", endpoint: "localhost", port },
        gates: [
          { name: "in", pin: pins.in, ...quick },
          { name: "out", pin: pins.out, ...quick, gateInput: { pin: 19, shows: "closed" } },
        ],
      }),
      identity: {
        secureContext: createSecureContext({
          ca: ca.certificatePem,
          cert: lot1.certificatePem,
          key: lot1.keyPem,
        }),
      },
      onRecord: (record) => {
        if (record.type === "pin" && record.value === 1) rises.push(record.pin);
      },
    });
    box.start();
    place = await sqlitePlace();
    const parsed = parseWebSettings({
      environment: {
        BOOM_BOX_WEB_ORIGIN: origin,
        BOOM_BOX_WEB_LISTEN: "127.0.0.1:0",
        BOOM_BOX_WEB_DATABASE: place.location,
      },
      readFile: () => "",
    });
    assert.ok(parsed.type === "settings");
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    web = await startWeb(parsed.settings, await newLink(), log, addGates);
    headers = await signInColleague(web.store, "in", origin);
    const [{ id: personId } = { id: "" }] = await web.store.people();
    for (const gateId of ["out", "plain", "yard"]) {
      const grant = { id: randomUUID(), personId, gateId, ...atAllTimes };
      await web.store.createGrant(grant);
    }
    while ((await gates()).some(({ box }) => box !== "online")) await turn();
  });
  after(async () => {
    await web?.stop();
    await place?.remove();
    await box?.stop();
    await cloud?.close();
  });

  async function newLink(): Promise<GateLink> {
    const { ca, service } = await thePeople();
    return makeLink({
      ...{ type: "mqtt", prefix: "gate", host: "localhost", port: cloud.port, alpn: false },
      ca: ca.certificatePem,
      certificate: service.certificatePem,
      key: service.keyPem,
    });
  }

  function request(path: string, body?: unknown): Promise<Response> {
    const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    return fetch(`http://127.0.0.1:${web.port}${path}`, { headers, ...sent });
  }

  async function gates(): Promise<readonly GateView[]> {
    return (await (await request("/api/gates")).json()) as readonly GateView[];
  }

  /** @returns the request when it has ended */
  async function tap(gate: string): Promise<OpenRequest> {
    const id = randomUUID();
    assert.equal((await request(`/api/gates/${gate}/open`, { id })).status, 202);
    for (;;) {
      const kept = await web.store.request(id);
      if (kept !== undefined && kept.endedAt !== null) return kept;
      await turn();
    }
  }

  it("opens the gate that was asked for, and its first one without a name", async () => {
    for (const [gate, pin] of [
      ["out", pins.out],
      ["in", pins.in],
      ["plain", pins.in],
    ] as const) {
      const { state, reason } = await tap(gate);
      assert.deepEqual([state, reason], ["opened", null], gate);
      assert.equal(rises.at(-1), pin, gate);
    }
    assert.equal(rises.length, 3);
    const { entries } = await web.store.history({});
    assert.deepEqual(entries.map(({ gateName }) => gateName).sort(), [
      ...["Gate in", "Gate out", "Gate plain"],
    ]);
    assert.deepEqual(await web.store.otherCommands(10), []);
  });

  it("says that the box has no such gate, and raises no pin", async () => {
    const before = rises.length;
    const { state, reason } = await tap("yard");
    assert.deepEqual([state, reason], ["refused", "unknown-gate"]);
    assert.equal(rises.length, before);
  });

  it("shows the gate with a contact where it is, and the other one not", async () => {
    const shown = async () =>
      new Map((await gates()).map(({ id, position }) => [id, position?.state ?? null]));
    while ((await shown()).get("out") === null) await turn();
    const { in: other, plain, yard } = Object.fromEntries(await shown());
    assert.deepEqual([other, plain, yard], [null, null, null]);
  });

  it("lists a command from outside the app at its gate", async () => {
    const outside = await newLink();
    const output = "out";
    outside.watch([{ thingName: "lot-1", output }]);
    await new Promise<void>((resolve) =>
      outside.start({
        onEvent: () => {},
        onStatus: () => {},
        onListening: (isListening) => isListening && resolve(),
      }),
    );
    const id = randomUUID();
    const issuedAt = Date.now();
    const command = { id, issuedAt, expiresAt: issuedAt + 5_000, by: "cron" };
    const sent = await outside.send({ ...command, thingName: "lot-1", output }, 5_000);
    assert.deepEqual(sent, { type: "sent" });
    while ((await web.store.otherCommands(10)).length === 0) await turn();
    const commands = await web.store.otherCommands(10);
    assert.deepEqual(
      commands.map((each) => [each.by, each.outcome, each.output]),
      [["cron", "opened", "out"]],
    );
    await outside.close();
  });
});
