import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { FakeBoard } from "../flash/board.fake.ts";
import { PortError } from "../serial/board-port.ts";
import { runMonitor } from "./monitor.ts";
import { describeSerial, jsonOf } from "./serial-text.ts";

const record = '{"at":1234,"type":"connection","state":"connected","reason":null}';

/** Until a condition holds, in real time: streams have no clock. */
async function until(holds: () => boolean) {
  for (let i = 0; i < 400 && !holds(); i++) await sleep(5);
  assert.ok(holds(), "it did not happen");
}

function monitored(board: FakeBoard) {
  const lines: string[] = [];
  const notices: string[] = [];
  const ending = new AbortController();
  const ended = runMonitor({
    port: board,
    onLine: (line) => lines.push(line),
    onNotice: (words) => notices.push(words),
    signal: ending.signal,
  });
  return { lines, notices, ending, ended };
}

describe("the monitor", () => {
  it("shows each line once it is whole, and closes the port at the end", async () => {
    const board = new FakeBoard();
    const { lines, ending, ended } = monitored(board);
    await until(() => board.isOpen && board.readable !== null);
    for (const text of ["rst:0x1 (POWER", "ON_RESET)\r\r\n", `${record}\nno e`, "nd"]) {
      board.print(Buffer.from(text));
    }
    await until(() => lines.length === 2);
    assert.deepEqual(lines, ["rst:0x1 (POWERON_RESET)", record]);
    ending.abort();
    await ended;
    assert.equal(lines[2], "no end");
    assert.equal(board.isOpen, false);
  });

  it("neither resets nor holds the board", async () => {
    const board = new FakeBoard({ boot: "a restart\n" });
    const { lines, ending, ended } = monitored(board);
    await until(() => board.lines.length > 0);
    ending.abort();
    await ended;
    assert.deepEqual(board.lines, ["00"], "both lines off, in one step");
    assert.deepEqual(lines, []);
  });

  it("says that the port is gone, and continues when it is back", async () => {
    const board = new FakeBoard();
    const { lines, notices, ending, ended } = monitored(board);
    await until(() => board.isOpen);
    board.cut();
    await until(() => notices.length === 1);
    assert.match(notices[0] ?? "", /the port is gone: .*; waiting for it$/);
    board.bytesUntilCut = Number.POSITIVE_INFINITY;
    await until(() => notices.length === 2);
    assert.equal(notices[1], "the port is back");
    board.print(Buffer.from("again\n"));
    await until(() => lines.length === 1);
    ending.abort();
    await ended;
  });

  it("ends while it waits for a port", async () => {
    const board = new FakeBoard();
    const { notices, ending, ended } = monitored(board);
    await until(() => board.isOpen);
    board.cut();
    await until(() => notices.length === 1);
    ending.abort();
    await ended;
  });

  it("fails when the port cannot be opened at first", async () => {
    const board = new FakeBoard();
    board.cut();
    await assert.rejects(monitored(board).ended, PortError);
  });

  it("shows an endless line in pieces", async () => {
    const board = new FakeBoard();
    const { lines, ending, ended } = monitored(board);
    await until(() => board.isOpen);
    board.print(Buffer.from("x".repeat(5_000)));
    await until(() => lines.length > 0);
    ending.abort();
    await ended;
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
