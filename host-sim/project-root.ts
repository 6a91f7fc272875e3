import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The checkout's root folder, so that the command works from any folder. */
export const projectRoot = rootAbove(import.meta.dirname);

/** This runs both from source and compiled, which are at different depths. */
function rootAbove(directory: string): string {
  if (existsSync(join(directory, "package.json"))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error("no package.json above the program");
  return rootAbove(parent);
}
