import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { ConnectionState } from "../../device/core/connection.ts";
import { noFaults } from "../faults/injector.ts";
import type { Edge } from "../hardware/pin.ts";
import { drawPanel, type PanelGate, type PanelState } from "./panel.ts";

const calm: PanelState = {
  thingName: "lot-1",
  broker: "localhost:8883",
  connection: "connected",
  isLit: true,
  gates: [{ pin: 5, edges: [], boom: "closed", boomPosition: 0 }],
  now: 60_000,
  faults: noFaults,
};
const pulse: readonly Edge[] = [
  { value: 1, at: 59_000 },
  { value: 0, at: 59_500 },
];

const connectionStates: readonly ConnectionState[] = [
  ...(["stopped", "network", "time", "tls", "mqtt", "connected", "backoff"] as const),
];

/** With one gate, or several. */
const draw = (
  { pin, edges, boom, boomPosition, input, ...state }: Partial<PanelState & PanelGate> = {},
  width = 80,
) => {
  const given = Object.entries({ pin, edges, boom, boomPosition, input });
  const changes = Object.fromEntries(given.filter(([, value]) => value !== undefined));
  const gates = calm.gates.map((gate) => ({ ...gate, ...changes }));
  return drawPanel({ ...calm, gates, ...state }, width).map(stripVTControlCharacters);
};

function lineOf(label: string, lines: readonly string[]): string {
  return lines.find((line) => line.startsWith(label)) ?? assert.fail(`no line of ${label}`);
}

