import assert from "node:assert/strict";
import { seededRandom } from "../scenarios/timeline.ts";
import { findPattern } from "./retries.ts";

const round = (length: number, pause: (n: number) => number) =>
  Array.from({ length }, (_, index) => pause(index + 1));

function patternOf(rounds: readonly (readonly number[])[]) {
  const pattern = findPattern({ rounds, connectGaps: rounds.flat(), uncertaintyMs: 100 });
  assert.ok(pattern);
  return `${pattern.growth}${pattern.hasJitter ? " with jitter" : ""}`;
}

/** The most frequent answer of 200 draws. */
function mostly(pause: (random: () => number) => (n: number) => number): string {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= 200; seed++) {
    const found = patternOf([round(10, pause(seededRandom(seed)))]);
    counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  const [[found, count] = ["", 0]] = [...counts].sort(([, a], [, b]) => b - a);
  return count >= 190 ? found : [...counts].join("; ");
}

describe("findPattern", () => {
  it("detects pauses without jitter", () => {
    assert.equal(patternOf([round(10, () => 2_000)]), "constant");
    assert.equal(patternOf([round(10, (n) => 2_000 * n)]), "linear");
    assert.equal(patternOf([round(10, (n) => 1_000 * 2 ** n)]), "exponential");
    assert.equal(patternOf([round(10, (n) => 1_000 * 1.5 ** n)]), "exponential");
  });

  it("is not misled by a cap", () => {
    assert.equal(patternOf([round(10, (n) => Math.min(30_000, 1_000 * 2 ** n))]), "exponential");
    assert.equal(patternOf([round(10, (n) => Math.min(10_000, 2_000 * n))]), "linear");
  });

  it("does not mistake measurement error for jitter", () => {
    assert.equal(patternOf([round(10, (n) => 2_000 + (n % 3) * 50)]), "constant");
  });

  it("detects exponential pauses with full jitter, from 0 or from 1 s, and with equal jitter", () => {
    const ceiling = (n: number) => Math.min(120_000, 1_000 * 2 ** n);
    assert.equal(
      mostly((random) => (n) => random() * ceiling(n)),
      "exponential with jitter",
    );
    assert.equal(
      mostly((random) => (n) => 1_000 + random() * (ceiling(n) - 1_000)),
      "exponential with jitter",
    );
    assert.equal(
      mostly((random) => (n) => (ceiling(n) * (1 + random())) / 2),
      "exponential with jitter",
    );
  });

  it("is not misled by jitter over pauses that do not grow, or not enough", () => {
    assert.equal(
      mostly((random) => () => 2_000 * (0.5 + random())),
      "constant with jitter",
    );
    assert.equal(
      mostly((random) => (n) => 2_000 * n * (0.8 + 0.4 * random())),
      "linear with jitter",
    );
  });

  it("lets rounds start again, or continue", () => {
    const pause = (n: number) => Math.min(120_000, 1_000 * 2 ** n);
    assert.equal(patternOf([round(5, pause), round(6, pause)]), "exponential");
    assert.equal(patternOf([round(5, pause), round(6, (n) => pause(n + 5))]), "exponential");
    assert.equal(patternOf([round(5, () => 3_000), round(6, () => 3_000)]), "constant");
  });

  it("returns the shortest gap between two CONNECTs", () => {
    const found = findPattern({
      rounds: [round(5, (n) => 1_000 * 2 ** n)],
      connectGaps: [2_000, 400, 8_000],
      uncertaintyMs: 100,
    });
    assert.equal(found?.shortestGapMs, 400);
  });

  it("gives no verdict on fewer than five", () => {
    assert.equal(
      findPattern({ rounds: [[1, 2, 4, 8]], connectGaps: [], uncertaintyMs: 0 }),
      undefined,
    );
  });
});
