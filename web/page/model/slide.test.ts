import assert from "node:assert/strict";
import fc from "fast-check";
import {
  abandon,
  fewestMoves,
  idle,
  move,
  press,
  release,
  type Slide,
  shortestMs,
} from "./slide.ts";

const length = 250;

/** Moves through these positions, 20 ms apart. @returns also the time at the end */
function through(places: readonly number[], everyMs = 20): { slide: Slide; at: number } {
  let slide = press(idle, 1, 0, 0);
  let at = 0;
  for (const x of places) {
    at += everyMs;
    slide = move(slide, 1, x, length, at);
  }
  return { slide, at };
}

describe("the slide", () => {
  it("completes near the end, with the thumb still down", () => {
    assert.equal(through([20, 60, 100, 140, 180, 220, 235]).slide.type, "slid");
  });

  it("completes when it is released beyond three quarters", () => {
    const far = through([20, 60, 100, 140, 180, 190]);
    assert.equal(far.slide.type, "sliding");
    assert.equal(release(far.slide, 1, far.at).type, "slid");
  });

  it("goes back when it is released earlier", () => {
    const { slide, at } = through([20, 60, 100, 140, 180]);
    assert.deepEqual(release(slide, 1, at), idle);
  });

  it("can be moved back by the thumb", () => {
    const { slide, at } = through([60, 120, 180, 210, 120, 40]);
    assert.deepEqual(release(slide, 1, at), idle);
  });

  it("ignores a tap, and water that jumps to the end", () => {
    assert.deepEqual(release(press(idle, 1, 0, 0), 1, 5_000), idle);
    let slide = press(idle, 1, 0, 0);
    slide = move(slide, 1, 250, length, shortestMs * 4);
    assert.equal(slide.type, "sliding");
    assert.deepEqual(release(slide, 1, 600), idle);
    const quick = through([100, 200, 250, 250], 10);
    assert.deepEqual(release(quick.slide, 1, quick.at), idle);
  });

  it("follows one pointer, and ends when the browser cancels it", () => {
    const { slide, at } = through([60, 120, 200]);
    assert.equal(move(slide, 2, 250, length, at + 200), slide);
    assert.equal(press(slide, 2, 0, at), slide);
    assert.equal(release(slide, 2, at), slide);
    assert.deepEqual(abandon(slide, 1), idle);
  });

  it("never completes with fewer moves or in less time than a thumb needs", () => {
    const steps = fc.array(
      fc.record({ x: fc.integer({ min: -50, max: 400 }), ms: fc.integer({ min: 0, max: 200 }) }),
    );
    fc.assert(
      fc.property(steps, (moves) => {
        let slide: Slide = press(idle, 1, 0, 0);
        let at = 0;
        for (const [index, { x, ms }] of moves.entries()) {
          at += ms;
          slide = move(slide, 1, x, length, at);
          if (slide.type !== "slid") continue;
          assert.ok(at >= shortestMs && index + 1 >= fewestMoves && x > 0.9 * length);
          return;
        }
      }),
    );
  });
});
