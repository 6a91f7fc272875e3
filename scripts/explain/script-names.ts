import { SourceMap, type SourceMapPayload } from "node:module";

/** A JavaScript module as the image has it, and the map to its TypeScript. */
export interface ScriptModule {
  readonly name: string;
  readonly text: string;
  /** its sources are paths from the project's root */
  readonly map: SourceMapPayload;
}

/** Where a function stands in the sources. */
export interface Definition {
  /** its name there */
  readonly name: string;
  /** such as `device/core/box.ts:12` */
  readonly position: string;
}

interface Found extends Definition {
  /** of the function in the module, to the end of its block */
  readonly text: string;
}

/** `name(…) {` in a class, `function name(`, `const name = (…) =>`; one function to a line. */
const definition =
  /^(\s*)(?:(?:static |async |get |set )*(#?[\w$]+)\(.*\{$|(?:async )?function\*? ([\w$]+)\(|(?:const|let|var) ([\w$]+) = (?:async )?(?:\(|[\w$]+ =>|function))/;

const keywords = new Set(["if", "for", "while", "switch", "catch", "function", "return"]);

/**
 * What the names in an engine's stack mean. In an image, the engine knows the names of functions, and no
 * lines; our names are shortened, those of methods are not.
 */
export class ScriptNames {
  readonly #byName = new Map<string, Found[]>();

  constructor(modules: readonly ScriptModule[]) {
    for (const { text, map } of modules) this.#read(text.split("\n"), new SourceMap(map));
  }

  /**
   * @param stack the engine's frames, innermost first: `at name ()`
   * @returns for each, where it may be: more than one if the name does not tell
   */
  explain(stack: readonly string[]): readonly (readonly Definition[])[] {
    const frames = stack.map((frame) => this.#byName.get(nameIn(frame)) ?? []);
    return frames.map((candidates, index) => {
      // A caller's text has the name of what it calls.
      const callee = nameIn(stack[index - 1] ?? "");
      const callers = candidates.filter(({ text }) => callee !== "" && calls(text, callee));
      const best = callers.length > 0 ? callers : candidates;
      return best.map(({ name, position }) => ({ name, position }));
    });
  }

  #read(lines: readonly string[], map: SourceMap): void {
    for (const [index, line] of lines.entries()) {
      const [, indent = "", method, named, assigned] = definition.exec(line) ?? [];
      const name = method ?? named ?? assigned;
      if (name === undefined || keywords.has(name)) continue;
      const entry = map.findEntry(index, line.indexOf(name, indent.length));
      if (!("originalSource" in entry)) continue;
      const end = lines.findIndex((each, at) => at > index && each.startsWith(`${indent}}`));
      const found: Found = {
        // @types/node does not know it.
        name: (entry as { readonly name?: string }).name ?? name,
        position: `${entry.originalSource}:${entry.originalLine + 1}`,
        text: lines.slice(index + 1, end < 0 ? index + 1 : end).join("\n"),
      };
      const others = this.#byName.get(name);
      if (others === undefined) this.#byName.set(name, [found]);
      else others.push(found);
    }
  }
}

/** Of `at name (…)`, `at #name ()`, and `at ()` for a function without a name. */
function nameIn(frame: string): string {
  return /^at (?:get |set )?(#?[\w$]+) \(/.exec(frame)?.[1] ?? "";
}

function calls(text: string, name: string): boolean {
  return text.split(/[^\w$#]+/).includes(name);
}
