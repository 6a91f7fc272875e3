import assert from "node:assert/strict";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build, type Plugin } from "esbuild";
import { MemoryFlash } from "../host-sim/hardware/flash.ts";
import { projectRoot } from "../host-sim/project-root.ts";
import { MemoryRetained } from "../host-sim/retained-memory.ts";
import { clientPackets } from "../host-sim/xs/bundle/client-packets.ts";
import { mqttPacketShims, shimPlugin } from "../host-sim/xs/bundle/shims.ts";
import { ownFiles } from "./box-contents.ts";
import { BoxData, boxPartitionLength } from "./box-data.ts";
import { CrashMemory, crashMemoryBytes } from "./crash-memory.ts";
import { type RawSettings, writeSettings } from "./settings-text.ts";
import { firmwareVersion } from "./version.ts";
import { FakeTime, fakeKeyValue } from "./xs/moddable.fake.ts";

/** The Moddable modules of the program come from its context. */
const fromContext: Plugin = {
  name: "from-context",
  setup(builder) {
    builder.onResolve({ filter: /^[A-Za-z]/ }, ({ path, importer, kind }) =>
      kind === "entry-point" || importer.includes("node_modules") || path.startsWith("mqtt-packet")
        ? undefined
        : { path, namespace: "context" },
    );
    builder.onLoad({ filter: /./, namespace: "context" }, ({ path }) => {
      const name = JSON.stringify(path);
      const contents: Record<string, string> = {
        "boom-box/network": `export const { networkKind, openNetwork } = moddable[${name}];`,
        "boom-box/board": `export const { openBoard, timeServerPort } = moddable[${name}];`,
        crypt: "export class Digest {}",
      };
      return { contents: contents[path] ?? `export default moddable[${name}];` };
    });
  },
};

let program: Promise<string> | undefined;

