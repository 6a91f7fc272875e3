import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import type { ScriptModule } from "../explain/script-names.ts";
import { packSymbols, readElfFile } from "../explain/symbols.ts";
import type { ImagePlaces } from "./image.ts";

/** Next to the image, until `boom-box package` puts it beside the package. */
const symbolsFile = "symbols.zip";

export function builtSymbols({ bin }: Pick<ImagePlaces, "bin">): string {
  return join(bin, symbolsFile);
}

/**
 * Keeps what explains a crash of the image: the next build replaces the modules.
 * @param modules the folder of the bundled modules
 */
export async function keepSymbols(places: ImagePlaces, modules: string): Promise<void> {
  const native = await readElfFile(join(places.project, "build", "xs_esp32.elf"));
  writeFileSync(builtSymbols(places), await packSymbols({ native, modules: modulesIn(modules) }));
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
