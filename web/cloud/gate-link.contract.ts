import assert from "node:assert/strict";
import type { Context } from "mocha";
import type { EventReport } from "../../device/messages/event.ts";
import type { GateEvent } from "../../device/messages/gate.ts";
import type { StatusReport } from "../../device/messages/status.ts";
import { healthyStatus } from "../../device/messages/status.vectors.ts";
import type { BoxGate, GateLink, GateLinkListener, OutgoingCommand } from "./gate-link.ts";

export interface ReceivedCommand {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** A broker, the boxes on it, and links to it. */
export interface CloudUnderTest {
  /** a new link that is not started */
  link(): GateLink;
  /** Publishes as a box. */
  publish(topic: string, payload: string, retain?: boolean): Promise<void>;
  /** what lot-1 received on its command topics */
  readonly received: readonly ReceivedCommand[];
  stop(): Promise<void>;
  /** at the same address; retained messages may be kept or lost */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}

/** Records what a link reports. */
export class Heard implements GateLinkListener {
  readonly events: (readonly [string, EventReport])[] = [];
  readonly gateEvents: (readonly [string, GateEvent])[] = [];
  /** of each of both, in the order of arrival */
  readonly outputs: (string | null)[] = [];
  readonly statuses: (readonly [string, Parameters<GateLinkListener["onStatus"]>[1]])[] = [];
  readonly listening: boolean[] = [];
  detail: string | null = null;
  #look: () => void = () => {};

  onEvent(thingName: string, report: EventReport, output: string | null): void {
    this.events.push([thingName, report]);
    this.outputs.push(output);
    this.#look();
  }

  onGateEvent(thingName: string, gateEvent: GateEvent, output: string | null): void {
    this.gateEvents.push([thingName, gateEvent]);
    this.outputs.push(output);
    this.#look();
  }

  onStatus(thingName: string, report: Parameters<GateLinkListener["onStatus"]>[1]): void {
    this.statuses.push([thingName, report]);
    this.#look();
  }

  onListening(isListening: boolean, detail: string | null): void {
    this.listening.push(isListening);
    this.detail = detail;
    this.#look();
  }

  /** Waits for `isThere`, which is checked after every call. Mocha's timeout ends it. */
  until(isThere: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (isThere()) resolve();
      };
      this.#look();
    });
  }
}

export const event: EventReport = {
  id: "c-1",
  action: "open",
  outcome: "opened",
  reason: null,
  by: "Ann",
  at: 1_790_000_000_000,
  pulseMs: 501,
};

export const status: StatusReport = {
  ...healthyStatus,
  certificateEndsAt: 2_111_000_000_000,
  opened: 3,
  refused: 1,
  lastOpenedAt: 1_790_000_000_000,
};

export const command: OutgoingCommand = {
  id: "2f9b4d62-7c1b-4a8e-9a59-5a1c6d1f0a11",
  thingName: "lot-1",
  by: "Ann",
  issuedAt: 1_790_000_000_000,
  expiresAt: 1_790_000_010_000,
};

/** One plain gate of each box. */
const gatesOf = (things: readonly string[]): BoxGate[] =>
  things.map((thingName) => ({ thingName, output: null }));
const inner: BoxGate = { thingName: "lot-1", output: "inner" };

