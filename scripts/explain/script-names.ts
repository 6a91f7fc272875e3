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
  /** its name in the module */
  readonly short: string;
  readonly file: string;
  /** of the function in the module, to the end of its block */
  readonly text: string;
}

/** `name(…) {` in a class, `function name(`, `const name = (…) =>`; one function to a line. */
const definition =
  /^(\s*)(?:(?:static |async |get |set )*(#?[\w$]+)\(.*\{$|(?:async )?function\*? ([\w$]+)\(|(?:const|let|var) ([\w$]+) = (?:async )?(?:\(|[\w$]+ =>|function))/;

const keywords = new Set(["if", "for", "while", "switch", "catch", "function", "return"]);

/**
 * What the names in an engine's stack mean. In an image, the engine knows the names of functions and public
 * methods, and no lines. Names of functions are shortened.
 */
export class ScriptNames {
  readonly #byName = new Map<string, Found[]>();

  constructor(modules: readonly ScriptModule[]) {
    for (const { text, map } of modules) this.#read(text.split("\n"), new SourceMap(map));
  }

  /**
   * @param stack the engine's frames, innermost first: `at name ()`
   * @returns for each, where it may be: more than one if the name does not tell, none if nobody knows
   */
  explain(stack: readonly string[]): readonly (readonly Definition[])[] {
    const names = stack.map(nameIn);
    const places = names.map((name): readonly Found[] => this.#byName.get(name) ?? []);
    // A caller's text has the name of what it calls: from the inside, and then from the outside.
    for (const [index, name] of names.entries()) {
      const callees = places[index - 1] ?? [];
      const all = name === "" ? this.#unnamed : (places[index] ?? []);
      const callers = all.filter((each) => callees.some((callee) => calls(each, callee)));
      if (callers.length > 0) places[index] = callers;
    }
    for (let index = names.length - 2; index >= 0; index--) {
      const callers = places[index + 1] ?? [];
      const called = (places[index] ?? []).filter((each) =>
        callers.some((caller) => calls(caller, each)),
      );
      if (called.length > 0) places[index] = called;
      else if (names[index] === "") places[index] = [];
    }
    return places.map((each) => each.map(({ name, position }) => ({ name, position })));
  }

  /** The engine does not know the names of private methods. */
  get #unnamed(): Found[] {
    return [...this.#byName].flatMap(([name, found]) => (name.startsWith("#") ? found : []));
  }

  #read(lines: readonly string[], map: SourceMap): void {
    for (const [index, line] of lines.entries()) {
      const [, indent = "", method, named, assigned] = definition.exec(line) ?? [];
      const name = method ?? named ?? assigned;
      if (name === undefined || keywords.has(name)) continue;
      const entry = map.findEntry(index, line.indexOf(name, indent.length));
      if (!("originalSource" in entry)) continue;
      const end = lines.findIndex((each, at) => at > index && each.startsWith(`${indent}}`));
      const file = entry.originalSource;
      const found: Found = {
        short: name,
        file,
        // @types/node does not know it.
        name: (entry as { readonly name?: string }).name ?? name,
        position: `${file}:${entry.originalLine + 1}`,
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

/** A private method is called in its own class only. */
function calls(caller: Found, { short, file }: Found): boolean {
  if (short.startsWith("#") && caller.file !== file) return false;
  return caller.text.split(/[^\w$#]+/).includes(short);
}
