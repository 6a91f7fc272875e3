import assert from "node:assert/strict";
import sinon from "sinon";
import { Agent, type AgentRecord } from "./agent.ts";
import { parseSettings } from "./config.ts";
import {
  clientPackets,
  connack,
  type Packet,
  puback,
  publish,
  suback,
} from "./core/mqtt/packets.rig.ts";
import { FakeDevice, FakeInput, type FakeSocket } from "./device.fake.ts";

const commandTopic = "gate/lot-1/command";
const open = publish({ topic: commandTopic, payload: '{"action":"open","id":"a-1"}' });

function settingsOf(changes: Record<string, unknown> = {}) {
  const result = parseSettings({ thingName: "lot-1", endpoint: "broker.test", ...changes });
  assert.ok(result.type === "settings");
  return result.settings;
}

describe("Agent", () => {
  let time: sinon.SinonFakeTimers;
  let device: FakeDevice;
  let records: AgentRecord[];
  let agent: Agent;

  beforeEach(() => {
    time = sinon.useFakeTimers();
    device = new FakeDevice();
    make();
  });

  afterEach(() => time.restore());

  function make(changes: Record<string, unknown> = {}, onRecord?: (record: AgentRecord) => void) {
    records = [];
    agent = new Agent({
      device,
      settings: settingsOf(changes),
      firmware: "test",
      onRecord: onRecord ?? ((record) => records.push(record)),
    });
  }

  const sent = (socket: FakeSocket = device.socket): Packet["cmd"][] =>
    clientPackets([socket.bytes]).map(({ cmd }) => cmd);

  /** Up to a socket that waits for its handshake. */
  function startSocket(): FakeSocket {
    agent.start();
    time.tick(10);
    assert.equal(agent.connectionState, "tls");
    return device.socket;
  }

  /** Up to a granted subscription and an acknowledged status. */
  function connect(): FakeSocket {
    const socket = startSocket();
    socket.accept(100_000);
    subscribe(socket);
    return socket;
  }

  function subscribe(socket: FakeSocket): void {
    socket.deliver(connack());
    acknowledge(socket, "subscribe");
    acknowledge(socket, "publish");
    assert.equal(agent.connectionState, "connected");
  }

  /** Answers the last packet of this type. */
  function acknowledge(socket: FakeSocket, cmd: "subscribe" | "publish"): void {
    const packet = clientPackets([socket.bytes]).findLast((other) => other.cmd === cmd);
    const messageId = packet?.messageId;
    assert.ok(messageId !== undefined);
    socket.deliver(cmd === "subscribe" ? suback(messageId) : puback(messageId));
  }

  const events = () => records.filter(({ type }) => type === "event");

  describe("start", () => {
    it("does not touch the pin or the network before start", () => {
      time.tick(60_000);
      assert.deepEqual(device.gatePin.writes, []);
      assert.deepEqual(device.network.joined, []);
      assert.equal(device.timer.armed, 0);
    });

    it("joins the network, sets the clock and opens a socket to the endpoint", () => {
      const { options } = startSocket();
      assert.equal(options.host, "broker.test");
      assert.equal(options.port, 8883);
      assert.equal(options.applicationLayerProtocol, undefined);
      assert.deepEqual(
        records.map((record) => record.type === "connection" && record.state),
        ["network", "time", "tls"],
      );
    });

    it("requests AWS's ALPN protocol if the settings say so", () => {
      make({ alpn: true, port: 443 });
      assert.equal(startSocket().options.applicationLayerProtocol, "x-amzn-mqtt-ca");
    });

    it("reports in its status when its certificate expires, if it can be read", () => {
      const endsAt = () =>
        records.findLast((record) => record.type === "status")?.certificateEndsAt;
      connect();
      assert.equal(endsAt(), Date.UTC(2036, 10, 24));
      device = new FakeDevice();
      sinon.stub(device, "certificateEndsAt").returns(undefined);
      make();
      connect();
      assert.equal(endsAt(), null);
    });

    it("queries the time servers of the settings", () => {
      make({ timeServers: ["a.test", "b.test"] });
      startSocket();
      assert.deepEqual(device.clock.asked[0]?.servers, ["a.test", "b.test"]);
    });

    it("queries another time server first after TLS has refused a certificate", () => {
      make({ timeServers: ["a.test", "b.test", "c.test"] });
      startSocket();
      for (let i = 0; i < 3; i++) {
        device.socket.options.onError("certificate", "certificate 0: expired");
        time.tick(8_000);
      }
      assert.deepEqual(
        device.clock.asked.slice(1, 4).map(({ servers }) => servers.join()),
        ["b.test,c.test,a.test", "c.test,a.test,b.test", "a.test,b.test,c.test"],
      );
    });

    it("tolerates unreadable storage", () => {
      for (const text of ["", "{", "5", '"a"', "null", '[1,null,"a-1"]']) {
        device.storage.values.set("seen-ids", text);
        make();
      }
      connect().deliver(open);
      assert.deepEqual(device.gatePin.writes, [], "a-1 is a duplicate of the last one");
    });
  });

  describe("sending", () => {
    it("sends CONNECT when the handshake is done, once", () => {
      const socket = startSocket();
      assert.deepEqual(socket.written, []);
      socket.accept(1_000);
      socket.accept(1_000);
      assert.deepEqual(sent(socket), ["connect"]);
    });

    it("writes as much as there is room for, and the rest later", () => {
      const socket = startSocket();
      socket.accept(5);
      assert.equal(socket.bytes.length, 5);
      time.tick(100);
      assert.equal(socket.bytes.length, 5);
      socket.accept(7);
      assert.equal(socket.bytes.length, 12);
      socket.accept(0);
      assert.equal(socket.bytes.length, 12);
      socket.accept(1_000);
      assert.deepEqual(sent(socket), ["connect"]);
    });

    it("keeps packets whole and in order with the slowest peer", () => {
      const socket = startSocket();
      socket.accept(1_000);
      socket.deliver(connack());
      acknowledge(socket, "subscribe");
      acknowledge(socket, "publish");
      socket.accept(1);
      socket.deliver(open);
      time.tick(500);
      for (let i = 0; i < 1_000; i++) socket.accept(1);
      assert.deepEqual(sent(socket), ["connect", "subscribe", "publish", "puback", "publish"]);
      assert.ok(socket.written.slice(3).every((chunk) => chunk.length <= 1));
    });

    it("disconnects a peer that does not read, and starts the next connection cleanly", () => {
      const socket = connect();
      socket.accept(3);
      for (let i = 0; i < 5_000 && socket.closed === 0; i++) {
        socket.deliver(publish({ topic: "foreign", payload: "", qos: 1 }));
        time.tick(1);
      }
      assert.equal(socket.closed, 1);
      assert.equal(agent.connectionState, "backoff");
      const reason = records.findLast(({ type }) => type === "connection");
      assert.ok(reason?.type === "connection" && /does not read/.test(reason.reason ?? ""));
      const written = socket.bytes.length;
      time.tick(10_000);
      const next = device.socket;
      assert.notEqual(next, socket);
      next.accept(100_000);
      assert.deepEqual(sent(next), ["connect"], "nothing left from the previous connection");
      assert.equal(socket.bytes.length, written);
    });
  });

  describe("a command", () => {
    it("holds the pin for the pulse and reports afterwards", () => {
      const socket = connect();
      socket.deliver(open);
      assert.deepEqual(device.gatePin.writes, [1]);
      time.tick(499);
      assert.deepEqual(device.gatePin.writes, [1]);
      assert.deepEqual(events(), []);
      time.tick(1);
      assert.deepEqual(device.gatePin.writes, [1, 0]);
      assert.deepEqual(
        events().map((event) => event.type === "event" && [event.id, event.outcome, event.pulseMs]),
        [["a-1", "opened", 500]],
      );
    });

    it("holds the pin for the whole pulse even if the write was slow", () => {
      const socket = connect();
      const { gatePin } = device;
      const write = gatePin.write.bind(gatePin);
      gatePin.write = (value) => {
        if (value === 1) time.tick(40);
        write(value);
      };
      socket.deliver(open);
      time.tick(499);
      assert.deepEqual(gatePin.writes, [1]);
      time.tick(1);
      assert.deepEqual(gatePin.writes, [1, 0]);
    });

    it("stores its id during the pulse, so that a restart does not repeat it", () => {
      connect().deliver(open);
      assert.equal(device.storage.values.get("seen-ids"), '["a-1"]');
      make();
      connect().deliver(open);
      assert.deepEqual(device.gatePin.writes, [1]);
      assert.ok(events().some((event) => event.type === "event" && event.reason === "duplicate"));
    });

    it("ends at the cap when the pulse's own timer is lost, and reports it", () => {
      make({ pulseMs: 500, pulseCapMs: 1_500 });
      const socket = connect();
      const { timer } = device;
      const set = sinon.stub(timer, "set").callsFake((callback, delayMs) => {
        return delayMs > 500 ? set.wrappedMethod.call(timer, callback, delayMs) : {};
      });
      socket.deliver(open);
      time.tick(1_499);
      assert.equal(device.gatePin.value, 1);
      time.tick(1);
      assert.equal(device.gatePin.value, 0);
      assert.deepEqual(
        events().map((event) => event.type === "event" && event.pulseMs),
        [1_500],
      );
    });

    it("goes LOW on time even if the network is lost meanwhile", () => {
      connect().deliver(open);
      device.network.become(200);
      time.tick(500);
      assert.deepEqual(device.gatePin.writes, [1, 0]);
    });
  });

  describe("an error in the middle", () => {
    for (const [name, break_] of [
      [
        "of storage",
        () => {
          device.storage.write = () => {
            throw new Error("broken");
          };
        },
      ],
      [
        "of the socket's write",
        () => {
          device.socket.write = () => {
            throw new Error("broken");
          };
        },
      ],
      [
        "of the clock",
        () => {
          device.clock.now = () => {
            throw new Error("broken");
          };
        },
      ],
    ] as const) {
      it(`${name} leaves the pin LOW, and propagates`, () => {
        const socket = connect();
        break_();
        assert.throws(() => socket.deliver(open), /broken/);
        assert.equal(device.gatePin.value, 0);
      });
    }

    it("of a read during a pulse ends the pulse", () => {
      const socket = connect();
      socket.deliver(open);
      socket.read = () => {
        throw new Error("broken");
      };
      assert.throws(() => socket.options.onReadable(1), /broken/);
      assert.equal(device.gatePin.value, 0);
    });

    it("of a late write during a pulse ends the pulse", () => {
      const socket = connect();
      socket.accept(0);
      socket.deliver(open);
      assert.equal(device.gatePin.value, 1);
      socket.write = () => {
        throw new Error("broken");
      };
      assert.throws(() => socket.options.onWritable(100), /broken/);
      assert.equal(device.gatePin.value, 0);
    });

    it("of an observer ends the pulse", () => {
      make({}, (record) => {
        if (record.type === "event") throw new Error("broken");
      });
      const socket = connect();
      socket.deliver(open);
      assert.throws(
        () => socket.deliver(publish({ topic: commandTopic, payload: "close" })),
        /broken/,
      );
      assert.equal(device.gatePin.value, 0);
    });
  });

  describe("timers", () => {
    it("are one, plus one for the cap during a pulse", () => {
      agent.start();
      for (let i = 0; i < 20; i++) {
        assert.ok(device.timer.armed <= 1);
        time.tick(1);
      }
      const socket = device.socket;
      socket.accept(100_000);
      subscribe(socket);
      assert.equal(device.timer.armed, 1);
      socket.deliver(open);
      assert.equal(device.timer.armed, 2);
      time.tick(500);
      assert.equal(device.timer.armed, 1);
    });

    it("do not accumulate over a thousand connections", () => {
      agent.start();
      time.tick(10);
      for (let i = 0; i < 1_000; i++) {
        const socket = device.socket;
        socket.accept(100_000);
        socket.deliver(connack());
        acknowledge(socket, "subscribe");
        socket.fail("closed");
        assert.equal(socket.closed, 1);
        assert.equal(device.timer.armed, 1);
        while (device.socket === socket) time.tick(1_000);
      }
      assert.equal(device.sockets.length, 1_001);
    });

    it("are replaced at the next input if one was lost", () => {
      const set = sinon.stub(device.timer, "set").returns({});
      const socket = connect();
      set.restore();
      time.tick(62_000);
      assert.ok(!sent(socket).includes("pingreq"), "the timer of the keep alive is lost");
      socket.deliver(publish({ topic: "foreign", payload: "", qos: 0 }));
      time.tick(1);
      assert.equal(sent(socket).at(-1), "pingreq");
    });

    it("are none after it has stopped", () => {
      const socket = connect();
      const onStopped = sinon.spy();
      agent.stop(onStopped);
      acknowledge(socket, "publish");
      assert.ok(onStopped.calledOnce);
      assert.equal(device.timer.armed, 0);
      time.tick(3_600_000);
      assert.equal(device.sockets.length, 1);
    });
  });

  describe("a late callback of a closed socket", () => {
    let stale: FakeSocket;
    let socket: FakeSocket;

    beforeEach(() => {
      stale = connect();
      stale.fail("closed");
      time.tick(5_000);
      socket = device.socket;
      assert.notEqual(socket, stale);
      assert.equal(agent.connectionState, "tls");
    });

    it("that there is room does not send CONNECT into a handshake", () => {
      stale.accept(1_000);
      assert.equal(agent.connectionState, "tls");
      assert.deepEqual(socket.written, []);
    });

    it("that it failed does not end the next connection", () => {
      stale.fail("closed");
      assert.equal(agent.connectionState, "tls");
      assert.equal(socket.closed, 0);
    });

    it("that there are bytes does not open the gate", () => {
      socket.accept(100_000);
      subscribe(socket);
      stale.deliver(open);
      assert.deepEqual(device.gatePin.writes, []);
      assert.deepEqual(events(), []);
    });
  });

  describe("stop", () => {
    it("writes LOW, sends offline and DISCONNECT, closes, then calls back", () => {
      const socket = connect();
      socket.deliver(open);
      time.tick(100);
      const onStopped = sinon.spy();
      agent.stop(onStopped);
      assert.deepEqual(device.gatePin.writes, [1, 0]);
      assert.ok(onStopped.notCalled);
      const words = clientPackets([socket.bytes]).slice(-2);
      for (const { messageId } of words) socket.deliver(puback(Number(messageId)));
      assert.ok(onStopped.calledOnce);
      assert.equal(sent(socket).at(-1), "disconnect");
      assert.equal(socket.closed, 1);
      assert.equal(agent.connectionState, "stopped");
    });

    it("waits at most two seconds for a broker that does not answer", () => {
      const socket = connect();
      const onStopped = sinon.spy();
      agent.stop(onStopped);
      time.tick(1_999);
      assert.ok(onStopped.notCalled);
      time.tick(1);
      assert.ok(onStopped.calledOnce);
      assert.equal(sent(socket).at(-1), "disconnect");
    });

    it("is immediate before it is connected or started", () => {
      const onStopped = sinon.spy();
      agent.stop(onStopped);
      assert.ok(onStopped.calledOnce);
      const socket = startSocket();
      agent.stop(onStopped);
      assert.ok(onStopped.calledTwice);
      assert.equal(socket.closed, 1);
      assert.equal(device.timer.armed, 0);
    });
  });

  describe("a contact at the gate", () => {
    const gateInput = { pin: 4, shows: "closed", leftOpenMs: 60_000 };
    let input: FakeInput;

    beforeEach(() => {
      input = new FakeInput();
      device.gateInput = input;
      make({ gateInput });
    });

    const states = () =>
      records.flatMap((record) => (record.type === "gate" ? [record.state] : []));
    const gateEvents = () =>
      records.flatMap((record) => (record.type === "gate-event" ? [record.gate] : []));
    const lastStatus = () => records.findLast((record) => record.type === "status");

    it("is read at the start, and followed from then on", () => {
      const socket = connect();
      time.tick(40_000);
      assert.deepEqual(states(), ["closed"]);
      input.become(1);
      time.tick(3_000);
      assert.deepEqual(
        [states(), gateEvents()],
        [["closed", "opened-by-hand"], ["opened-by-hand"]],
      );
      assert.equal(lastStatus()?.gate?.state, "opened-by-hand");
      const payloads = clientPackets([socket.bytes]).flatMap((packet) =>
        packet.cmd === "publish" && packet.topic === "gate/lot-1/event" ? [packet.payload] : [],
      );
      // It is told when it has been stable for 50 ms, with the time of the edge.
      const at = (device.clock.date ?? 0) - 50;
      assert.deepEqual(payloads.map(String), [`{"gate":"opened-by-hand","at":${at}}`]);
    });

    it("is noticed late if the hardware loses an edge", () => {
      connect();
      time.tick(100_000);
      input.onReadable = undefined;
      input.become(1);
      time.tick(120_000);
      assert.deepEqual(gateEvents(), ["opened-by-hand", "left-open"]);
    });

    it("takes two timers, however much it bounces", () => {
      connect();
      time.tick(1_000);
      for (let edge = 0; edge < 1_000; edge++) {
        input.become(edge % 2 === 0 ? 1 : 0);
        time.tick(1);
        assert.ok(device.timer.armed <= 2, `${device.timer.armed} timers`);
      }
      assert.deepEqual(states(), ["closed"]);
    });

    it("costs little while it bounces, and is then read again", () => {
      connect();
      time.tick(40_000);
      let reads = 0;
      const read = input.read.bind(input);
      input.read = () => {
        reads += 1;
        return read();
      };
      for (let edge = 0; edge < 10_001; edge++) {
        input.become(edge % 2 === 0 ? 1 : 0);
        if (edge % 20 === 0) time.tick(1);
      }
      assert.ok(reads <= 110, `${reads} times in half a second`);
      time.tick(1_000);
      assert.deepEqual(states(), ["closed", "opened-by-hand"]);
    });

    it("is ignored once the box stops, and sets no timer then", () => {
      connect();
      time.tick(100_000);
      agent.stop();
      time.tick(10_000);
      assert.equal(agent.connectionState, "stopped");
      input.become(1);
      time.tick(300_000);
      assert.deepEqual([gateEvents(), device.timer.armed], [[], 0]);
    });

    for (const [name, settings, hasInput] of [
      ["without the setting", {}, true],
      ["without an input in the hardware", { gateInput }, false],
    ] as const) {
      it(`proves nothing ${name}`, () => {
        device = new FakeDevice();
        if (hasInput) device.gateInput = input;
        make(settings);
        connect();
        input.become(1);
        time.tick(300_000);
        assert.deepEqual([states(), gateEvents(), lastStatus()?.gate], [[], [], null]);
      });
    }
  });
});