/** `device/main.ts` and all its modules except Moddable's. */
function programText(): Promise<string> {
  program ??= build({
    entryPoints: [join(projectRoot, "device/main.ts")],
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    mainFields: ["main"],
    tsconfigRaw: {},
    logLevel: "silent",
    plugins: [fromContext, shimPlugin(mqttPacketShims), clientPackets],
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? "");
  return program;
}

/** Runs the program as on a board, and returns its hardware accesses in order. */
async function boot(
  flash: MemoryFlash | undefined,
  retained = new MemoryRetained(crashMemoryBytes),
  resetReason = "Power-On",
) {
  const done: string[] = [];
  const lines: Record<string, unknown>[] = [];
  class Digital {
    static readonly Output = 8;
    constructor({ pin, initialValue }: { pin: number; initialValue?: number }) {
      done.push(`pin ${pin} starts ${initialValue}`);
    }
    write(value: number): void {
      done.push(`pin ${value}`);
    }
  }
  const unused = class {
    constructor() {
      done.push("socket");
    }
  };
  const network = {
    connection: 200,
    address: undefined,
    RSSI: undefined,
    onChanged: undefined,
    connect: ({ SSID }: { SSID: string }) => done.push(`join ${SSID}`),
    disconnect: () => {},
  };
  const moddable = {
    "embedded:io/digital": Digital,
    "embedded:io/socket/tcp": unused,
    "embedded:io/socket/tcp/tls": unused,
    "embedded:io/socket/udp": unused,
    "embedded:storage/key-value": fakeKeyValue(),
    "boom-box/network": {
      networkKind: "wifi",
      openNetwork: () => {
        done.push("network");
        return network;
      },
    },
    "boom-box/board": {
      openBoard: () => ({
        chip: "ESP32",
        openFlash: () => {
          done.push("flash");
          if (flash === undefined) throw new Error("can't find partition");
          return flash;
        },
        openSlots: () => undefined,
        openInput: (_: typeof Digital, { pin, pull }: { pin: number; pull: string }) => {
          done.push(`input on ${pin}, pull ${pull}`);
          return { read: () => 1 };
        },
        openCrashMemory: () => new CrashMemory(retained),
        openSetup: (_: typeof Digital, ledPin: number | undefined) => {
          done.push(`setup, light on ${ledPin}`);
          return {};
        },
        withPulses: (gpio: Digital, pin: number) => {
          done.push(`pulses on ${pin}`);
          return gpio;
        },
        freeHeap: () => undefined,
        panic: () => done.push("restarted"),
        confirmFirmware: () => done.push("confirmed"),
      }),
      timeServerPort: 123,
    },
    resetReason: () => ({ reason: 0, string: resetReason }),
    rng: { init: () => {} },
    time: new FakeTime(),
    timer: { set: () => ({}), clear: () => {} },
  };
  const context = createContext({
    moddable,
    trace: (text: string) => lines.push(JSON.parse(text) as Record<string, unknown>),
    System: { resolve: () => {} },
  });
  let thrown: unknown;
  try {
    runInContext(await programText(), context);
  } catch (error) {
    thrown = error;
  }
  const { abort } = context as { abort?: (why: string, error: unknown) => unknown };
  return { done, lines, thrown, abort };
}

/** The flash of a box that is set up. */
function flashWith(settings: RawSettings): MemoryFlash {
  const flash = MemoryFlash.erased(boxPartitionLength);
  const files = ownFiles.map((name): [string, Uint8Array] => [name, Uint8Array.of(1)]);
  new BoxData(flash).write(new Map([["settings.json", writeSettings(settings)], ...files]));
  return flash;
}

const good = {
  thingName: "lot-1",
  endpoint: "broker.test",
  networks: [{ SSID: "car park", password: "let me in" }],
};

describe("the program on the board", () => {
  it("puts the pin of the settings LOW before it touches any hardware but the flash", async () => {
    const { done, lines, thrown } = await boot(flashWith({ ...good, pin: 21, led: { pin: 2 } }));
    assert.equal(thrown, undefined);
    assert.deepEqual(done.slice(0, 3), ["flash", "pin 21 starts 0", "pulses on 21"]);
    assert.ok(done.includes("setup, light on 2"));
    assert.ok(done.includes("join car park"));
    assert.ok(!done.includes("confirmed"), "nothing has been proven yet");
    assert.ok(!done.includes("pin 1"));
    assert.equal(lines[0]?.type, "connection");
    assert.doesNotMatch(JSON.stringify(lines), /let me in/);
  });

  it("puts the pin of every gate LOW first, then gives each its pulses and its contact", async () => {
    const contact = { pin: 33, shows: "closed" };
    const gates = [
      { name: "in", pin: 21 },
      { name: "out", pin: 22, gateInput: contact },
    ];
    const { done, thrown, abort } = await boot(flashWith({ ...good, gates, led: { pin: 2 } }));
    assert.equal(thrown, undefined);
    assert.deepEqual(done.slice(0, 5), [
      "flash",
      "pin 21 starts 0",
      "pin 22 starts 0",
      "pulses on 21",
      "pulses on 22",
    ]);
    assert.ok(done.includes("input on 33, pull up"));
    assert.ok(done.includes("join car park"));
    abort?.("memory full", undefined);
    assert.deepEqual(done.slice(-3), ["pin 0", "pin 0", "restarted"]);
  });

  it("puts every pin LOW that wrong settings may mean for a gate, and opens no input", async () => {
    const contact = { pin: 22, shows: "closed" };
    for (const [gates, pins] of [
      [
        [
          { name: "in", pin: 21 },
          { pin: 22, gateInput: { pin: 21, shows: "open" } },
        ],
        [21, 22],
      ],
      [
        [
          { name: "in", pin: 21, gateInput: contact },
          { name: "in", pin: 22 },
        ],
        [21, 22],
      ],
      [
        [
          { name: "in", pin: 21 },
          { name: "out", pin: 21 },
        ],
        [21],
      ],
      [[{ name: "in" }, null, { name: "out", pin: 22 }], [22]],
      [[], [5]],
      ["in", [5]],
    ] as const) {
      const { done, lines } = await boot(flashWith({ ...good, gates, led: { pin: pins[0] } }));
      const starts = pins.map((pin) => `pin ${pin} starts 0`);
      assert.deepEqual(done.slice(1, 1 + pins.length), starts, JSON.stringify(gates));
      assert.ok(!done.some((each) => each.startsWith("input") || each.startsWith("join")));
      assert.ok(done.includes("setup, light on undefined"));
      assert.equal(lines[0]?.state, "waiting");
    }
  });

  it("opens the gate's input after the pin is LOW, and only if it can be right", async () => {
    const input = async (gateInput: unknown, others: RawSettings = {}) => {
      const { done } = await boot(flashWith({ ...good, ...others, gateInput }));
      assert.equal(done[1]?.startsWith("pin "), true, "LOW comes first");
      return done.find((each) => each.startsWith("input"));
    };
    assert.equal(await input({ pin: 4, shows: "closed" }), "input on 4, pull up");
    assert.equal(await input({ pin: 34, shows: "open" }), "input on 34, pull none");
    assert.equal(await input(undefined), undefined);
    assert.equal(await input({ pin: 4 }), undefined);
    assert.equal(await input({ pin: 5, shows: "closed" }), undefined, "the gate's own pin");
    assert.equal(await input({ pin: 21, shows: "closed" }, { pin: 21 }), undefined);
  });

  it("opens the button with the chip's pull-up, and only if it can be right", async () => {
    const button = async (settings: RawSettings) => {
      const { done } = await boot(flashWith({ ...good, ...settings }));
      return done.filter((each) => each.startsWith("input"));
    };
    assert.deepEqual(await button({ button: { pin: 25 } }), ["input on 25, pull up"]);
    for (const wrong of [
      ...[{ button: { pin: 34 } }, { button: { pin: 5 } }, { button: { pin: 2 }, led: { pin: 2 } }],
      { button: { pin: 25, more: 1 } },
    ]) {
      assert.deepEqual(await button(wrong), [], JSON.stringify(wrong));
    }
  });

  it("puts pin 5 LOW if there are no settings, says that it waits, and does nothing else", async () => {
    const { done, lines } = await boot(MemoryFlash.erased(boxPartitionLength));
    assert.deepEqual(done.slice(0, 2), ["flash", "pin 5 starts 0"]);
    assert.deepEqual(
      lines.map(({ type, state }) => [type, state]),
      [["setup", "waiting"]],
    );
    assert.ok(!done.some((each) => each.startsWith("join") || each === "pin 1"));
  });

  for (const pin of [-1, 49, 5.5, "21", null]) {
    it(`puts pin 5 LOW if the settings say pin ${JSON.stringify(pin)}`, async () => {
      const { done } = await boot(flashWith({ ...good, pin, led: { pin: 5 } }));
      assert.deepEqual(done.slice(0, 2), ["flash", "pin 5 starts 0"]);
      assert.ok(done.includes("setup, light on undefined"), "a light never takes the gate's pin");
    });
  }

  it("puts pin 5 LOW if there is no partition for the box, and ends", async () => {
    const { done, thrown } = await boot(undefined);
    assert.deepEqual(done, ["flash", "pin 5 starts 0"]);
    assert.match(String(thrown), /can't find partition/);
  });

  it("writes LOW when XS aborts, says why, and restarts the chip", async () => {
    const { done, lines, abort } = await boot(flashWith(good));
    const answer = abort?.("unhandled exception", new Error("oops"));
    assert.deepEqual(done.slice(-2), ["pin 0", "restarted"]);
    assert.deepEqual(lines.at(-1), {
      type: "abort",
      why: "unhandled exception",
      error: "Error: oops",
    });
    assert.equal(answer, undefined, "false would let it continue");
    const before = lines.length;
    abort?.("memory full", undefined);
    assert.equal(done.at(-1), "pin 0", "the first time comes first");
    assert.equal(lines.length, before);
  });

  it("says at the next start why it ended, and what it had printed stays in memory", async () => {
    const retained = new MemoryRetained(crashMemoryBytes);
    const { abort } = await boot(flashWith({ ...good, log: true }), retained);
    abort?.("memory full", undefined);
    const flash = flashWith({ ...good, log: true });
    const { lines, thrown } = await boot(flash, retained, "Software");
    assert.equal(thrown, undefined);
    const [crash] = lines;
    assert.deepEqual(
      [crash?.type, crash?.resetReason, Object(crash?.abort).why],
      ["crash", "software", "memory full"],
    );
    const kept = new CrashMemory(retained);
    kept.begin("watchdog", "2.0.0");
    const { firmware, crashes, lines: printed } = kept.report();
    assert.deepEqual([firmware, crashes], [firmwareVersion, 2]);
    assert.match(String(printed[0]), /"type":"connection"/);
    assert.doesNotMatch(printed.join(), /let me in/);
  });
});
