import assert from "node:assert/strict";
import { Screen } from "./screen.ts";
import { FakeTerminal } from "./terminal.fake.ts";

describe("Screen", () => {
  let terminal: FakeTerminal;
  let screen: Screen;

  beforeEach(() => {
    terminal = new FakeTerminal(20, 8);
    screen = new Screen(terminal);
  });

  const panel =
    (...lines: string[]) =>
    (width: number) =>
      lines.map((line) => line.slice(0, width));

  it("keeps the panel below the log, in place", () => {
    screen.log("one");
    screen.showPanel(panel("====", "LOW"));
    screen.log("two");
    screen.showPanel(panel("====", "HIGH"));
    screen.log("three");
    assert.deepEqual(terminal.lines, ["one", "two", "three", "====", "HIGH"]);
    assert.deepEqual(terminal.history, []);
  });

  it("scrolls only the log", () => {
    screen.showPanel(panel("====", "LOW"));
    for (let i = 1; i <= 20; i++) screen.log(`line ${i}`);
    const visible = [16, 17, 18, 19, 20].map((i) => `line ${i}`);
    assert.deepEqual(terminal.lines, [...visible, "====", "LOW"]);
    assert.deepEqual(
      terminal.history,
      Array.from({ length: 15 }, (_, i) => `line ${i + 1}`),
    );
  });

  it("keeps the panel in place below log lines longer than the terminal is wide", () => {
    screen.showPanel(panel("====", "LOW"));
    screen.log("x".repeat(20));
    screen.log("y".repeat(45));
    screen.showPanel(panel("====", "HIGH"));
    const [x, y] = ["x".repeat(20), "y".repeat(20)];
    assert.deepEqual(terminal.lines, [x, y, y, "yyyyy", "====", "HIGH"]);
  });

  it("removes lines that a shorter panel no longer has", () => {
    screen.showPanel(panel("1", "2", "3"));
    screen.showPanel(panel("1"));
    assert.deepEqual(terminal.lines, ["1"]);
  });

  it("writes nothing if nothing changed, and each change in one write", () => {
    screen.showPanel(panel("====", "LOW"));
    const { writes } = terminal;
    screen.showPanel(panel("====", "LOW"));
    assert.equal(terminal.writes, writes);
    screen.log("one");
    assert.equal(terminal.writes, writes + 1);
  });

  it("shows the first lines of the panel if the terminal is too small, and does not scroll", () => {
    terminal.resize(20, 3);
    for (const level of ["LOW", "HIGH", "LOW"]) screen.showPanel(panel(level, "2", "3", "4", "5"));
    assert.deepEqual(terminal.lines, ["LOW", "2"]);
    assert.deepEqual(terminal.history, []);
  });

  for (const [columns, rows] of [
    [7, 8],
    [60, 8],
    [20, 5],
    [7, 30],
  ] as const) {
    it(`redraws itself at the size of ${columns} × ${rows}`, () => {
      for (let i = 1; i <= 6; i++) screen.log(`line ${i}`);
      screen.showPanel(panel("=".repeat(15), "LOW"));
      terminal.resize(columns, rows);
      const whole = ["=".repeat(Math.min(columns, 15)), "LOW"];
      assert.deepEqual(terminal.lines.slice(-2), whole);
      screen.showPanel(panel("=".repeat(15), "HIGH"));
      assert.deepEqual(terminal.lines.slice(-3), ["line 6", whole[0], "HIGH"]);
      assert.equal(terminal.lines.filter((line) => line.startsWith("=")).length, 1);
      assert.equal(terminal.lines.filter((line) => line === "line 6").length, 1);
    });
  }

  it("assumes 80 columns if the terminal does not report its size", () => {
    const mute = new FakeTerminal(0, 0);
    assert.equal(new Screen(mute).width, 80);
  });

  it("hides the cursor while there is a panel, and restores it with a clean last line", () => {
    screen.log("one");
    assert.equal(terminal.isCursorShown, true);
    screen.showPanel(panel("====", "LOW"));
    assert.equal(terminal.isCursorShown, false);
    screen.close();
    screen.log("two");
    assert.equal(terminal.isCursorShown, true);
    assert.deepEqual(terminal.lines, ["one", "two"]);
    assert.deepEqual(terminal.cursor, { row: 2, column: 0 });
  });

  it("can be closed only once", () => {
    screen.showPanel(panel("===="));
    screen.close();
    const { writes } = terminal;
    screen.close();
    screen.showPanel(panel("===="));
    terminal.resize(30, 10);
    assert.equal(terminal.writes, writes);
    assert.equal(terminal.resizeListenerCount, 0);
  });
});
