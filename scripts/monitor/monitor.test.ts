import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { plugInBoard } from "../flash/board.rig.ts";
import { firmwareOf, flashOf } from "../package/firmware.rig.ts";
import { runMonitor } from "./monitor.ts";
import { describeSerial, jsonOf } from "./serial-text.ts";

const record = '{"at":1234,"type":"connection","state":"connected","reason":null}';

/** Until a condition holds, in real time: streams have no clock. */
async function until(holds: () => boolean) {
  for (let i = 0; i < 400 && !holds(); i++) await sleep(5);
  assert.ok(holds(), "it did not happen");
}

/** A board that runs, and a monitor on its port. */
async function monitored() {
  const board = plugInBoard({ content: flashOf(firmwareOf()), prints: "start\n" });
  await until(() => board.starts === 1);
  const setLines = board.cable.setLines.bind(board.cable);
  const steps: object[] = [];
  board.cable.setLines = (lines) => {
    steps.push(lines);
    setLines(lines);
  };
  const lines: string[] = [];
  const notices: string[] = [];
  const ending = new AbortController();
  const ended = runMonitor({
    port: board.port,
    onLine: (line) => lines.push(line),
    onOpened: () => {},
    onNotice: (words) => notices.push(words),
    signal: ending.signal,
  });
  await until(() => board.port.readable?.locked === true);
  return {
    ...board,
    steps,
    lines,
    notices,
    end: async () => {
      ending.abort();
      await ended;
      board.board.powerOff();
      assert.equal(board.port.readable, null, "the port is left open");
    },
  };
}

describe("the monitor", () => {
  it("shows each line once it is whole, and closes the port at the end", async () => {
    const { print, lines, end } = await monitored();
    for (const text of ["rst:0x1 (POWER", "ON_RESET)\r\r\n", `${record}\nno e`, "nd"]) print(text);
    await until(() => lines.length === 2);
    assert.deepEqual(lines, ["rst:0x1 (POWERON_RESET)", record]);
    await end();
    assert.equal(lines[2], "no end");
  });

  it("neither resets nor holds the board", async () => {
    const { steps, lines, end } = await monitored();
    await end();
    assert.deepEqual(steps, [{ dataTerminalReady: false, requestToSend: false }]);
    assert.deepEqual(lines, []);
  });

  it("says that the port is gone, and continues when it is back", async () => {
    const { cable, lines, notices, end } = await monitored();
    cable.cut();
    await until(() => notices.length === 1);
    assert.match(notices[0] ?? "", /lost.*; waiting for it$/);
    cable.plugIn();
    await until(() => notices.length === 2);
    assert.equal(notices[1], "the port is back");
    cable.board.pressReset();
    await until(() => lines.includes("start"));
    await end();
  });

  it("ends while it waits for a port", async () => {
    const { cable, notices, end } = await monitored();
    cable.cut();
    await until(() => notices.length === 1);
    await end();
  });

  it("fails when the port cannot be opened at first", async () => {
    const { cable, port } = plugInBoard();
    cable.cut();
    const { signal } = new AbortController();
    const ended = runMonitor({
      port,
      onLine: () => {},
      onOpened: () => {},
      onNotice: () => {},
      signal,
    });
    await assert.rejects(ended, /Failed to open/);
  });

  it("shows an endless line in pieces", async () => {
    const { print, lines, end } = await monitored();
    print("x".repeat(5_000));
    await until(() => lines.length > 0);
    await end();
    assert.equal(lines.join("").length, 5_000);
  });
});

describe("a line of the serial port", () => {
  it("is in words if it is a record of the firmware", () => {
    assert.deepEqual(describeSerial(record), ["    1.234  connection  connected"]);
  });

  it("is as it is otherwise, but printable, in as many pieces as it needs", () => {
    assert.deepEqual(describeSerial("\u001b[31mGuru Meditation"), [" [31mGuru Meditation"]);
    const backtrace = `Backtrace: ${"0x400d1234:0x3ffb5678 ".repeat(20)}`;
    assert.equal(describeSerial(backtrace).join(""), backtrace);
    assert.deepEqual(describeSerial(""), []);
  });

  it("is shown with --json only if it is JSON, and printable", () => {
    assert.equal(
      jsonOf('{ "at": 1, "text": "\\u001b\\u009b" }'),
      '{"at":1,"text":"\\u001b\\u009b"}',
    );
    assert.equal(jsonOf("rst:0x1"), undefined);
    assert.equal(jsonOf("{broken"), undefined);
  });
});
