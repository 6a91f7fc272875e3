import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { byteCodeIn } from "../byte-code/archive.ts";
import { ByteCodeError, readOpcodes } from "../byte-code/instructions.ts";
import { linkedCodeIn } from "../byte-code/linked-code.ts";
import {
  type CompiledModule,
  type ScriptFunction,
  scriptFunctionsOf,
} from "../byte-code/script-functions.ts";
import { readElfMemory } from "../explain/elf.ts";
import { run } from "./run.ts";
import type { ModdableSdk } from "./sdk.ts";

export interface BuiltScripts {
  readonly sdk: ModdableSdk;
  /** the folder of the bundled modules */
  readonly modules: string;
  /** the names of those modules, such as `boom-box/board` */
  readonly names: readonly string[];
  /** where mcconfig has compiled them: `mc.xs.c`, and `modules/` */
  readonly compiled: string;
  readonly elf: string;
}

/**
 * The functions of a release image, with the lines that are not in it. `xsc` compiles each module once more
 * for that.
 * @throws ByteCodeError when this version of the SDK has another format
 * @throws ToolError when a module cannot be compiled
 */
export async function readScriptFunctions(built: BuiltScripts): Promise<ScriptFunction[]> {
  const { sdk, compiled, elf } = built;
  const opcodes = readOpcodes(textOf(join(sdk.directory, "xs", "sources", "xsCommon.c")));
  const memory = readElfMemory(readFileSync(elf));
  const linked = linkedCodeIn(textOf(join(compiled, "mc.xs.c")), memory);
  const folder = mkdtempSync(join(tmpdir(), "boom-box-lines-"));
  try {
    return scriptFunctionsOf(linked, await compileWithLines(built, folder), opcodes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compileWithLines(
  { sdk, modules, names, compiled }: BuiltScripts,
  folder: string,
): Promise<CompiledModule[]> {
  const found: CompiledModule[] = [];
  for (const name of names) {
    const forImage = join(compiled, "modules", `${name}.xsb`);
    // The manifest gives some modules another name; nothing of them is likely to hang.
    if (!existsSync(forImage)) continue;
    const output = join(folder, dirname(name));
    mkdirSync(output, { recursive: true });
    await run({
      command: "xsc",
      args: ["-c", "-e", "-d", join(modules, `${name}.js`), "-o", output, "-r", basename(name)],
      environment: sdk.environment,
      directory: modules,
      log: join(folder, "xsc.log"),
    });
    const withLines = readFileSync(join(output, `${basename(name)}.xsb`));
    found.push({
      name,
      code: byteCodeIn(readFileSync(forImage)),
      codeWithLines: byteCodeIn(withLines),
    });
  }
  return found;
}

function textOf(path: string): string {
  if (!existsSync(path)) throw new ByteCodeError(`there is no ${path}`);
  return readFileSync(path, "latin1");
}
