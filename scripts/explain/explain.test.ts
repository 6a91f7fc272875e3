import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Panic } from "../../device/hal.ts";
import { bundleForDevice } from "../../host-sim/xs/bundle/for-device.ts";
import type { ScriptFunction } from "../byte-code/script-functions.ts";
import { UserError } from "../command-line/user-error.ts";
import { modulesIn } from "../firmware/keep-symbols.ts";
import { elfOf } from "./elf.rig.ts";
import { readElf } from "./elf.ts";
import { explainDump } from "./explain.ts";
import type { Dump } from "./read-dump.ts";
import type { ScriptModule } from "./script-names.ts";
import { noSymbols, packSymbols, readSymbols, type Symbols } from "./symbols.ts";

const plain: Dump = {
  firmware: "0.1.0",
  resetReason: "software",
  crashes: 1,
  abort: null,
  panic: null,
  lines: [],
};
const native = readElf(
  elfOf([
    { address: 0x400d_1000, size: 0x40, name: "fxAbort" },
    { address: 0x400d_2000, size: 0x40, name: "loop_task" },
  ]),
);
const panic: Panic = {
  reason: "abort() was called",
  task: "main",
  backtrace: [0x400d_1010, 0x400d_2008, 0x400d_9999],
  code: [],
  elf: native.sha256.slice(0, 9),
};

