import assert from "node:assert/strict";
import fc from "fast-check";
import mqttPacket, { type Packet } from "mqtt-packet";
import { parseSettings, type Settings } from "../config.ts";
import { Box, type BoxEffect, type BoxOptions } from "./box.ts";
import { PacketParser } from "./mqtt/codec.ts";
import type { Facts } from "./status.ts";

const epoch = 1_800_000_000_000;
const parser = new PacketParser();

function settingsOf(changes: Record<string, unknown> = {}): Settings {
  const result = parseSettings({ thingName: "lot-1", endpoint: "broker.test", ...changes });
  assert.ok(result.type === "settings");
  return result.settings;
}

/** A box and what its broker sees. */
class Rig {
  readonly box: Box;
  readonly effects: BoxEffect[] = [];
  readonly received: Packet[] = [];
  readonly edges: { readonly gate: number; readonly value: 0 | 1; readonly at: number }[] = [];
  /** what the hardware reports about itself */
  facts: Facts = { rssi: -50, address: "10.0.0.9", heap: undefined, certificateEndsAt: undefined };
  /** the random value of the next back-off */
  chance = 0.5;
  now = 0;

  constructor(
    changes: Record<string, unknown> = {},
    stored: Partial<BoxOptions["stored"]> = {},
    pulseEndsItself = false,
  ) {
    this.box = new Box({
      settings: settingsOf(changes),
      firmware: "test",
      resetReason: "power-on",
      stored,
      random: () => this.chance,
      facts: () => this.facts,
      parser,
      pulseEndsItself,
      readInputs: [],
    });
  }

  get instant() {
    return { ticks: this.now, date: epoch + this.now };
  }

  /**
   * Carries out effects that concern pin and broker, including those that follow, and returns all
   * of them in order.
   */
  take(effects: BoxEffect[]): BoxEffect[] {
    const taken: BoxEffect[] = [];
    for (const effect of effects) {
      taken.push(effect);
      this.effects.push(effect);
      if (effect.type === "send") this.receive(effect.bytes);
      if (effect.type !== "write") continue;
      this.edges.push({ gate: effect.gate, value: effect.value, at: this.now });
      const following =
        effect.value === 1
          ? this.box.rose(effect.gate, this.instant)
          : this.box.fell(effect.gate, this.instant);
      taken.push(...this.take(following));
    }
    return taken;
  }

  receive(bytes: Uint8Array): void {
    const reader = mqttPacket.parser({ protocolVersion: 4 });
    reader.on("packet", (packet) => this.received.push(packet));
    reader.parse(Buffer.from(bytes));
  }

  /** Like the agent: handles all of the input. */
  deliver(bytes: Uint8Array): BoxEffect[] {
    const effects = this.take(this.box.handleBytes(bytes, this.instant));
    while (this.box.hasMore) effects.push(...this.take(this.box.handleMore(this.instant)));
    return effects;
  }

  send(packet: Packet): BoxEffect[] {
    return this.deliver(new Uint8Array(mqttPacket.generate(packet)));
  }

  command(payload: unknown, fields: { retain?: boolean; dup?: boolean; topic?: string } = {}) {
    return this.send({
      cmd: "publish",
      topic: "gate/lot-1/command",
      payload: typeof payload === "string" ? payload : JSON.stringify(payload),
      qos: 1,
      messageId: 77,
      retain: false,
      dup: false,
      ...fields,
    });
  }

  /** Advances time, and calls the box at each of its deadlines. */
  wait(ms: number): BoxEffect[] {
    const end = this.now + ms;
    const effects: BoxEffect[] = [];
    for (;;) {
      const deadline = this.box.deadline;
      if (deadline === undefined || deadline > end) break;
      this.now = Math.max(this.now, deadline);
      effects.push(...this.take(this.box.handleTimeout(this.instant)));
      this.acknowledgeAll();
    }
    this.now = end;
    return effects;
  }

  /** A well-behaved broker: acknowledges, and answers pings. */
  acknowledgeAll(): void {
    for (const packet of this.received.splice(0)) {
      if (packet.cmd === "publish")
        this.send({ cmd: "puback", messageId: Number(packet.messageId) });
      if (packet.cmd === "pingreq") this.send({ cmd: "pingresp" });
    }
  }

  connect(): this {
    this.take(this.box.start(this.instant));
    this.take(this.box.networkUp(this.instant));
    this.take(this.box.timeSet(this.instant));
    return this.open();
  }

