import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { pictured, returnedMs, type StormOptions, simulateStorm } from "./storm.ts";
import { makeMqttJsStormBox, makeOurStormBox, type StormBox } from "./storm-boxes.ts";
import { drawStorm } from "./storm-chart.ts";

const few: StormOptions = { boxes: 100, outageMs: 10_000, connectsPerSecond: 20, seed: 7 };

/** Tries at exactly 3, 6, 9 s, … */
const patient = (): StormBox => ({
  lost: (nowMs) => (Math.floor(nowMs / 3_000) + 1) * 3_000,
  wake: () => "connect",
  online: () => {},
});

describe("a reconnect storm", () => {
  it("admits no box while the broker is down, then as many a second as the limit allows", () => {
    const { online, attempts, refused, inVain, peak } = simulateStorm(patient, few);
    assert.ok(online.slice(0, 10).every((count) => count === 0));
    assert.deepEqual(attempts.slice(0, 14), [0, 0, 0, 100, 0, 0, 100, 0, 0, 100, 0, 0, 100, 0]);
    assert.equal(inVain, 300);
    assert.equal(peak, 100);
    assert.equal(refused, 80 + 60 + 40 + 20);
    assert.equal(online.at(-1), 100);
    const gains = online.map((count, second) => count - (online[second - 1] ?? 0));
    assert.ok(Math.max(...gains) <= 20, String(gains));
  });

  it("measures the time to reconnect from the broker's return", () => {
    const result = simulateStorm(patient, { ...few, boxes: 1 });
    const [onlineAt = Number.NaN] = result.onlineAtMs;
    assert.ok(onlineAt >= 12_000 && onlineAt < 13_000, String(onlineAt));
    assert.equal(returnedMs(result, 1, few.outageMs), onlineAt - few.outageMs);
  });

  it("wakes a box again when it asks for that", () => {
    const woken: number[] = [];
    const hesitant = (): StormBox => ({
      ...patient(),
      wake: (nowMs) => (woken.push(nowMs) === 1 ? nowMs + 20_000 : "connect"),
    });
    simulateStorm(hesitant, { ...few, boxes: 1 });
    assert.deepEqual(woken, [3_000, 23_000]);
  });

  it("reports boxes that never reconnect", () => {
    const lame = (): StormBox => ({ ...patient(), lost: (nowMs) => nowMs + 7_200_000 });
    assert.throws(() => simulateStorm(lame, few), /100 boxes did not reconnect/);
  });

  it("stays below the limit with our back-off, and exceeds it without", () => {
    const fleet = { ...pictured, boxes: 2_000, connectsPerSecond: 100 };
    const ours = simulateStorm(makeOurStormBox, fleet);
    assert.equal(ours.refused, 0);
    assert.ok(ours.peak < 100, String(ours.peak));
    const mqttJs = simulateStorm(makeMqttJsStormBox, fleet);
    assert.ok(mqttJs.peak > 1_500, String(mqttJs.peak));
    assert.ok(mqttJs.inVain > 50 * fleet.boxes, String(mqttJs.inVain));
  });
});

describe("the picture of the storm", () => {
  it("matches the firmware's back-off", () => {
    const ours = simulateStorm(makeOurStormBox, pictured);
    const mqttJs = simulateStorm(makeMqttJsStormBox, pictured);
    const committed = readFileSync(join(projectRoot, "docs", "reconnect-storm.svg"), "utf8");
    const hint = "the back-off or the drawing changed: run npm run bench -- storm to redraw it";
    assert.ok(drawStorm(pictured, { ours, mqttJs }) === committed, hint);
  });
});
