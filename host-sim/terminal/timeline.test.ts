import assert from "node:assert/strict";
import fc from "fast-check";
import type { Edge } from "../hardware/pin.ts";
import { drawTimeline } from "./timeline.ts";

/** rise, fall, rise, … */
const edges = (...times: number[]): Edge[] =>
  times.map((at, index) => ({ at, value: index % 2 === 0 ? 1 : 0 }));

describe("drawTimeline", () => {
  it("is flat without edges, and empty without room", () => {
    assert.equal(drawTimeline([], 1_000, 5, 100), "▁▁▁▁▁");
    assert.equal(drawTimeline(edges(100, 900), 1_000, 0, 100), "");
  });

  it("shows a pulse in its real length, with the present at the right", () => {
    assert.equal(drawTimeline(edges(500, 1_000), 1_250, 10, 100), "▁▁█████▁▁▁");
  });

  it("shows a continuing pulse up to the present", () => {
    assert.equal(drawTimeline(edges(500), 799, 5, 100), "▁▁███");
  });

  it("shows a pulse shorter than a column", () => {
    assert.equal(drawTimeline(edges(520, 521), 700, 5, 100), "▁▁█▁▁");
    assert.equal(drawTimeline(edges(500, 500), 700, 5, 100), "▁▁█▁▁");
  });

  it("separates two pulses that are a column apart", () => {
    assert.equal(drawTimeline(edges(100, 200, 300, 400), 450, 5, 100), "▁█▁█▁");
  });

  it("cuts pulses at its left end", () => {
    assert.equal(drawTimeline(edges(100, 700), 950, 5, 100), "██▁▁▁");
    assert.equal(drawTimeline(edges(100, 200, 300), 950, 5, 100), "█████");
    assert.equal(drawTimeline(edges(100, 500), 950, 5, 100), "▁▁▁▁▁");
  });

  it("moves by whole columns, and is otherwise unchanged", () => {
    const pulse = edges(430, 870);
    const pictures = [1_000, 1_001, 1_050, 1_099].map((now) => drawTimeline(pulse, now, 12, 100));
    assert.deepEqual([...new Set(pictures)], ["▁▁▁▁▁█████▁▁"]);
    assert.equal(drawTimeline(pulse, 1_100, 12, 100), "▁▁▁▁█████▁▁▁");
  });

  it("has exactly the requested width, whatever the pin did", () => {
    const times = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 120 }), (moments, width) => {
        const ordered = edges(...moments.sort((a, b) => a - b));
        assert.equal(drawTimeline(ordered, 20_000, width, 100).length, width);
      }),
    );
  });
});