  open(): this {
    this.take(this.box.socketOpen(this.instant));
    this.received.splice(0);
    this.send({ cmd: "connack", returnCode: 0, sessionPresent: false });
    const subscribe = this.received.find((packet) => packet.cmd === "subscribe");
    assert.ok(subscribe?.cmd === "subscribe");
    const granted = subscribe.subscriptions.map(() => 1);
    this.send({ cmd: "suback", messageId: Number(subscribe.messageId), granted });
    this.acknowledgeAll();
    return this;
  }

  get writes() {
    return this.effects.flatMap((effect) => (effect.type === "write" ? [effect.value] : []));
  }

  get events() {
    return this.effects.flatMap((effect) => (effect.type === "event" ? [effect.report] : []));
  }

  get statuses() {
    return this.effects.flatMap((effect) => (effect.type === "status" ? [effect.report] : []));
  }
}

/** A command as bytes. If the broker is to go silent after it, the test does that. */
const publishOf = (payload: string): Uint8Array =>
  new Uint8Array(
    mqttPacket.generate({
      cmd: "publish",
      topic: "gate/lot-1/command",
      payload,
      qos: 1,
      messageId: 77,
      retain: false,
      dup: false,
    }),
  );

const types = (effects: readonly BoxEffect[]) => effects.map(({ type }) => type);

