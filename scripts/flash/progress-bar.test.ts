import assert from "node:assert/strict";
import { ProgressBar } from "./progress-bar.ts";

function shown(isTTY: boolean, use: (bar: ProgressBar) => void): string {
  let text = "";
  use(new ProgressBar({ isTTY, write: (more) => (text += more) }));
  // The sequence that removes a line.
  return text.replaceAll("\r\x1b[K", "<clear>");
}

const flashing = (bar: ProgressBar) => {
  bar.step("writing");
  for (const share of [0, 0.001, 0.5, 1]) bar.show(share);
  bar.step("done");
};

describe("the progress of flashing", () => {
  it("is a line for each step where the output is no terminal", () => {
    assert.equal(shown(false, flashing), "writing\ndone\n");
  });

  it("has a bar below the step on a terminal, which is gone at the end", () => {
    const text = shown(true, flashing);
    assert.match(text, /^writing\n<clear> {2}░{24} 0 %<clear> {2}█{12}░{12} 50 %<clear>/);
    assert.match(text, /█{24} 100 %<clear>done\n$/);
  });
});
