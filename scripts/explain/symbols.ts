import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { ScriptFunction } from "../byte-code/script-functions.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";
import { ElfError, type ElfSymbols, readElf } from "./elf.ts";
import type { ScriptModule } from "./script-names.ts";

/** What turns the addresses and names of a crash into functions and lines. */
export interface Symbols {
  readonly native: ElfSymbols | undefined;
  readonly modules: readonly ScriptModule[];
  /** the byte code of the image; none if nobody knows it */
  readonly scriptFunctions: readonly ScriptFunction[];
}

export const noSymbols: Symbols = { native: undefined, modules: [], scriptFunctions: [] };

/** The file with the symbols of a package; it stands beside the package, and is never flashed. */
export function symbolsPath(packageFolder: string): string {
  return `${packageFolder}-symbols.zip`;
}

const nativeFile = "functions.json";
const scriptFile = "script-functions.json";
const largestFile = 64_000_000;

const nativeFunctions = v.object({
  sha256: v.pipe(v.string(), v.regex(/^[\da-f]{64}$/)),
  functions: v.array(v.tuple([v.number(), v.number(), v.string()])),
});
const scriptFunctionList = v.array(
  v.object({
    address: v.number(),
    length: v.number(),
    name: v.string(),
    places: v.array(
      v.object({ module: v.string(), lines: v.array(v.tuple([v.number(), v.number()])) }),
    ),
  }),
);
const sourceMap = v.looseObject({
  version: v.literal(3),
  sources: v.array(v.string()),
  names: v.array(v.string()),
  mappings: v.string(),
});

/** A zip of the functions and the modules with their maps. The same symbols make the same file. */
export async function packSymbols({
  native,
  modules,
  scriptFunctions,
}: Symbols): Promise<Uint8Array> {
  const { strToU8, zipSync } = await import("fflate");
  const files: Record<string, Uint8Array> = {};
  if (native !== undefined) {
    const functions = native.functions.map(({ address, size, name }) => [address, size, name]);
    files[nativeFile] = strToU8(JSON.stringify({ sha256: native.sha256, functions }));
  }
  if (scriptFunctions.length > 0) files[scriptFile] = strToU8(JSON.stringify(scriptFunctions));
  for (const { name, text, map } of modules) {
    files[`${name}.js`] = strToU8(text);
    files[`${name}.js.map`] = strToU8(JSON.stringify(map));
  }
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
}

/**
 * Reads symbols, which are untrusted.
 * @throws UserError of one line when the file is none that `boom-box package` writes
 */
export async function readSymbols(path: string): Promise<Symbols> {
  const packed = await readFile(path);
  const { strFromU8, unzipSync } = await import("fflate");
  try {
    const files = unzipSync(packed, { filter: ({ originalSize }) => originalSize <= largestFile });
    const parsed = (name: string): unknown =>
      JSON.parse(strFromU8(files[name] ?? new Uint8Array()));
    const modules = Object.keys(files).flatMap((name): ScriptModule[] => {
      if (!name.endsWith(".js")) return [];
      const map = v.parse(sourceMap, parsed(`${name}.map`)) as unknown as ScriptModule["map"];
      return [
        {
          name: name.slice(0, -".js".length),
          text: strFromU8(files[name] ?? new Uint8Array()),
          map,
        },
      ];
    });
    const scriptFunctions =
      files[scriptFile] === undefined ? [] : v.parse(scriptFunctionList, parsed(scriptFile));
    if (files[nativeFile] === undefined) return { native: undefined, modules, scriptFunctions };
    const { sha256, functions } = v.parse(nativeFunctions, parsed(nativeFile));
    return {
      native: {
        sha256,
        functions: functions.map(([address, size, name]) => ({ address, size, name })),
      },
      modules,
      scriptFunctions,
    };
  } catch (cause) {
    throw new UserError(
      `${path} has no symbols that can be read (${messageOf(cause)}): make the package again with "boom-box package"`,
      { cause },
    );
  }
}

/** @throws UserError of one line when the file is no ELF file */
export async function readElfFile(path: string): Promise<ElfSymbols> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new UserError(`${path} cannot be read (${messageOf(cause)})`, { cause });
  });
  try {
    return readElf(bytes);
  } catch (cause) {
    if (!(cause instanceof ElfError)) throw cause;
    throw new UserError(`${path} ${cause.message}: name xs_esp32.elf of the build`, { cause });
  }
}
