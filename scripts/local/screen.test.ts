import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { stripVTControlCharacters } from "node:util";
import sinon from "sinon";
import { readButton } from "../../device/button-settings.ts";
import { openedEvent } from "../../device/messages/event.ts";
import type { Fault } from "../../host-sim/faults/fault.ts";
import { type FaultState, noFaults } from "../../host-sim/faults/injector.ts";
import { faultKeys } from "../../host-sim/faults/keys.ts";
import type { Edge } from "../../host-sim/hardware/pin.ts";
import { FakeTerminal } from "../../host-sim/terminal/terminal.fake.ts";
import {
  type OpenGate,
  type Output,
  Watch,
  type WatchedBox,
  type WatchedFaults,
  type WatchedGate,
} from "./screen.ts";

class FakeKeyboard extends EventEmitter {
  isRaw = false;
  isPaused = false;
  readonly isTTY: boolean;

  constructor(isTTY = true) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
  }

  pause(): void {
    this.isPaused = true;
  }

  press(keys: string): void {
    this.emit("data", Buffer.from(keys));
  }
}

/** Output like `process.stdout` when it is a pipe. */
class FakePipe extends EventEmitter {
  readonly columns = 0;
  readonly rows = 0;
  text = "";

  write(text: string): void {
    this.text += text;
  }
}

class FakeProcess extends EventEmitter {
  readonly env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>> = { TERM: "xterm" }) {
    super();
    this.env = env;
  }
}

class FakeFaults implements WatchedFaults {
  state: FaultState = noFaults;
  readonly applied: Fault[] = [];

  apply(fault: Fault): void {
    this.applied.push(fault);
  }
}

const settings = {
  thingName: "lot-1",
  endpoint: "localhost",
  port: 8883,
  button: undefined,
};
interface GateParts {
  readonly name?: string;
  readonly pin?: number;
  readonly edges?: readonly Edge[];
  readonly boom?: WatchedGate["boom"];
  readonly input?: WatchedGate["hardware"]["input"];
}

function gateWith(parts: GateParts = {}): WatchedGate {
  const { name, pin = 5, edges = [], boom = { state: "closed", position: 0 }, input } = parts;
  const hardware = { pin: { number: pin, edges }, ...(input === undefined ? {} : { input }) };
  return { name, hardware, boom };
}

const report = openedEvent({ id: "1", action: "open", by: "Alice" }, 500, 1);

