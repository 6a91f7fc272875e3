import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { drawLine, type Span, widthOf } from "./spans.ts";

const spans: readonly Span[] = [{ text: "gate", format: "bold" }, { text: " open" }];
const draw = (width: number) => stripVTControlCharacters(drawLine(spans, width));

describe("drawLine", () => {
  it("leaves text that fits unchanged", () => {
    assert.equal(widthOf(spans), 9);
    assert.equal(draw(9), "gate open");
    assert.equal(draw(80), "gate open");
  });

  it("cuts longer text, and marks the cut in the last column", () => {
    assert.equal(draw(8), "gate op…");
    assert.equal(draw(4), "gat…");
    assert.equal(draw(1), "…");
    assert.equal(draw(0), "");
  });

  /** The output of a process with these variables in its environment. */
  function printed(environment: Record<string, string>): string {
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...inherited } = process.env;
    const code = `import("./host-sim/terminal/spans.ts").then(({ drawLine }) =>
      process.stdout.write(drawLine([{ text: "gate", format: "green" }], 80)));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--import=tsx", "-e", code], {
      encoding: "utf8",
      env: { ...inherited, ...environment },
    });
    assert.equal(stderr, "");
    return stdout;
  }

  it("has no colours if the output is not a terminal, unless they are forced", function () {
    this.timeout(20_000);
    assert.equal(printed({}), "gate");
    assert.equal(printed({ FORCE_COLOR: "1" }), "\x1b[32mgate\x1b[39m");
  });
});