/** The contract of every link to the boxes. */
export function describeGateLink(
  name: string,
  make: (context: Context) => Promise<CloudUnderTest>,
): void {
  describe(name, function () {
    this.timeout(30_000);
    let cloud: CloudUnderTest;
    let links: GateLink[] = [];

    before(async function () {
      cloud = await make(this);
    });
    afterEach(async () => {
      await Promise.all(links.map((link) => link.close()));
      links = [];
    });
    after(() => cloud?.dispose());

    function open(things: readonly string[] = []): { link: GateLink; heard: Heard } {
      const link = cloud.link();
      links.push(link);
      const heard = new Heard();
      link.watch(gatesOf(things));
      link.start(heard);
      return { link, heard };
    }

    it("reports the events of every box and ignores invalid payloads", async () => {
      const { heard } = open();
      await heard.until(() => heard.listening.includes(true));
      for (const payload of [
        "",
        "{",
        "null",
        '"opened"',
        '{"outcome":"opened"}',
        "x".repeat(9_000),
      ])
        await cloud.publish("gate/lot-1/event", payload);
      await cloud.publish("gate/lot-1/event", JSON.stringify(event));
      await heard.until(() => heard.events.length > 0);
      assert.deepEqual(heard.events, [["lot-1", event]]);
    });

    it("reports the events of a gate apart from the outcomes of commands", async () => {
      const { heard } = open();
      await heard.until(() => heard.listening.includes(true));
      const gateEvent = { gate: "left-open", at: 1 } as const;
      await cloud.publish("gate/lot-1/event", '{"gate":"shut","at":1}');
      await cloud.publish("gate/lot-1/event", JSON.stringify(gateEvent));
      await heard.until(() => heard.gateEvents.length > 0);
      assert.deepEqual([heard.gateEvents, heard.events], [[["lot-1", gateEvent]], []]);
    });

    it("reports the retained status of a watched box, from the start or when it is watched later", async () => {
      await cloud.publish("gate/lot-1/status", JSON.stringify(status), true);
      const { heard } = open(["lot-1"]);
      await heard.until(() => heard.statuses.length > 0);
      assert.deepEqual(heard.statuses[0], ["lot-1", status]);

      const later = open();
      await later.heard.until(() => later.heard.listening.includes(true));
      later.link.watch(gatesOf(["lot-1"]));
      await later.heard.until(() => later.heard.statuses.length > 0);
      assert.deepEqual(later.heard.statuses[0], ["lot-1", status]);
    });

    it("reports the status of a box that nobody watches yet", async () => {
      const { heard } = open(["another"]);
      await heard.until(() => heard.listening.includes(true));
      await cloud.publish("gate/lot-1/status", JSON.stringify(status), false);
      await heard.until(() => heard.statuses.length > 0);
      assert.deepEqual(heard.statuses[0], ["lot-1", status]);
    });

    it("reports the retained status of more boxes than there may be subscriptions", async () => {
      const names = Array.from({ length: 60 }, (_, number) => `many-${number}`);
      for (const name of names.slice(1)) {
        await cloud.publish(`gate/${name}/status`, JSON.stringify(status), true);
      }
      const { link, heard } = open(names);
      const known = () => new Set(heard.statuses.map(([name]) => name));
      await heard.until(() => known().size >= names.length - 1);
      // One more box, and what comes later.
      await cloud.publish("gate/lot-1/status", JSON.stringify(status), true);
      link.watch(gatesOf([...names, "lot-1"]));
      await heard.until(() => known().has("lot-1"));
      const before = heard.statuses.length;
      await cloud.publish("gate/lot-1/status", JSON.stringify(status), true);
      await heard.until(() => heard.statuses.length > before);
      assert.deepEqual(heard.listening, [true]);
    });

    it("reports a box as offline by its last will or by its own last status", async () => {
      const { heard } = open(["lot-1"]);
      await heard.until(() => heard.listening.includes(true));
      const count = () => heard.statuses.filter(([, { state }]) => state === "offline").length;
      const will = { state: "offline", firmware: "0.1.0" };
      await cloud.publish("gate/lot-1/status", JSON.stringify(will), true);
      await heard.until(() => count() === 1);
      await cloud.publish("gate/lot-1/status", JSON.stringify({ ...status, ...will }), true);
      await heard.until(() => count() === 2);
      assert.deepEqual(heard.statuses.at(-1), ["lot-1", will]);
    });

    it("delivers a command to the box once and not retained", async () => {
      const { link, heard } = open();
      await heard.until(() => heard.listening.includes(true));
      const before = cloud.received.length;
      assert.deepEqual(await link.send(command, 5_000), { type: "sent" });
      await cloud.publish("gate/lot-1/event", JSON.stringify(event));
      await heard.until(() => heard.events.length > 0);
      const { id, issuedAt, expiresAt, by } = command;
      assert.deepEqual(
        cloud.received.slice(before).map(({ payload, retain }) => [JSON.parse(payload), retain]),
        [[{ action: "open", id, issuedAt, expiresAt, by }, false]],
      );
      assert.equal(cloud.received.at(-1)?.topic, "gate/lot-1/command");
    });

    it("delivers a command to one of several gates of a box, and reports whose event it is", async () => {
      const { link, heard } = open();
      await heard.until(() => heard.listening.includes(true));
      link.watch([inner, { thingName: "lot-1", output: "outer" }]);
      const before = cloud.received.length;
      // The subscription takes a moment, and without it nobody would learn the outcome.
      while ((await link.send({ ...command, output: "inner" }, 5_000)).type === "not-sent") {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const gateEvent = { gate: "left-open", at: 1 } as const;
      await cloud.publish("gate/lot-1/inner/event", JSON.stringify(event));
      await cloud.publish("gate/lot-1/outer/event", JSON.stringify(gateEvent));
      await cloud.publish("gate/lot-1/event", JSON.stringify(event));
      await heard.until(() => heard.outputs.length === 3);
      assert.deepEqual(heard.outputs, ["inner", "outer", null]);
      assert.deepEqual(heard.events, [
        ["lot-1", event],
        ["lot-1", event],
      ]);
      assert.deepEqual(heard.gateEvents, [["lot-1", gateEvent]]);
      assert.deepEqual(
        cloud.received.slice(before).map(({ topic }) => topic),
        ["gate/lot-1/inner/command"],
      );
    });

    it("does not subscribe to gates with names while none is watched, nor any more", async () => {
      const { link, heard } = open(["lot-1"]);
      await heard.until(() => heard.listening.includes(true));
      const hears = async () => {
        const before = heard.outputs.length;
        await cloud.publish("gate/lot-1/inner/event", JSON.stringify(event));
        await cloud.publish("gate/lot-1/event", JSON.stringify(event));
        await heard.until(() => heard.outputs.slice(before).includes(null));
        return heard.outputs.slice(before).includes("inner");
      };
      assert.equal(await hears(), false);
      link.watch([inner]);
      while (!(await hears()));
      link.watch(gatesOf(["lot-1"]));
      while (await hears());
    });

    it("sends nothing before the start and after the end", async () => {
      const link = cloud.link();
      assert.equal((await link.send(command, 5_000)).type, "not-sent");
      const heard = new Heard();
      link.start(heard);
      await heard.until(() => heard.listening.includes(true));
      await link.close();
      assert.equal(link.isListening, false);
      assert.equal((await link.send(command, 5_000)).type, "not-sent");
      await cloud.publish("gate/lot-1/event", JSON.stringify(event));
      assert.deepEqual(heard.events, []);
    });

    it("closes even when it never connected", async () => {
      const link = cloud.link();
      link.start(new Heard());
      await link.close();
    });

    it("works while another link is connected", async () => {
      const [first, second] = [open(), open()];
      await first.heard.until(() => first.heard.listening.includes(true));
      await second.heard.until(() => second.heard.listening.includes(true));
      await cloud.publish("gate/lot-1/event", JSON.stringify(event));
      await first.heard.until(() => first.heard.events.length > 0);
      await second.heard.until(() => second.heard.events.length > 0);
      assert.deepEqual([first.heard.listening, second.heard.listening], [[true], [true]]);
    });

    it("reconnects after the broker was away, and sends nothing in the meantime", async () => {
      const { link, heard } = open(["lot-1"]);
      await heard.until(() => heard.listening.includes(true));
      await cloud.stop();
      await heard.until(() => heard.listening.at(-1) === false);
      assert.notEqual(heard.detail, null);
      assert.equal((await link.send(command, 5_000)).type, "not-sent");
      await cloud.restart();
      await heard.until(() => heard.listening.at(-1) === true);
      await cloud.publish("gate/lot-1/event", JSON.stringify(event));
      await heard.until(() => heard.events.length > 0);
      const before = heard.statuses.length;
      await cloud.publish("gate/lot-1/status", JSON.stringify(status), true);
      await heard.until(() => heard.statuses.length > before);
      assert.equal((await link.send(command, 5_000)).type, "sent");
    });
  });
}