describe("a box", () => {
  it("holds the pin HIGH for the pulse, and reports after the falling edge", () => {
    const rig = new Rig().connect();
    const rise = rig.command({ action: "open", id: "a", by: "Ann" });
    assert.deepEqual(
      types(rise),
      ["write", "store", "store", "acknowledge"],
      "the pulse, then PUBACK",
    );
    assert.deepEqual(rig.wait(499), []);
    const fall = rig.wait(1);
    assert.deepEqual(types(fall), ["write", "event", "store", "send"]);
    assert.deepEqual(rig.writes, [1, 0]);
    assert.deepEqual(rig.events, [
      {
        id: "a",
        action: "open",
        outcome: "opened",
        reason: null,
        by: "Ann",
        at: epoch + 500,
        pulseMs: 500,
      },
    ]);
  });

  it("leaves one event and no pulse for each command it refuses", () => {
    const stale = { action: "open", issuedAt: epoch - 100_000 };
    const cases = [
      ["retained", "open", { retain: true }],
      ["duplicate", "open", { dup: true }],
      ["expired", stale, {}],
      ["future", { action: "open", issuedAt: epoch + 100_000 }, {}],
      ["malformed", "{", {}],
      ["unknown-action", "close", {}],
      ["too-large", "x".repeat(50_000), {}],
    ] as const;
    for (const [reason, payload, fields] of cases) {
      const rig = new Rig().connect();
      rig.command(payload, fields);
      rig.wait(10_000);
      assert.deepEqual(rig.writes, [], reason);
      assert.deepEqual(
        rig.events.map((event) => event.reason),
        [reason],
      );
    }
  });

  it("ignores an empty message: it only acknowledges it", () => {
    const rig = new Rig().connect();
    assert.deepEqual(types(rig.command("")), ["acknowledge"]);
    assert.deepEqual(types(rig.command("", { retain: true })), ["acknowledge"]);
    assert.deepEqual(rig.events, []);
  });

  it("refuses a second command during the pulse and during the cooldown, and queues neither", () => {
    const rig = new Rig({ cooldownMs: 1_000 }).connect();
    rig.command("open");
    rig.wait(499);
    rig.command("open");
    rig.wait(1_000);
    rig.command("open");
    rig.wait(1);
    rig.command("open");
    rig.wait(10_000);
    assert.deepEqual(rig.writes, [1, 0, 1, 0]);
    assert.deepEqual(
      rig.events.map(({ outcome, reason }) => reason ?? outcome),
      ["busy", "opened", "cooldown", "opened"],
    );
  });

  it("reports online once subscribed, after each outcome, and regularly", () => {
    const rig = new Rig().connect();
    assert.deepEqual(
      rig.statuses.map(({ state }) => state),
      ["online"],
    );
    rig.command("open");
    rig.wait(3_000);
    assert.equal(rig.statuses.length, 2);
    assert.equal(rig.statuses[1]?.opened, 1);
    assert.equal(rig.statuses[1]?.lastOpenedAt, epoch + 500);
    rig.wait(60 * 60 * 1000);
    assert.ok(rig.statuses.length >= 5, "a heartbeat every quarter of an hour");
  });

  it("reports a changed address two seconds later", () => {
    const rig = new Rig().connect();
    rig.facts = { ...rig.facts, address: "10.0.0.10" };
    rig.take(rig.box.networkUp(rig.instant));
    rig.wait(1_999);
    assert.equal(rig.statuses.length, 1);
    rig.wait(1);
    assert.equal(rig.statuses.at(-1)?.address, "10.0.0.10");
    rig.take(rig.box.networkUp(rig.instant));
    rig.wait(60_000);
    assert.equal(rig.statuses.length, 2, "once");
  });

  it("reports a much better or worse signal within a keep alive", () => {
    const rig = new Rig().connect();
    rig.facts = { ...rig.facts, rssi: -59 };
    rig.wait(120_000);
    assert.equal(rig.statuses.length, 1, "a small change is ignored");
    rig.facts = { ...rig.facts, rssi: -60 };
    rig.wait(62_000);
    assert.equal(rig.statuses.length, 2);
    assert.equal(rig.statuses[1]?.rssi, -60);
    rig.facts = { ...rig.facts, rssi: undefined };
    rig.wait(62_000);
    assert.equal(rig.statuses[2]?.rssi, null);
    rig.wait(600_000);
    assert.equal(rig.statuses.length, 3);
  });

  it("counts connections that the broker ended at once", () => {
    const rig = new Rig().connect();
    rig.take(rig.box.socketLost(rig.instant, "closed"));
    rig.wait(Number(rig.box.deadline) - rig.now);
    rig.open();
    assert.deepEqual(
      rig.statuses.map(({ shortConnections }) => shortConnections),
      [0, 1],
    );
  });

  it("does not act on another topic, but acknowledges it", () => {
    const rig = new Rig().connect();
    const topic = "gate/lot-2/command";
    assert.deepEqual(types(rig.command("open", { topic })), ["acknowledge"]);
    assert.deepEqual(rig.events, []);
  });

  it("stops with LOW first, and the last messages acknowledged before DISCONNECT", () => {
    const rig = new Rig().connect();
    rig.command("open");
    rig.now += 200;
    rig.received.splice(0);
    const effects = rig.take(rig.box.stop(rig.instant));
    assert.deepEqual(effects[0], { type: "write", gate: 0, value: 0 });
    assert.equal(rig.events[0]?.pulseMs, 200);
    assert.equal(rig.statuses.at(-1)?.state, "offline");
    assert.equal(rig.box.connectionState, "connected");
    const from = rig.effects.length;
    rig.acknowledgeAll();
    const rest = rig.effects.slice(from);
    assert.equal(rig.received.at(-1)?.cmd, "disconnect");
    assert.deepEqual(types(rest).slice(-2), ["close-socket", "state"]);
    assert.equal(rig.box.connectionState, "stopped");
    assert.equal(rig.box.deadline, undefined);
  });

  it("does not wait forever for a broker that does not answer at shutdown", () => {
    const rig = new Rig().connect();
    rig.take(rig.box.stop(rig.instant));
    rig.now += 2_000;
    rig.take(rig.box.handleTimeout(rig.instant));
    assert.equal(rig.box.connectionState, "stopped");
  });

  it("reports the real length of a pulse that the cap ended", () => {
    const rig = new Rig().connect();
    rig.command("open");
    rig.now += 1_500;
    rig.take(rig.box.capped(0, rig.instant));
    assert.equal(rig.events[0]?.outcome, "opened");
    assert.equal(rig.events[0]?.pulseMs, 1_500);
    rig.wait(3_000);
    assert.equal(rig.statuses.at(-1)?.capped, 1);
    assert.deepEqual(rig.writes, [1], "the cap wrote LOW itself");
  });

  it("requests an edge alone, before it reports it", () => {
    const rig = new Rig().connect();
    const message = publishOf('{"action":"open","id":"a-1"}');
    assert.deepEqual(types(rig.box.handleBytes(message, rig.instant)), ["write", "acknowledge"]);
    assert.deepEqual(types(rig.box.rose(0, rig.instant)), ["store", "store"]);
    rig.now += 500;
    assert.deepEqual(rig.box.handleTimeout(rig.instant), [{ type: "write", gate: 0, value: 0 }]);
    rig.now += 3;
    const told = rig.box.fell(0, rig.instant);
    assert.deepEqual(types(told), ["event", "store", "send"]);
    assert.ok(told[0]?.type === "event" && told[0].report.pulseMs === 503, "until its edge");
  });

  it("reports the length of a pulse that hardware ended, even if its own timer is late", () => {
    const rig = new Rig({}, {}, true).connect();
    rig.command("open");
    rig.now += 2_000;
    rig.take(rig.box.handleTimeout(rig.instant));
    assert.equal(rig.events[0]?.pulseMs, 500);
  });

  it("ends a pulse in the middle of a hundred commands that arrive at once", () => {
    const rig = new Rig().connect();
    const commands = Array.from({ length: 100 }, (_, i) =>
      publishOf(JSON.stringify({ action: "open", id: `a-${i}` })),
    );
    // Each takes 20 ms, as it may on a board.
    const { box } = rig;
    rig.take(box.handleBytes(new Uint8Array(Buffer.concat(commands)), rig.instant));
    while (box.hasMore) {
      rig.now += 20;
      rig.take(box.handleMore(rig.instant));
    }
    const [rise, fall] = rig.edges;
    assert.ok(rise !== undefined && fall !== undefined);
    const highMs = fall.at - rise.at;
    assert.ok(highMs >= 500 && highMs <= 520, `HIGH for ${highMs} ms`);
    const opened = rig.events.find(({ outcome }) => outcome === "opened");
    assert.equal(opened?.pulseMs, highMs);
    assert.equal(rig.events.length, 100);
  });

  it("counts a peer that breaks the protocol, reconnects, and subscribes before it reports online", () => {
    const rig = new Rig().connect();
    rig.deliver(Uint8Array.of(0xc0, 0));
    assert.equal(rig.box.connectionState, "backoff");
    rig.now = Number(rig.box.deadline);
    rig.take(rig.box.handleTimeout(rig.instant));
    assert.equal(rig.statuses.length, 1);
    rig.open();
    assert.equal(rig.statuses.length, 2);
    assert.equal(rig.statuses[1]?.protocolErrors, 1);
    assert.equal(rig.statuses[1]?.connections, 2);
  });

  it("waits at least a second before a retry, and at most the maximum of the settings", () => {
    const pauseOf = (chance: number, losses: number) => {
      const rig = new Rig({ backoffMaximumMs: 5_000 }).connect();
      rig.chance = chance;
      for (let i = 1; i < losses; i++) {
        rig.take(rig.box.socketLost(rig.instant, "closed"));
        rig.wait(Number(rig.box.deadline) - rig.now);
      }
      rig.take(rig.box.socketLost(rig.instant, "closed"));
      return Number(rig.box.deadline) - rig.now;
    };
    assert.equal(pauseOf(0, 1), 1_000);
    assert.equal(pauseOf(0, 10), 1_000);
    assert.equal(pauseOf(1 - Number.EPSILON, 10), 5_000);
  });

  it("ends a pulse on time even if the connection is lost meanwhile, and reports it later", () => {
    const rig = new Rig().connect();
    rig.command({ action: "open", id: "a" });
    rig.now += 100;
    rig.take(rig.box.networkDown(rig.instant));
    rig.wait(400);
    assert.deepEqual(rig.writes, [1, 0]);
    rig.take(rig.box.networkUp(rig.instant));
    rig.wait(1_000);
    rig.received.splice(0);
    rig.take(rig.box.socketOpen(rig.instant));
    rig.send({ cmd: "connack", returnCode: 0, sessionPresent: false });
    const subscribe = rig.received.find(({ cmd }) => cmd === "subscribe");
    rig.send({ cmd: "suback", messageId: Number(subscribe?.messageId), granted: [1] });
    const topics = rig.received.flatMap((packet) =>
      packet.cmd === "publish" ? [packet.topic] : [],
    );
    assert.deepEqual(topics, ["gate/lot-1/event", "gate/lot-1/status"]);
  });

  describe("keeps undelivered outcomes:", () => {
    const storedEvents = (rig: Rig) =>
      rig.effects.flatMap((effect) =>
        effect.type === "store" && effect.key === "events" ? [effect.value] : [],
      );
    /** Events in the order in which the broker receives them after a connect. */
    const toldOnReturn = (events: string | undefined) => {
      const rig = new Rig({}, { events });
      rig.take(rig.box.start(rig.instant));
      rig.take(rig.box.networkUp(rig.instant));
      rig.take(rig.box.timeSet(rig.instant));
      rig.take(rig.box.socketOpen(rig.instant));
      rig.send({ cmd: "connack", returnCode: 0, sessionPresent: false });
      const subscribe = rig.received.find(({ cmd }) => cmd === "subscribe");
      rig.send({ cmd: "suback", messageId: Number(subscribe?.messageId), granted: [1] });
      const payloads = rig.received.flatMap((packet) =>
        packet.cmd === "publish" ? [JSON.parse(String(packet.payload))] : [],
      );
      rig.acknowledgeAll();
      return { rig, payloads };
    };

    it("an opening, from its rising edge: stored before it is sent, removed once acknowledged", () => {
      const rig = new Rig().connect();
      rig.command({ action: "open", id: "a", by: "Ann" });
      const [begun] = storedEvents(rig);
      assert.deepEqual(JSON.parse(begun ?? ""), [
        {
          id: "a",
          action: "open",
          outcome: "opened",
          reason: null,
          by: "Ann",
          at: epoch,
          pulseMs: null,
        },
      ]);
      rig.wait(500);
      assert.equal(JSON.parse(storedEvents(rig)[1] ?? "")[0].pulseMs, 500);
      assert.equal(storedEvents(rig)[2], "[]");
    });

    it("a pulse cut off by a restart is reported without its length, before the status", () => {
      const rig = new Rig().connect();
      rig.command({ action: "open", id: "a" });
      const { rig: next, payloads } = toldOnReturn(storedEvents(rig).at(-1));
      assert.deepEqual(
        payloads.map(({ id, outcome, pulseMs, state }) => [id ?? state, outcome, pulseMs]),
        [
          ["a", "opened", null],
          ["online", undefined, undefined],
        ],
      );
      assert.equal(storedEvents(next).at(-1), "[]");
      assert.deepEqual(next.writes, []);
    });

    it("a refusal after a second, not at once, because flash wears out", () => {
      const rig = new Rig().connect();
      rig.deliver(publishOf("close"));
      rig.now += 999;
      rig.take(rig.box.handleTimeout(rig.instant));
      assert.deepEqual(storedEvents(rig), []);
      rig.now += 1;
      rig.take(rig.box.handleTimeout(rig.instant));
      const { payloads } = toldOnReturn(storedEvents(rig)[0]);
      assert.equal(payloads[0].reason, "unknown-action");
    });

    it("a refusal that is delivered within that second is not written", () => {
      const rig = new Rig().connect();
      rig.command("close");
      rig.acknowledgeAll();
      rig.wait(10_000);
      assert.deepEqual(storedEvents(rig), []);
    });

    it("also if it is stopped before the broker answers", () => {
      const rig = new Rig().connect();
      rig.deliver(publishOf("close"));
      rig.take(rig.box.stop(rig.instant));
      rig.now += 2_000;
      rig.take(rig.box.handleTimeout(rig.instant));
      assert.equal(JSON.parse(storedEvents(rig).at(-1) ?? "")[0].reason, "unknown-action");
    });

    it("nothing is reported if storage holds something else", () => {
      const [{ state }] = toldOnReturn('[{"outcome":"opened"}, 7').payloads;
      assert.equal(state, "online");
    });
  });

  const gatesOfTest = ["in", "out", "bikes", "bin-store"].map((name, index) => ({
    name,
    pin: 18 + index,
    pulseMs: [500, 300, 700, 500][index],
    cooldownMs: [3_000, 0, 1_000, 500][index],
  }));

  it("subscribes to the commands of its gates with one filter more, if they have names", () => {
    const filtersOf = (settings: Record<string, unknown>) => {
      const rig = new Rig(settings);
      rig.take(rig.box.start(rig.instant));
      rig.take(rig.box.networkUp(rig.instant));
      rig.take(rig.box.timeSet(rig.instant));
      rig.take(rig.box.socketOpen(rig.instant));
      rig.send({ cmd: "connack", returnCode: 0, sessionPresent: false });
      const subscribe = rig.received.find((packet) => packet.cmd === "subscribe");
      return subscribe?.cmd === "subscribe" && subscribe.subscriptions.map(({ topic }) => topic);
    };
    assert.deepEqual(filtersOf({}), ["gate/lot-1/command"]);
    assert.deepEqual(filtersOf({ gates: gatesOfTest }), [
      "gate/lot-1/command",
      "gate/lot-1/+/command",
    ]);
  });

  it("writes LOW to every pin at once when it stops, and then says goodbye once", () => {
    const rig = new Rig({ gates: gatesOfTest }).connect();
    for (const { name } of gatesOfTest)
      rig.command("open", { topic: `gate/lot-1/${name}/command` });
    rig.now += 100;
    const stopped = rig.take(rig.box.stop(rig.instant));
    const writes = stopped.filter(({ type }) => type === "write");
    assert.deepEqual(
      writes,
      [0, 1, 2, 3].map((gate) => ({ type: "write", gate, value: 0 })),
    );
    assert.equal(rig.events.length, 4);
    assert.deepEqual(
      rig.statuses.filter(({ state }) => state === "offline").map(({ opened }) => opened),
      [4],
    );
  });

  it("has alternating edges on each pin, each pulse as long as its setting, whatever happens", () => {
    const command = fc.record({
      do: fc.constant("command" as const),
      gate: fc.oneof(
        { weight: 4, arbitrary: fc.nat(3) },
        { weight: 1, arbitrary: fc.constantFrom("plain" as const, "unknown" as const) },
      ),
      payload: fc.constantFrom("open", "open", "close", '{"action":"open","id":"a"}'),
    });
    const step = fc.oneof(
      { weight: 6, arbitrary: command },
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(1_500) }),
      },
      { weight: 1, arbitrary: fc.constant({ do: "lose" as const }) },
    );
    const topicOf = (gate: number | "plain" | "unknown") => {
      if (gate === "plain") return "gate/lot-1/command";
      return `gate/lot-1/${gate === "unknown" ? "unknown" : gatesOfTest[gate]?.name}/command`;
    };
    let seen = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 40 }), (steps) => {
        const rig = new Rig({ gates: gatesOfTest }).connect();
        let commands = 0;
        for (const action of steps) {
          if (rig.box.connectionState === "tls") rig.open();
          if (action.do === "wait") rig.wait(action.ms);
          if (action.do === "lose") rig.take(rig.box.socketLost(rig.instant, "closed"));
          if (action.do === "command" && rig.box.connectionState === "connected") {
            commands += 1;
            rig.command(action.payload, { topic: topicOf(action.gate) });
          }
        }
        rig.wait(700);
        assert.equal(rig.events.length, commands, "one event per command");
        let pulses = 0;
        for (const [gate, { pulseMs, cooldownMs = 0 }] of gatesOfTest.entries()) {
          const edges = rig.edges.filter((edge) => edge.gate === gate);
          assert.equal(edges.length % 2, 0);
          pulses += edges.length / 2;
          let fellAt = Number.NEGATIVE_INFINITY;
          for (let index = 0; index < edges.length; index += 2) {
            const [rise, fall] = edges.slice(index, index + 2);
            assert.deepEqual([rise?.value, fall?.value], [1, 0]);
            assert.equal((fall?.at ?? 0) - (rise?.at ?? 0), pulseMs);
            assert.ok((rise?.at ?? 0) - fellAt >= cooldownMs, "its pause");
            fellAt = fall?.at ?? 0;
          }
        }
        assert.equal(pulses, rig.events.filter(({ outcome }) => outcome === "opened").length);
        seen += pulses;
      }),
      { numRuns: 300 },
    );
    assert.ok(seen > 20, `${seen} pulses in all`);
  });

  it("has one event per command, and alternating edges, whatever happens", () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("wait" as const), ms: fc.nat(4_000) }),
      fc.record({
        do: fc.constant("command" as const),
        payload: fc.constantFrom("open", "close", "{", '{"action":"open","id":"a"}'),
        retain: fc.boolean(),
      }),
      fc.constant({ do: "lose" as const }),
      fc.record({ do: fc.constant("noise" as const), bytes: fc.uint8Array({ maxLength: 6 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const rig = new Rig({ cooldownMs: 500 }).connect();
        let commands = 0;
        for (const action of steps) {
          if (rig.box.connectionState === "tls") rig.open();
          const isConnected = rig.box.connectionState === "connected";
          if (action.do === "wait") rig.wait(action.ms);
          if (action.do === "lose") rig.take(rig.box.socketLost(rig.instant, "closed"));
          if (action.do === "noise") {
            rig.deliver(action.bytes);
            // After half a packet, the rest of the stream is meaningless.
            rig.take(rig.box.socketLost(rig.instant, "closed"));
          }
          if (action.do === "command" && isConnected) {
            commands += 1;
            rig.command(action.payload, { retain: action.retain });
          }
        }
        rig.wait(500);
        assert.equal(rig.events.length, commands);
        const { writes } = rig;
        assert.deepEqual(
          writes,
          writes.map((_, i) => (i % 2 === 0 ? 1 : 0)),
        );
        assert.equal(writes.length % 2, 0);
      }),
      { numRuns: 500 },
    );
  });
});
