import assert from "node:assert/strict";
import { boomColumns, boomRows, drawBoom } from "./boom.ts";

/** How many characters of the boom are in each line, from top to bottom. */
const heights = (position: number) =>
  drawBoom(position).map((line) => line.replace(/[▐ ]/g, "").length);

describe("drawBoom", () => {
  it("is in the lowest line at 0 and in one column at 1", () => {
    assert.deepEqual(heights(0), [0, 0, boomColumns - 1]);
    assert.deepEqual(heights(1), [1, 1, 1]);
    assert.deepEqual(
      drawBoom(1).map((line) => /[▐ ](?=[^▐ ])/.exec(line)?.index),
      [0, 0, 0],
    );
  });

  it("has the same size and the same post in every position", () => {
    for (let position = 0; position <= 1; position += 0.01) {
      const lines = drawBoom(position);
      assert.equal(lines.length, boomRows);
      for (const line of lines) assert.equal(line.length, boomColumns);
      assert.equal(
        lines.findIndex((line) => line.startsWith("▐")),
        boomRows - 1,
      );
    }
  });

  it("rises monotonically", () => {
    // The boom's tip: the highest line with a part of it, and its distance to the right.
    const tips = Array.from({ length: 21 }, (_, step) => {
      const lines = drawBoom(step / 20);
      const top = lines.findIndex((line) => /[^▐ ]/.test(line));
      return { top, right: Math.max(...lines.map((line) => line.trimEnd().length)) };
    });
    for (const [index, tip] of tips.slice(1).entries()) {
      const before = tips[index] ?? assert.fail();
      assert.ok(tip.top <= before.top, `it sank at ${index}`);
      assert.ok(tip.right <= before.right, `it grew longer at ${index}`);
    }
  });
});