describe("Watch", () => {
  let clock: sinon.SinonFakeTimers;
  let terminal: FakeTerminal & { isTTY: boolean };
  let keyboard: FakeKeyboard;
  let signals: FakeProcess;
  let box: { -readonly [name in keyof WatchedBox]: WatchedBox[name] };
  let watch: Watch;
  let opened: number;
  let faults: FakeFaults;
  let openedGates: (string | undefined)[];
  let open: OpenGate;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
    terminal = Object.assign(new FakeTerminal(80, 24), { isTTY: true });
    keyboard = new FakeKeyboard();
    signals = new FakeProcess();
    box = {
      connectionState: "connected",
      device: {},
      gates: [gateWith()],
    };
    opened = 0;
    openedGates = [];
    faults = new FakeFaults();
    open = async (gate) => {
      opened += 1;
      openedGates.push(gate);
      return report;
    };
    watch = new Watch({ input: keyboard, output: terminal, signals });
  });
  afterEach(() => {
    watch.close();
    clock.restore();
  });

  const text = () => stripVTControlCharacters(terminal.lines.join("\n"));
  /** Lets every pending promise settle. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  async function hasEnded(): Promise<boolean> {
    await settle();
    const pending = Symbol();
    return (await Promise.race([watch.ended, Promise.resolve(pending)])) !== pending;
  }

  it("shows the box below its log, and updates it", () => {
    clock.tick(160);
    watch.onRecord({ type: "connection", state: "connected", reason: null });
    watch.attach(box, settings, open, faults);
    assert.match(text(), /^ {4}0\.16 {2}connection {2}connected\n─+\nlot-1 +at localhost:8883/);
    assert.match(text(), /▁ LOW/);
    box.gates = [
      gateWith({
        edges: [{ value: 1, at: performance.now() }],
        boom: { state: "opening", position: 0.5 },
      }),
    ];
    clock.tick(100);
    assert.match(text(), /█ HIGH/);
    assert.match(text(), /opening/);
  });

  it("redraws at once when the terminal becomes narrower", () => {
    watch.attach(box, settings, open, faults);
    terminal.resize(30, 24);
    assert.equal(terminal.lines.filter((line) => line.startsWith("lot-1")).length, 1);
    assert.ok(terminal.lines.every((line) => line.length < 30));
  });

  it("removes control characters from text that came over the network", () => {
    watch.attach(box, settings, open, faults);
    watch.log("stand-in: \x1b[2J\x1b[Hme\r\n\u009b2J is not allowed iot:Publish");
    assert.match(text(), /^ {4}0\.00 {2}stand-in: {2}\[2J \[Hme 2J is not allowed iot:Publish\n─/);
  });

  for (const [name, key] of [
    ["o", "o"],
    ["space", " "],
    ["return", "\r"],
  ] as const) {
    it(`opens on ${name}`, () => {
      watch.attach(box, settings, open, faults);
      keyboard.press(key);
      assert.equal(opened, 1);
    });
  }

  it("does not open on a key sequence or pasted text that contains an o", async () => {
    watch.attach(box, settings, open, faults);
    for (const keys of ["\x1bo", "\x1bOP", "npx boom-box open", "quit", "O", "pp", "wifi"]) {
      keyboard.press(keys);
    }
    assert.equal(opened, 0);
    assert.deepEqual(faults.applied, []);
    assert.equal(await hasEnded(), false);
  });

  it("injects the fault of each fault key, and never opens", async () => {
    watch.attach(box, settings, open, faults);
    for (const { key } of faultKeys) keyboard.press(key);
    assert.deepEqual(
      faults.applied,
      faultKeys.map(({ next }) => next(noFaults)),
    );
    assert.equal(opened, 0);
    assert.equal(await hasEnded(), false);
  });

  it("shows what the contact at the gate proves, and has keys for it, if there is one", () => {
    const input = { number: 4, read: () => 0 as const };
    faults.state = { ...noFaults, contact: { stuckAt: undefined, isBouncing: false, level: 0 } };
    watch.attach({ ...box, gates: [gateWith({ input })] }, settings, open, faults);
    assert.match(text(), /^input 4 {5}LOW {2}unknown$/m);
    watch.onRecord({ type: "gate", state: "left-open", since: null });
    clock.tick(100);
    assert.match(text(), /^input 4 {5}LOW {2}left open$/m);
    assert.match(text(), /^g gate by hand {2}k keep gate/m);
    keyboard.press("g");
    assert.deepEqual(faults.applied, [{ fault: "gate-by-hand" }]);
    const before = text().length;
    for (let edge = 0; edge < 100; edge++) {
      watch.onRecord({ type: "input", pin: 4, value: edge % 2 === 0 ? 1 : 0, at: edge });
    }
    assert.equal(text().length, before, "a bouncing contact does not fill the log");
  });

  it("shows several gates, and opens one with its number", () => {
    const input = { number: 32, read: () => 1 as const };
    const gates = [gateWith({ name: "in" }), gateWith({ name: "out", pin: 18, input })];
    watch.attach({ ...box, gates }, settings, open, faults);
    watch.onRecord({ type: "gate", gateName: "out", state: "left-open", since: null });
    clock.tick(100);
    assert.match(text(), /^pin 18 .*\nout {9}closed {3}input 32 HIGH {2}left open$/m);
    assert.match(text(), /^1 open in {2}2 open out$/m);
    for (const key of ["2", "1", "o", "3", "0", "22"]) keyboard.press(key);
    assert.deepEqual(openedGates, ["out", "in", undefined]);
  });

  it("shows the light of the box, as it would shine", () => {
    watch.onRecord({ type: "connection", state: "connected", reason: null });
    watch.attach(box, settings, open, faults);
    assert.match(text(), /^light {7}●$/m);
    watch.onRecord({ type: "power", state: "off" });
    clock.tick(100);
    assert.match(text(), /^light {7}○$/m);
  });

  it("shows the button at the box, and has keys for it, if there is one", () => {
    const device = { ...box.device, button: { read: () => 0 as const } };
    faults.state = { ...noFaults, button: { isPressed: true, isBouncing: false } };
    watch.attach(
      { ...box, device },
      { ...settings, button: readButton({ pin: 25 }) },
      open,
      faults,
    );
    assert.match(text(), /^button 25 {3}LOW {2}pressed$/m);
    assert.match(text(), /^t button pressed {2}y button stuck/m);
    keyboard.press("t");
    assert.deepEqual(faults.applied, [{ fault: "button-press", forMs: 200 }]);
  });

  it("ignores keys after close", () => {
    watch.attach(box, settings, open, faults);
    watch.close();
    for (const key of ["w", "o"]) keyboard.press(key);
    assert.deepEqual([faults.applied, opened], [[], 0]);
  });

  it("shows the keys and the links again on h", () => {
    watch.logForHelp("staff app: http://localhost:8080");
    watch.attach(box, settings, open, faults);
    for (let i = 0; i < 99; i++) watch.log(`line ${i}`);
    const before = text().split("staff app: http://localhost:8080").length;
    keyboard.press("h");
    assert.equal(text().split("staff app: http://localhost:8080").length, before + 1);
    assert.match(text(), /keys: o open {2}w wifi /);
  });

  it("shows an active fault beside its key", () => {
    watch.attach(box, settings, open, faults);
    assert.match(text(), /^w wifi {2}a AP {2}b broker/m);
    faults.state = { ...noFaults, isWifiOff: true };
    clock.tick(100);
    assert.match(text(), /^w wifi off {2}a AP/m);
  });

  it("says in one line without a stack why an open was not sent", async () => {
    const fail = () => Promise.reject(new Error("no connection\nto localhost"));
    watch.attach(box, settings, fail, faults);
    keyboard.press("o");
    await settle();
    assert.match(text(), / {2}no connection to localhost\n─/);
  });

  it("reports a box that does not answer", async () => {
    watch.attach(box, settings, () => Promise.resolve(undefined), faults);
    keyboard.press("o");
    await settle();
    assert.match(text(), /no answer: is the box online\?/);
  });

  for (const [name, key] of [
    ["q", "q"],
    ["Ctrl-C", "\u0003"],
    ["Ctrl-C among others", "oo\u0003"],
    ["Ctrl-D", "\u0004"],
  ] as const) {
    it(`ends on ${name}`, async () => {
      watch.attach(box, settings, open, faults);
      assert.equal(await hasEnded(), false);
      keyboard.press(key);
      assert.equal(await hasEnded(), true);
    });
  }

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    it(`ends on ${signal}, and leaves a second one to Node`, async () => {
      signals.emit(signal);
      assert.equal(await hasEnded(), true);
      assert.equal(signals.listenerCount(signal), 0);
    });
  }

  it("ends when its output is closed", async () => {
    const pipe = new FakePipe();
    watch = new Watch({ input: keyboard, output: pipe, signals });
    pipe.emit("error", new Error("EPIPE"));
    assert.equal(await hasEnded(), true);
  });

  it("restores the terminal: keeps the log, removes the panel, shows the cursor, resets the keys", () => {
    watch.log("one");
    watch.attach(box, settings, open, faults);
    assert.equal(keyboard.isRaw, true);
    assert.equal(terminal.isCursorShown, false);
    watch.close();
    watch.log("two");
    assert.match(text(), /^ +0\.00 {2}one\n +0\.00 {2}two$/);
    assert.equal(terminal.isCursorShown, true);
    assert.deepEqual([keyboard.isRaw, keyboard.isPaused], [false, true]);
    assert.equal(keyboard.listenerCount("data"), 0);
    assert.equal(clock.countTimers(), 0);
    assert.equal(signals.listenerCount("exit"), 0);
  });

  it("shows the cursor again when the process exits for another reason", () => {
    watch.attach(box, settings, open, faults);
    signals.emit("exit");
    assert.equal(terminal.isCursorShown, true);
  });

  it("shows no keys when the input has no raw mode", () => {
    keyboard = new FakeKeyboard(false);
    watch = new Watch({ input: keyboard, output: terminal, signals });
    watch.attach(box, settings, open, faults);
    assert.match(text(), /Ctrl-C ends it/);
    assert.equal(keyboard.listenerCount("data"), 0);
    assert.equal(keyboard.isRaw, false);
  });

  const plain: readonly (readonly [string, () => [Output & { text: string }, FakeProcess]])[] = [
    ["is not a terminal", () => [new FakePipe(), new FakeProcess()]],
    [
      "cannot move its cursor",
      () => [Object.assign(new FakePipe(), { isTTY: true }), new FakeProcess({ TERM: "dumb" })],
    ],
  ];
  for (const [what, make] of plain) {
    it(`prints lines only when the output ${what}`, () => {
      const [output, environment] = make();
      watch = new Watch({ input: keyboard, output, signals: environment });
      clock.tick(1_234);
      watch.onRecord({ type: "pin", pin: 5, value: 1, at: 0 });
      watch.attach(box, settings, open, faults);
      clock.tick(1_000);
      assert.equal(
        output.text,
        "    1.23  pin 5       HIGH\n    1.23  listening at localhost:8883; Ctrl-C ends it\n",
      );
      assert.equal(keyboard.isRaw, false);
    });
  }
});
