import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { ByteCodeError } from "../byte-code/instructions.ts";
import type { ScriptFunction } from "../byte-code/script-functions.ts";
import type { ScriptModule } from "../explain/script-names.ts";
import { packSymbols, readElfFile } from "../explain/symbols.ts";
import type { ImagePlaces } from "./image.ts";
import { readScriptFunctions } from "./script-functions.ts";
import type { ModdableSdk } from "./sdk.ts";

/** Next to the image, until `boom-box package` puts it beside the package. */
const symbolsFile = "symbols.zip";

export function builtSymbols({ bin }: Pick<ImagePlaces, "bin">): string {
  return join(bin, symbolsFile);
}

/**
 * Keeps what explains a crash of the image: the next build replaces the modules.
 * @param folder of the bundled modules
 * @returns why the lines of JavaScript are missing; undefined if they are there, or in the image itself
 */
export async function keepSymbols(
  output: ImagePlaces & { readonly kind: "debug" | "release" },
  folder: string,
  sdk: ModdableSdk,
): Promise<string | undefined> {
  const elf = join(output.project, "build", "xs_esp32.elf");
  const native = await readElfFile(elf);
  const modules = modulesIn(folder);
  const names = modules.map(({ name }) => name);
  const compiled = dirname(output.project);
  let scriptFunctions: readonly ScriptFunction[] = [];
  let missing: string | undefined;
  try {
    // The engine of a debug image knows its lines.
    if (output.kind === "release") {
      scriptFunctions = await readScriptFunctions({ sdk, modules: folder, names, compiled, elf });
    }
  } catch (error) {
    if (!(error instanceof ByteCodeError)) throw error;
    missing = error.message;
  }
  writeFileSync(builtSymbols(output), await packSymbols({ native, modules, scriptFunctions }));
  return missing;
}

/** The bundled modules in a folder, with maps that name sources from the project's root. */
export function modulesIn(folder: string): ScriptModule[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js") && existsSync(join(folder, `${name}.map`)))
    .sort()
    .map((name) => {
      const file = join(folder, name);
      const map: ScriptModule["map"] = JSON.parse(readFileSync(`${file}.map`, "utf8"));
      const sources = map.sources.map((source) => pathInProject(resolve(dirname(file), source)));
      return {
        name: name.slice(0, -".js".length).replaceAll("\\", "/"),
        text: readFileSync(file, "utf8"),
        map: { ...map, sources },
      };
    });
}

const pathInProject = (path: string) => relative(projectRoot, path).replaceAll("\\", "/");
