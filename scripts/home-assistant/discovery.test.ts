import assert from "node:assert/strict";
import { readCommand } from "../../device/messages/command.ts";
import { gateStates } from "../../device/messages/gate.ts";
import type { StatusReport } from "../../device/messages/status.ts";
import { healthyStatus } from "../../device/messages/status.vectors.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { discoveryMessage, discoveryTopic } from "./discovery.ts";
import { jinjaIsInstalled, render } from "./jinja.rig.ts";

const options = {
  thing: "lot-1",
  prefix: "gate",
  discoveryPrefix: "homeassistant",
  name: "Car park",
  report: healthyStatus,
};

interface Payload {
  readonly device: Record<string, unknown>;
  readonly components: Readonly<Record<string, Record<string, unknown>>>;
}

function payloadOf(report: StatusReport): Payload {
  return JSON.parse(discoveryMessage({ ...options, report }).payload) as Payload;
}

function option(report: StatusReport, entity: string, name: string): string {
  const value = payloadOf(report).components[entity]?.[name];
  assert.ok(typeof value === "string", `${entity} has no ${name}`);
  return value;
}

const namedGates: StatusReport = {
  ...healthyStatus,
  gates: [
    { name: "in", gate: { state: "left-open", since: null } },
    { name: "out", gate: null },
  ],
};

describe("what Home Assistant is told about a box", () => {
  it("is one message for each box, on a topic with plain characters", () => {
    const topicOf = (thing: string, prefix = "gate") =>
      discoveryTopic({ ...options, thing, prefix });
    assert.equal(topicOf("lot-1"), "homeassistant/device/boom-box_lot-1/config");
    const all = [
      topicOf("a:b"),
      topicOf("a_b"),
      topicOf("a", "b"),
      topicOf("b", "a"),
      topicOf("a_3ab"),
    ];
    assert.equal(new Set(all).size, all.length);
    for (const topic of all) assert.match(topic, /^homeassistant\/device\/[\w-]+\/config$/);
  });

  it("has a button that sends to the command's topic and is never retained", () => {
    const { components } = payloadOf(healthyStatus);
    const { open } = components;
    assert.equal(open?.command_topic, "gate/lot-1/command");
    assert.deepEqual([open?.retain, open?.qos], [false, 1]);
  });

  it("has one button and one event for each gate, and a state only where a contact proves it", () => {
    const keys = (report: StatusReport) => Object.keys(payloadOf(report).components);
    assert.ok(!keys(healthyStatus).includes("gate"));
    const withContact = { ...healthyStatus, gate: { state: "closed", since: null } } as const;
    assert.ok(keys(withContact).includes("gate"));
    const ofGates = keys(namedGates).filter((key) => /_(in|out)$/.test(key));
    assert.deepEqual(ofGates, ["open_in", "outcome_in", "gate_in", "open_out", "outcome_out"]);
    const { components } = payloadOf(namedGates);
    assert.equal(components.open_out?.command_topic, "gate/lot-1/out/command");
    assert.equal(components.outcome_in?.state_topic, "gate/lot-1/in/event");
    assert.deepEqual(components.gate_in?.options, [...gateStates]);
  });

  it("gives each entity an id of its own", () => {
    const ids = Object.values(payloadOf(namedGates).components).map(({ unique_id }) => unique_id);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.includes("boom-box_lot-1_open_in"));
  });

  it("has no signal for a box with Ethernet", () => {
    const { components } = payloadOf({ ...healthyStatus, rssi: null });
    assert.equal(components.signal, undefined);
  });
});

describe("Home Assistant's templates", () => {
  before(function () {
    skipWithout(this, "moto", jinjaIsInstalled(), "moto, which .ci/run installs (for its Jinja)");
  });

  it("make a command that a box understands, with another id each time and ten seconds to live", () => {
    const template = option(healthyStatus, "open", "command_template");
    const texts = render(Array.from({ length: 20 }, () => ["command", template, "PRESS"] as const));
    const ids = texts.map((text) => {
      const { command, problem } = readCommand(text);
      assert.equal(problem, undefined, text);
      assert.equal(command.action, "open");
      assert.equal(command.by, "Home Assistant");
      const { id, issuedAt, expiresAt } = JSON.parse(text) as Record<string, unknown>;
      assert.match(String(id), /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
      assert.ok(Math.abs(Date.now() - Number(issuedAt)) < 60_000);
      assert.equal(Number(expiresAt) - Number(issuedAt), 10_000);
      return id;
    });
    assert.equal(new Set(ids).size, ids.length);
  });

  it("make an event of what happens now, and nothing of what happened long ago", () => {
    const template = option(healthyStatus, "outcome", "value_template");
    const opened = { id: "1", action: "open", outcome: "opened", reason: null, by: "Ada", at: 5 };
    const [now, gate, late, probe, strange] = render([
      ["now", template, { ...opened, pulseMs: 500 }],
      ["gate", template, { gate: "left-open", at: 7 }],
      ["late", template, { ...opened, pulseMs: 500, delayedMs: null }],
      ["probe", template, { id: "1", action: null, outcome: "doctor" }],
      ["strange", template, {}],
    ]);
    assert.deepEqual(JSON.parse(now ?? ""), {
      event_type: "opened",
      reason: null,
      by: "Ada",
      id: "1",
      pulse_ms: 500,
      at: 5,
    });
    assert.equal((JSON.parse(gate ?? "") as { event_type: string }).event_type, "left-open");
    assert.deepEqual([late, probe, strange], ["", "", ""]);
  });

  it("read the gate's state, and say nothing when nothing proves it", () => {
    const closed = { ...healthyStatus, gate: { state: "closed", since: null } } as const;
    const single = option(closed, "gate", "value_template");
    const named = option(namedGates, "gate_in", "value_template");
    assert.deepEqual(
      render([
        ["closed", single, closed],
        ["no contact", single, healthyStatus],
        ["the last will", single, { state: "offline", firmware: "0.1.0" }],
        ["named", named, namedGates],
        ["named, the last will", named, { state: "offline", firmware: "0.1.0" }],
      ]),
      ["closed", "None", "None", "left-open", "None"],
    );
  });

  it("read times, counters and an update from the status", () => {
    const template = (entity: string) => option(healthyStatus, entity, "value_template");
    const update = { state: "downloading", version: "0.2.0", progress: 40, reason: null } as const;
    const status = { ...healthyStatus, certificateEndsAt: 1_795_400_000_000, opened: 3, update };
    const [ends, never, presses, uptime, under, none] = render([
      ["ends", template("certificate"), status],
      ["never", template("last_opened"), status],
      ["presses", template("presses"), status],
      ["uptime", template("uptime"), status],
      ["under way", template("firmware"), status],
      ["none", template("firmware"), { state: "offline", firmware: "0.1.0" }],
    ]);
    assert.equal(Date.parse(ends ?? ""), 1_795_400_000_000);
    assert.deepEqual([never, presses, uptime], ["None", "3", "60"]);
    assert.deepEqual(JSON.parse(under ?? ""), {
      installed_version: "0.1.0",
      latest_version: "0.2.0",
      in_progress: true,
      update_percentage: 40,
    });
    assert.deepEqual(JSON.parse(none ?? ""), {
      installed_version: "0.1.0",
      latest_version: "0.1.0",
      in_progress: false,
      update_percentage: null,
    });
  });
});
