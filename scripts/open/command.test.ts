import assert from "node:assert/strict";
import { Command, CommanderError } from "commander";
import { registerOpenCommand } from "./command.ts";

/** @returns what is wrong with the flags */
async function problemWith(...flags: string[]): Promise<string> {
  const lines: string[] = [];
  const program = new Command().exitOverride().configureOutput({
    writeErr: (text) => lines.push(text),
  });
  registerOpenCommand(program);
  for (const command of program.commands) {
    command.exitOverride().configureOutput({ writeErr: (text) => lines.push(text) });
  }
  const run = program.parseAsync(["open", "--thing", "lot-1", ...flags], { from: "user" });
  await assert.rejects(run, CommanderError);
  return lines.join("");
}

describe("boom-box open --by", () => {
  it("is refused if it is too long for a command, in the unit that counts", async () => {
    for (const by of ["🚗".repeat(33), "x".repeat(65), "", "a\u0000"]) {
      assert.match(await problemWith("--by", by), /1–64 UTF-16 code units: .*most emoji two\.$/m);
    }
  });
});