describe("a crash in words", () => {
  let folder: string;
  let modules: readonly ScriptModule[];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "explain-"));
    await bundleForDevice(folder, { network: "wifi", board: "esp32" });
    modules = modulesIn(folder);
  }).timeout(60_000);
  after(() => rmSync(folder, { recursive: true }));

  /** The name of the frame for a line of our sources that the image has. */
  function lineIn(file: string, text: string): string {
    const lines = readFileSync(file, "utf8").split("\n");
    return `${file}:${lines.findIndex((line) => line.includes(text)) + 1}`;
  }

  /** 1 for the first */
  function lineInModule(text: string): number {
    const module = modules.find(({ name }) => name === "boom-box");
    return (module?.text.split("\n") ?? []).findIndex((line) => line.includes(text)) + 1;
  }

  function functionAt(line: number, module = "boom-box"): ScriptFunction {
    const lines = [
      [0, line],
      [40, line + 1],
    ] as const;
    return { address: 0x3f40_0000, length: 64, name: "handleOpen", places: [{ module, lines }] };
  }

  it("gives the lines of JavaScript that were running, and leaves out what else was on the stack", () => {
    const symbols = {
      ...noSymbols,
      native,
      modules,
      scriptFunctions: [functionAt(lineInModule("handleOpen("))],
    };
    const code = [0x3f50_0000, 0x3f40_0010, 0x3f40_0011];
    const lines = explainDump(
      { ...plain, resetReason: "watchdog", panic: { ...panic, code } },
      symbols,
    );
    assert.deepEqual(lines.slice(-2), [
      "JavaScript that was running, the innermost first:",
      `  handleOpen  ${lineIn("device/core/gate.ts", "  handleOpen(")}`,
    ]);
    const other = explainDump({ ...plain, panic: { ...panic, code, elf: "000000000" } }, symbols);
    assert.ok(!other.join().includes("handleOpen"));
  });

  it("names a function of the SDK without a line", () => {
    const found = { ...functionAt(1), name: "packetize", places: [] };
    const symbols = { ...noSymbols, scriptFunctions: [found] };
    const lines = explainDump({ ...plain, panic: { ...panic, code: [0x3f40_0000] } }, symbols);
    assert.equal(lines.at(-1), "  packetize  in the SDK");
  });

  it("gives the functions of a backtrace", () => {
    assert.deepEqual(
      explainDump({ ...plain, resetReason: "panic", panic }, { ...noSymbols, native }),
      [
        "restarted: panic, firmware 0.1.0",
        "panic in task main: abort() was called",
        "  0x400d1010  fxAbort+16",
        "  0x400d2008  loop_task+8",
        "  0x400d9999",
      ],
    );
  });

  it("gives their lines too, if somebody knows them", () => {
    const lines = explainDump({ ...plain, panic }, { ...noSymbols, native }, ["/sdk/xs.c:12"]);
    assert.ok(lines.includes("  0x400d1010  fxAbort+16  /sdk/xs.c:12"), lines.join("\n"));
  });

  it("names an exception of the CPU", () => {
    const reason = "EXCCAUSE 28, EXCVADDR 0x0";
    const lines = explainDump({ ...plain, panic: { ...panic, reason } }, noSymbols);
    assert.ok(lines.includes(`panic in task main: LoadProhibited (${reason})`), lines.join());
  });

  it("does not name functions of another image", () => {
    const other = { ...panic, elf: "000000000" };
    const lines = explainDump({ ...plain, panic: other }, { ...noSymbols, native });
    assert.match(lines.join("\n"), /symbols are of another image/);
    assert.doesNotMatch(lines.join("\n"), /fxAbort/);
  });

  it("gives the TypeScript line of a function in the engine's stack", () => {
    const stack = ["at take ()", "at handleOpen ()"];
    const dump = { ...plain, abort: { why: "unhandled exception", error: "TypeError: x", stack } };
    const lines = explainDump(dump, { ...noSymbols, modules });
    assert.deepEqual(lines.slice(1, 3), [
      "JavaScript ended: unhandled exception",
      "  TypeError: x",
    ]);
    const take = lineIn("device/core/status.ts", "  take(");
    assert.ok(lines[3]?.includes(`take ${take}`), lines[3]);
    const open = lineIn("device/core/gate.ts", "  handleOpen(");
    assert.equal(lines[4], `  at handleOpen ()  handleOpen ${open}`);
  });

  it("prefers, of several functions of one name, one that calls the next", () => {
    const stack = ["at handleOpen ()", "at handleTimeout ()", "at #no ()", "at ()"];
    const dump = { ...plain, abort: { why: "fatal", error: null, stack } };
    const several = explainDump(dump, { ...noSymbols, modules });
    assert.match(
      several[3] ?? "",
      /at handleTimeout \(\) {2}handleTimeout device\/.* or handleTimeout /,
    );
    assert.deepEqual(several.slice(4), ["  at #no ()", "  at ()"]);
  });

  it("finds a private method, which has no name in the stack, by who calls it and what it calls", () => {
    const stack = ["at take ()", "at ()", "at handleTimeout ()"];
    const dump = { ...plain, abort: { why: "fatal", error: null, stack } };
    const lines = explainDump(dump, { ...noSymbols, modules });
    const box = "device/core/box.ts";
    assert.equal(lines[3], `  at ()  perhaps #publishStatus ${lineIn(box, "  #publishStatus(")}`);
    assert.equal(
      lines[4],
      `  at handleTimeout ()  handleTimeout ${lineIn(box, "  handleTimeout(now")}`,
    );
  });

  it("says what it means when nobody has said anything", () => {
    const last = (dump: Partial<Dump>) => explainDump({ ...plain, ...dump }, noSymbols).at(-1);
    assert.match(last({}) ?? "", /its stack is full/);
    assert.match(last({ resetReason: "brownout" }) ?? "", /voltage/);
    assert.match(last({ resetReason: "watchdog" }) ?? "", /nothing else/);
  });

  it("shows the last lines, and how often it crashed", () => {
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    const shown = explainDump({ ...plain, crashes: 3, lines }, noSymbols);
    assert.ok(shown.includes("it crashed 3 times; this is the first"));
    assert.equal(shown.at(-13), "the last 12 of 40 lines:");
    assert.equal(shown.at(-1), "  line 39");
  });

  it("is the same with symbols from a file, and refuses another file", async () => {
    const file = join(folder, "symbols.zip");
    const written: Symbols = {
      native,
      modules: modules.filter(({ name }) => name === "boom-box"),
      scriptFunctions: [functionAt(lineInModule("handleOpen("))],
    };
    writeFileSync(file, await packSymbols(written));
    const symbols = await readSymbols(file);
    const stack = ["at handleOpen ()"];
    const running = { ...panic, code: [0x3f40_0010] };
    const dump = { ...plain, panic: running, abort: { why: "fatal", error: null, stack } };
    assert.deepEqual(explainDump(dump, symbols), explainDump(dump, written));
    writeFileSync(file, "no zip");
    await assert.rejects(readSymbols(file), (error) => error instanceof UserError);
  });
});
