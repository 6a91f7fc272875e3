import assert from "node:assert/strict";
import fc from "fast-check";
import { type BoardStart, StartWatch } from "./board-start.ts";
import { describeStart, hasStarted } from "./words.ts";

function watch(...chunks: readonly string[]): BoardStart {
  const start = new StartWatch();
  for (const chunk of chunks) {
    const judged = start.take(Buffer.from(chunk));
    if (judged !== undefined) return judged;
  }
  return start.end();
}

const rom =
  "ets Jul 29 2019 12:21:46\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n";
const line = '{"at":4,"type":"connection","state":"network","reason":null}';
const setup = '{"at":9,"type":"setup","state":"waiting","detail":"the box is not set up yet"}';

describe("what a board does after its reset", () => {
  const cases: readonly [string, readonly string[], string, RegExp][] = [
    ["starts", [rom, `${line}\n`], "started", /^lot-1: firmware 0\.1\.0 started$/],
    ["starts, after noise", [`\u0001\ufffd${line}\n`], "started", /started$/],
    ["starts, in small chunks", [...`${rom}${line}\n`], "started", /started$/],
    [
      "waits to be set up",
      [`${setup}\n`],
      "started",
      /started, and waits to be set up: the box is not set up yet$/,
    ],
    [
      "names its version",
      ['{"at":1,"type":"status","firmware":"0.2.0\\u001b[2J"}\n'],
      "started",
      /firmware 0\.2\.0 \[2J started$/,
    ],
    [
      "panics",
      [rom, "Guru Meditation Error: Core  0 panic'ed (LoadProhibited)\r\n"],
      "panic",
      /ended itself \(Guru Meditation Error: .*boom-box monitor/,
    ],
    [
      "is ended by XS",
      ['{"type":"abort","why":"memory full","error":""}\n'],
      "panic",
      /memory full/,
    ],
    ["has no bootloader", ["invalid header: 0xffffffff\r\n"], "nothing-to-start", /flash it again/],
    [
      "has no application",
      ["E (99) boot: No bootable app partitions\n"],
      "nothing-to-start",
      /flash it again/,
    ],
    [
      "waits for a loader",
      ["boot:0x3 (DOWNLOAD_BOOT)\r\nwaiting for download"],
      "download-mode",
      /release BOOT/,
    ],
    ["runs something else", ["Hello\n", "World\u001b[1m!"], "other", /but "World \[1m!"/],
    ["prints other JSON", ['{"hello":1}\n{broken\n[1]\n'], "other", /but "\[1\]"/],
    ["prints nothing", [], "silent", /printed nothing: press EN/],
  ];
  for (const [what, chunks, type, words] of cases) {
    it(`is told by what it prints: it ${what}`, () => {
      const start = watch(...chunks);
      assert.equal(start.type, type);
      assert.equal(hasStarted(start), type === "started");
      const text = describeStart(start, "lot-1", "0.1.0");
      assert.match(text, words);
      assert.doesNotMatch(text, /\p{Cc}/u);
    });
  }

  it("is told from any bytes, on one printable line", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const start = new StartWatch();
        for (const chunk of chunks) start.take(chunk);
        assert.doesNotMatch(describeStart(start.end(), "the board", undefined), /\p{Cc}/u);
      }),
    );
  });
});
