import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { projectRoot } from "../../host-sim/project-root.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";
import type { Symbols } from "./symbols.ts";

interface ExplainFlags {
  readonly package: string;
  readonly elf?: string;
}

/** Adds `boom-box explain`, which needs no SDK. */
export function registerExplainCommand(program: Command): void {
  program
    .command("explain")
    .description("say why a box crashed, from its report or from what its serial port printed")
    .argument("<dump>", "a file with a message of the topic log, or with a panic; - for the input")
    .option(
      "--package <dir>",
      "the package that the box runs, with its symbols beside it",
      join(projectRoot, "build", "package"),
    )
    .option("--elf <file>", "the build's xs_esp32.elf, in place of the package's functions")
    .action(explain);
}

async function explain(dump: string, flags: ExplainFlags): Promise<void> {
  const { longestDump, readDump } = await import("./read-dump.ts");
  const { explainDump } = await import("./explain.ts");
  const content = await contentOf(dump);
  if (content.length > longestDump) {
    throw new UserError(`${dump} is too long: keep only the message, or the lines of the panic`);
  }
  const found = readDump(content);
  if (found === undefined) {
    throw new UserError(
      `${dump} has neither a message of the topic log nor a panic with its backtrace: see docs/crash-reports.md`,
    );
  }
  const symbols = await symbolsFor(flags);
  const { elf } = flags;
  const addresses = found.panic?.backtrace ?? [];
  const sources = elf === undefined ? [] : (await import("./addr2line.ts")).linesOf(elf, addresses);
  process.stdout.write(`${explainDump(found, symbols, sources).join("\n")}\n`);
}

async function contentOf(dump: string): Promise<string> {
  if (dump === "-") return text(process.stdin);
  const { readFile } = await import("node:fs/promises");
  try {
    return await readFile(dump, "utf8");
  } catch (cause) {
    throw new UserError(`${dump} cannot be read (${messageOf(cause)})`, { cause });
  }
}

async function symbolsFor({ package: folder, elf }: ExplainFlags): Promise<Symbols> {
  const { noSymbols, readElfFile, readSymbols, symbolsPath } = await import("./symbols.ts");
  const path = symbolsPath(folder);
  const ofPackage = existsSync(path) ? await readSymbols(path) : undefined;
  if (elf !== undefined) return { ...noSymbols, ...ofPackage, native: await readElfFile(elf) };
  if (ofPackage !== undefined) return ofPackage;
  process.stderr.write(`no ${path}: addresses and names stay as they are\n`);
  return noSymbols;
}
