import assert from "node:assert/strict";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build, type Plugin } from "esbuild";
import { projectRoot } from "../host-sim/project-root.ts";
import { clientPackets } from "../host-sim/xs/bundle/client-packets.ts";
import { mqttPacketShims, shimPlugin } from "../host-sim/xs/bundle/shims.ts";
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
        "boom-box/network": `export const openNetwork = moddable[${name}];`,
        "boom-box/board": `export const { openBoard, timeServerPort } = moddable[${name}];`,
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
async function boot(settings: string) {
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
  const resource = (name: string) => {
    done.push(`read ${name}`);
    return Uint8Array.from(name === "settings.json" ? Buffer.from(settings) : []).buffer;
  };
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
    Resource: function Resource(name: string) {
      return resource(name);
    },
    "embedded:io/digital": Digital,
    "embedded:io/socket/tcp": unused,
    "embedded:io/socket/tcp/tls": unused,
    "embedded:io/socket/udp": unused,
    "embedded:storage/key-value": fakeKeyValue(),
    "boom-box/network": () => {
      done.push("network");
      return network;
    },
    "boom-box/board": {
      openBoard: () => ({
        withPulses: (gpio: Digital, pin: number) => {
          done.push(`pulses on ${pin}`);
          return gpio;
        },
        freeHeap: () => undefined,
        confirmFirmware: () => done.push("confirmed"),
      }),
      timeServerPort: 123,
    },
    resetReason: () => ({ reason: 9, string: "Brownout" }),
    rng: { init: () => {} },
    time: new FakeTime(),
    timer: { set: () => ({}), clear: () => {} },
  };
  const context = createContext({
    moddable,
    trace: (text: string) => lines.push(JSON.parse(text) as Record<string, unknown>),
    System: { resolve: () => {} },
  });
  runInContext(await programText(), context);
  return { done, lines, context: context as { abort?: (why: string, error: unknown) => unknown } };
}

const good = {
  thingName: "lot-1",
  endpoint: "broker.test",
  networks: [{ SSID: "car park", password: "let me in" }],
};

describe("the program on the board", () => {
  it("puts the pin of the settings LOW before it touches any other hardware", async () => {
    const { done, lines } = await boot(JSON.stringify({ ...good, pin: 21 }));
    assert.deepEqual(done.slice(0, 3), ["read settings.json", "pin 21 starts 0", "pulses on 21"]);
    assert.ok(done.includes("join car park"));
    assert.ok(!done.includes("confirmed"), "nothing has been proven yet");
    assert.ok(!done.includes("pin 1"));
    assert.equal(lines[0]?.type, "connection");
    assert.doesNotMatch(JSON.stringify(lines), /let me in/);
  });

  it("reads the fleet's claim if it has no certificate", async () => {
    const { done } = await boot(JSON.stringify({ ...good, claim: { template: "T" } }));
    assert.deepEqual(done.slice(0, 2), ["read settings.json", "pin 5 starts 0"]);
    assert.deepEqual(
      done
        .filter((each) => each.startsWith("read "))
        .slice(1)
        .sort(),
      [
        ...["read ca.der", "read claim-certificate.der", "read claim-private-key.der"],
        ...["read private-key.der", "read request.pem"],
      ],
    );
  });

  it("puts pin 5 LOW if there are no settings, reports the problem, and does nothing else", async () => {
    const { done, lines } = await boot("{");
    assert.deepEqual(done.slice(0, 2), ["read settings.json", "pin 5 starts 0"]);
    assert.deepEqual(
      lines.map(({ type }) => type),
      ["settings", "settings"],
    );
    assert.ok(!done.some((each) => each.startsWith("join") || each === "pin 1"));
  });

  it("writes LOW when XS aborts, and lets it restart", async () => {
    const { done, lines, context } = await boot(JSON.stringify(good));
    const answer = context.abort?.("unhandled exception", new Error("oops"));
    assert.equal(done.at(-1), "pin 0");
    assert.deepEqual(lines.at(-1), {
      type: "abort",
      why: "unhandled exception",
      error: "Error: oops",
    });
    assert.equal(answer, undefined, "false would let it continue");
  });
});