describe("drawPanel", () => {
  it("shows the box, its broker and the keys", () => {
    const lines = draw();
    assert.match(lineOf("lot-1", lines), /at localhost:8883$/);
    assert.equal(
      lines.at(-1),
      "o open   h help   q quit   or, in a second terminal: npx boom-box open",
    );
  });

  const roads: readonly (readonly [ConnectionState, string])[] = [
    ["network", "◐ network  ○ time  ○ tls  ○ mqtt  ○ connected"],
    ["tls", "● network  ● time  ◐ tls  ○ mqtt  ○ connected"],
    ["connected", "● network  ● time  ● tls  ● mqtt  ● connected"],
    ["backoff", "waiting to retry"],
    ["stopped", "stopped"],
  ];
  for (const [connection, road] of roads) {
    it(`shows the connection state: ${connection}`, () => {
      assert.equal(lineOf("connection", draw({ connection })), `connection  ${road}`);
    });
  }

  it("shows HIGH while the pin is HIGH, and LOW as soon as it is not", () => {
    const rise = pulse.slice(0, 1);
    assert.match(lineOf("pin 5", draw({ edges: rise })), /█ HIGH$/);
    // The current column still shows the pulse; the word must not.
    assert.match(lineOf("pin 5", draw({ edges: pulse, now: 59_550 })), /█{5}▁ LOW$/);
    const late = [pulse[0] as Edge, { value: 0, at: 59_510 } as const];
    assert.match(lineOf("pin 5", draw({ edges: late, now: 59_520 })), /█ LOW$/);
  });

  it("shows the position of the boom, in words and as a moving picture", () => {
    const pictures = [0, 0.3, 0.6, 1].map((boomPosition) =>
      draw({ boom: "opening", boomPosition }).join("\n"),
    );
    assert.equal(new Set(pictures).size, 4);
    assert.match(lineOf("gate", draw({ boom: "closing", boomPosition: 0.5 })), /closing$/);
  });

  it("always has the same height, so that it stays in place", () => {
    const heights = new Set<number>();
    for (const connection of connectionStates) {
      for (const boomPosition of [0, 0.25, 0.5, 0.75, 1]) {
        for (const width of [20, 80, 300]) {
          heights.add(draw({ connection, boomPosition }, width).length);
        }
      }
    }
    assert.equal(heights.size, 1);
  });

  it("is never wider than the terminal, whatever the names", () => {
    const faults = {
      isWifiOff: true,
      isElsewhere: true,
      isBrokerDown: true,
      latencyMs: 10_000,
      lossPercent: 100,
      isNtpBlocked: true,
      skewMs: 1,
      isPowerOff: true,
    };
    const long = { thingName: "l".repeat(64), broker: `${"b".repeat(253)}:8883` };
    for (let width = 1; width <= 120; width++) {
      for (const connection of connectionStates) {
        for (const names of [{}, { ...long, faults }]) {
          for (const line of draw({ ...names, connection, edges: pulse }, width)) {
            assert.ok(line.length <= width, `${width} columns: ${line}`);
          }
        }
      }
    }
  });

  it("keeps what matters on a narrow terminal", () => {
    const lines = draw({ connection: "tls", edges: pulse.slice(0, 1) }, 40);
    assert.equal(lineOf("connection", lines), "connection  ◐ tls");
    assert.match(lineOf("pin 5", lines), /▁█+ HIGH$/);
    assert.equal(lines.at(-1), "o open   h help   q quit");
    assert.match(lineOf("lll", draw({ thingName: "l".repeat(64) }, 40)), /l…$/);
  });

  it("shows the fault keys, each with its current fault", () => {
    assert.equal(
      draw().at(-2),
      "w wifi  a AP  b broker  l latency  x loss  n ntp  c clock  p power",
    );
    const faults = { ...noFaults, isBrokerDown: true, latencyMs: 200 };
    assert.match(
      draw({ faults }, 100).at(-2) ?? "",
      / b broker down {2}l latency 200 ms {2}x loss /,
    );
    assert.equal(draw({ faults }, 40).at(-2), "w a b down l 200 ms x n c p");
    assert.equal(draw({ faults, hasKeys: false }).at(-2), "broker down  latency 200 ms");
  });

  it("shows the contact at the gate and its fault keys, if there is one", () => {
    const input = { pin: 4, level: 1, state: "not-closed" } as const;
    const contact = { stuckAt: 1, isBouncing: true, level: 1 } as const;
    const faults = { ...noFaults, isGateHeld: true, contact };
    const lines = draw({ input, faults }, 100);
    assert.equal(lineOf("input 4", lines), "input 4     HIGH  not closed");
    assert.equal(
      lines.at(-2),
      "g gate by hand  k keep gate held  s contact stuck HIGH  j contact bounce now",
    );
    assert.match(lines.at(-3) ?? "", /^w wifi/);
    assert.equal(draw().length, lines.length - 2);
    for (const line of draw({ input, faults }, 30)) assert.ok(line.length <= 30);
  });

  it("shows whether the light of the box shines", () => {
    assert.equal(lineOf("light", draw()), "light       ●");
    assert.equal(lineOf("light", draw({ isLit: false })), "light       ○");
  });

  it("shows several gates: the pin, the boom and the contact of each, and a key that opens it", () => {
    const gates: readonly PanelGate[] = [
      { name: "in", pin: 5, edges: [], boom: "closed", boomPosition: 0 },
      {
        name: "out",
        pin: 18,
        edges: pulse,
        boom: "opening",
        boomPosition: 0.5,
        input: { pin: 32, level: 1, state: "opening" },
      },
    ];
    const lines = draw({ gates });
    assert.equal(lineOf("in ", lines), "in          closed");
    assert.equal(lineOf("out ", lines), "out         opening   input 32 HIGH  opening");
    assert.match(lineOf("pin 18", lines), /█+▁+ LOW$/);
    assert.equal(lines.at(-2), "1 open in  2 open out");
    assert.doesNotMatch(draw({ gates, hasKeys: false }).join("\n"), /1 open/);
    for (let width = 1; width <= 60; width++) {
      for (const line of draw({ gates }, width)) assert.ok(line.length <= width);
    }
  });

  it("does not show keys if none can be read", () => {
    const text = draw({ hasKeys: false }).join("\n");
    assert.doesNotMatch(text, /o open|q quit/);
    assert.match(text, /Ctrl-C ends it.*npx boom-box open/);
  });
});
