import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, relative, resolve } from "node:path";
import { projectRoot } from "../../project-root.ts";

/** Maps lines of a built module to lines of our sources. */
export class Positions {
  readonly #file: string;
  readonly #map: SourceMap;
  readonly #lines: readonly string[];

  /** @param file a module that `bundle()` wrote; its map is next to it */
  constructor(file: string) {
    this.#file = file;
    this.#map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8")) as SourceMapPayload);
    this.#lines = readFileSync(file, "utf8").split("\n");
  }

  /** @returns `device/core/gate.ts:47`, or undefined if there is no source */
  sourceOf(line: number): string | undefined {
    // XS reports no columns: the first word of the line stands for it.
    const column = (this.#lines[line - 1] ?? "").search(/\S/);
    if (column < 0) return undefined;
    const entry = this.#map.findEntry(line - 1, column);
    if (!("originalSource" in entry)) return undefined;
    const source = resolve(dirname(this.#file), entry.originalSource);
    return `${relative(projectRoot, source).replaceAll("\\", "/")}:${entry.originalLine + 1}`;
  }

  /** XS's stack, with our files instead of the built one: `at f (/x/boom-box.js:123)`. */
  restore(stack: string): string {
    return stack.replace(/\(([^()]+):(\d+)\)/g, (whole, file: string, line: string) => {
      const source = file === this.#file ? this.sourceOf(Number(line)) : undefined;
      return source === undefined ? whole : `(${source})`;
    });
  }
}
