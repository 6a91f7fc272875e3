import assert from "node:assert/strict";
import { createSecureContext } from "node:tls";
import sinon from "sinon";
import type { AgentOptions } from "../device/agent.ts";
import { parseSettings } from "../device/config.ts";
import { gatesOfDevice } from "../device/hal.ts";
import { FaultInjector } from "./faults/injector.ts";
import { type Firmware, SimulatedBox, type SimulatedBoxRecord } from "./simulated-box.ts";

/** Firmware that is controlled by a test, and records its calls. */
class FakeFirmware implements Firmware {
  readonly connectionState = "connected";
  readonly calls: string[] = [];
  readonly options: AgentOptions;

  constructor(options: AgentOptions) {
    this.options = options;
  }

  start(): void {
    this.calls.push("start");
  }

  stop(onStopped: () => void = () => {}): void {
    this.calls.push("stop");
    onStopped();
  }

  powerOff(): void {
    this.calls.push("powerOff");
  }
}

describe("SimulatedBox, its power and its faults", () => {
  let clock: sinon.SinonFakeTimers;
  let records: SimulatedBoxRecord[];
  let made: FakeFirmware[];
  let box: SimulatedBox;
  let faults: FaultInjector;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ now: 1_000 });
    records = [];
    made = [];
    const result = parseSettings({ thingName: "lot-1", endpoint: "localhost" });
    assert.ok(result.type === "settings");
    const onRecord = (record: SimulatedBoxRecord) => records.push(record);
    box = new SimulatedBox({
      settings: result.settings,
      identity: { secureContext: createSecureContext({}) },
      resetReason: "brownout",
      makeFirmware: (options) => {
        const firmware = new FakeFirmware(options);
        made.push(firmware);
        return firmware;
      },
      onRecord,
    });
    faults = new FaultInjector({ box, onRecord });
    box.start();
  });
  afterEach(() => {
    box.powerOff();
    clock.restore();
  });

  const deviceOf = (index: number) => made[index]?.options.device ?? assert.fail();
  const setClock = () =>
    box.device.clock.synchronize({ servers: [], onSynchronized: () => {}, onError: () => {} });

  it("wires each of several gates to its own pin, boom and contact", () => {
    const gates = [
      { name: "in", pin: 5 },
      { name: "out", pin: 18, gateInput: { pin: 4, shows: "closed" } },
    ];
    const result = parseSettings({ thingName: "lot-1", endpoint: "localhost", gates });
    assert.ok(result.type === "settings");
    const other = new SimulatedBox({
      settings: result.settings,
      identity: { secureContext: createSecureContext({}) },
      makeFirmware: (options) => new FakeFirmware(options),
      onRecord: (record) => records.push(record),
    });
    const pins = gatesOfDevice(other.device).map(({ pin }) => pin);
    assert.deepEqual(
      other.gates.map(({ name }) => name),
      ["in", "out"],
    );
    pins[1]?.write(1);
    clock.tick(500);
    pins[1]?.write(0);
    clock.tick(1_000);
    assert.deepEqual(
      other.gates.map(({ boom }) => boom.state),
      ["closed", "opening"],
    );
    const changes = records.flatMap((record) =>
      record.type === "pin" || record.type === "input"
        ? `${record.type} ${record.pin} ${record.value}`
        : [],
    );
    assert.deepEqual(changes, ["pin 18 1", "input 4 1", "pin 18 0"]);
    const injector = new FaultInjector({ box: other });
    injector.apply({ fault: "gate-held", gate: "out" });
    injector.apply({ fault: "gate-by-hand" });
    clock.tick(100);
    assert.deepEqual(
      other.gates.map(({ boom }) => boom.state),
      ["opening", "stopped"],
    );
    assert.throws(() => injector.apply({ fault: "gate-by-hand", gate: "bikes" }), /no gate bikes/);
    pins[0]?.write(1);
    pins[1]?.write(1);
    other.cutPower(100);
    assert.deepEqual(
      other.gates.map(({ hardware }) => hardware.pin.value),
      [0, 0],
    );
    clock.tick(100);
    assert.equal(gatesOfDevice(other.device)[1]?.pin, pins[1], "the same pin after a power cut");
    other.powerOff();
  });

  it("wires a contact at the gate to the box, also after a power cut", () => {
    const gateInput = { pin: 4, shows: "closed" };
    const result = parseSettings({ thingName: "lot-1", endpoint: "localhost", gateInput });
    assert.ok(result.type === "settings");
    const other = new SimulatedBox({
      settings: result.settings,
      identity: { secureContext: createSecureContext({}) },
      makeFirmware: (options) => new FakeFirmware(options),
      onRecord: (record) => records.push(record),
    });
    const levels = () => records.flatMap((record) => (record.type === "input" ? record.value : []));
    const injector = new FaultInjector({ box: other });
    assert.equal(other.device.gateInput?.read(), 0);
    injector.apply({ fault: "gate-by-hand" });
    clock.tick(1);
    assert.deepEqual(levels(), [1]);
    let calls = 0;
    other.device.gateInput.onReadable = () => calls++;
    other.cutPower(1_000);
    clock.tick(60_000);
    assert.deepEqual([levels(), calls], [[1, 0], 0], "the firmware without power hears nothing");
    assert.equal(other.device.gateInput?.read(), 0, "the wire is the same");
    injector.apply({ fault: "gate-held" });
    injector.apply({ fault: "gate-by-hand" });
    injector.apply({ fault: "contact-stuck", level: 1 });
    injector.apply({ fault: "contact-bounce", forMs: 10 });
    clock.tick(1_000);
    assert.deepEqual([other.device.gateInput?.read(), other.gate.state], [1, "closed"]);
    injector.apply({ fault: "contact-free" });
    injector.apply({ fault: "gate-released" });
    clock.tick(1);
    assert.equal(other.device.gateInput?.read(), 0);
    const { contact, isGateHeld } = injector.state;
    assert.deepEqual(
      [contact?.stuckAt, contact?.isBouncing, isGateHeld],
      [undefined, false, false],
    );
    other.powerOff();
    assert.equal(faults.state.contact, undefined, "a box without one has none");
    for (const fault of ["contact-free", "gate-by-hand"] as const) faults.apply({ fault });
  });

  it("writes LOW at once, discards the firmware without notice, and starts a new one", () => {
    deviceOf(0).gatePin.write(1);
    clock.tick(100);
    box.cutPower(1_000);
    assert.deepEqual(
      records.map((record) => [record.type, "value" in record ? record.value : undefined]),
      [
        ["pin", 1],
        ["pin", 0],
        ["power", undefined],
      ],
    );
    assert.deepEqual(made[0]?.calls, ["start", "powerOff"]);
    assert.deepEqual([box.isPowerOff, box.connectionState], [true, "stopped"]);
    clock.tick(999);
    assert.equal(made.length, 1);
    clock.tick(1);
    assert.deepEqual(made[1]?.calls, ["start"]);
    assert.deepEqual(records.at(-1), { type: "power", state: "on" });
    assert.deepEqual([box.isPowerOff, box.connectionState], [false, "connected"]);
  });

  it("restarts with reset reason power-on, an unset clock, ticks from 0, and its stored data", async () => {
    assert.equal(deviceOf(0).system.resetReason, "brownout");
    deviceOf(0).storage.write("events", "[1]");
    setClock();
    box.device.network.connect();
    await clock.tickAsync(5_000);
    assert.notEqual(deviceOf(0).clock.now().date, undefined);
    assert.equal(box.device.network.address, "127.0.0.1");
    box.cutPower(10);
    assert.equal(box.device.network.address, undefined);
    clock.tick(10);
    const device = deviceOf(1);
    assert.equal(device.system.resetReason, "power-on");
    assert.deepEqual(device.clock.now(), { ticks: 0, date: undefined });
    assert.equal(device.storage.read("events"), "[1]");
    assert.equal(device.gatePin, deviceOf(0).gatePin);
  });

  it("makes no callbacks to discarded firmware: no timer, no network, no time server", async () => {
    const called: string[] = [];
    const { timer, network, clock: deviceClock } = deviceOf(0);
    network.onChanged = () => called.push("network");
    network.connect();
    timer.set(() => called.push("timer"), 5);
    deviceClock.synchronize({
      servers: [],
      onSynchronized: () => called.push("time"),
      onError: () => called.push("time"),
    });
    // The timers are set at the end of the turn.
    await Promise.resolve();
    box.cutPower(50);
    await clock.tickAsync(60_000);
    assert.deepEqual(called, []);
    assert.ok(box.device.network.connection <= 200);
  });

  it("stays off for longer if it is cut again, and permanently if it is stopped", async () => {
    box.cutPower(100);
    clock.tick(90);
    box.cutPower(100);
    clock.tick(90);
    assert.equal(made.length, 1);
    assert.equal(records.filter(({ type }) => type === "power").length, 1);
    await box.stop();
    clock.tick(1_000);
    assert.equal(made.length, 1);
    assert.deepEqual(made[0]?.calls, ["start", "powerOff"]);
  });

  it("keeps its faults across a power cut", async () => {
    faults.apply({ fault: "ntp-blocked" });
    faults.apply({ fault: "wifi-off" });
    faults.apply({ fault: "power-cut", forMs: 10 });
    clock.tick(10);
    let failed = 0;
    box.device.clock.synchronize({
      servers: [],
      onSynchronized: () => assert.fail(),
      onError: () => {
        failed += 1;
      },
    });
    box.device.network.connect();
    await clock.tickAsync(2_000);
    assert.equal(failed, 1);
    assert.ok(box.device.network.connection <= 200);
    assert.ok(faults.state.isWifiOff && faults.state.isNtpBlocked);
  });

  it("joins the other access point, and leaves it when the WiFi goes off", async () => {
    const join = async () => {
      box.device.network.connect();
      await clock.tickAsync(10);
      return box.device.network.address;
    };
    assert.equal(await join(), "127.0.0.1");
    faults.apply({ fault: "access-point", address: "192.0.2.7", rssi: -80 });
    assert.equal(box.device.network.address, undefined);
    assert.equal(await join(), "192.0.2.7");
    assert.equal(box.device.network.RSSI, -80);
    faults.apply({ fault: "wifi-on" });
    assert.equal(box.device.network.address, "192.0.2.7", "it was on");
    faults.apply({ fault: "wifi-off" });
    assert.equal(box.device.network.address, undefined);
    faults.apply({ fault: "access-point", address: "127.0.0.1", rssi: -55 });
    assert.equal(await join(), undefined, "it is still off");
    assert.equal(faults.state.isElsewhere, false);
    faults.apply({ fault: "wifi-on" });
    assert.equal(await join(), "127.0.0.1");
  });

  it("sets the clock with the offset of the time servers, and jumps while the box runs", async () => {
    faults.apply({ fault: "clock-skew", ms: 60_000 });
    setClock();
    await clock.tickAsync(10);
    assert.equal(box.device.clock.now().date, Date.now() + 60_000);
    faults.apply({ fault: "clock-jump", ms: -90_000 });
    assert.equal(box.device.clock.now().date, Date.now() - 30_000);
  });

  it("applies latency, loss and a broker outage to its link, and records each", () => {
    faults.apply({ fault: "latency", ms: 200 });
    faults.apply({ fault: "loss", percent: 20 });
    faults.apply({ fault: "broker-down" });
    assert.deepEqual(
      [box.link.latencyMs, box.link.lossPercent, box.link.isRefused],
      [200, 20, true],
    );
    faults.apply({ fault: "broker-up" });
    assert.equal(box.link.isRefused, false);
    assert.deepEqual(records, [
      { type: "fault", fault: "latency", ms: 200 },
      { type: "fault", fault: "loss", percent: 20 },
      { type: "fault", fault: "broker-down" },
      { type: "fault", fault: "broker-up" },
    ]);
  });

  it("requests each broker change once from its owner", () => {
    const asked: string[] = [];
    const broker = { down: () => asked.push("down"), up: () => asked.push("up") };
    const ours = new FaultInjector({ box, broker });
    for (const fault of ["broker-up", "broker-down", "broker-down", "broker-up"] as const) {
      ours.apply({ fault });
    }
    assert.deepEqual(asked, ["down", "up"]);
    assert.equal(box.link.isRefused, false);
  });
});
