import { SourceMap } from "node:module";
import { printable } from "../../host-sim/printable.ts";
import { lineAt, type ScriptPlace, scriptFunctionAt } from "../byte-code/script-functions.ts";
import type { ScriptModule } from "./script-names.ts";
import type { Symbols } from "./symbols.ts";

const mostPlaces = 3;

/**
 * Where addresses of byte code are in the sources. An address that is in no function is something else that was
 * on the stack, and is left out.
 */
export function codeLines(addresses: readonly number[], symbols: Symbols): string[] {
  const lines = addresses.flatMap((address) => {
    const found = scriptFunctionAt(symbols.scriptFunctions, address);
    if (found === undefined) return [];
    const offset = address - found.address;
    const positions = found.places.flatMap((place) => positionOf(place, offset, symbols.modules));
    const shown = positions.slice(0, mostPlaces).join(" or ");
    const others = positions.length - mostPlaces;
    const places = others > 0 ? `${shown} or ${others} others` : shown;
    const name = printable(found.name);
    if (positions.length === 0) return name === "" ? [] : [`${name}  in the SDK`];
    return [name === "" ? places : `${name}  ${places}`];
  });
  return [...new Set(lines)];
}

function positionOf(
  place: ScriptPlace,
  offset: number,
  modules: readonly ScriptModule[],
): string[] {
  const module = modules.find(({ name }) => name === place.module);
  const line = lineAt(place, offset);
  if (module === undefined || line === undefined) return [];
  const text = module.text.split("\n")[line - 1] ?? "";
  const entry = new SourceMap(module.map).findEntry(line - 1, text.search(/\S|$/));
  return "originalSource" in entry
    ? [`${printable(entry.originalSource)}:${entry.originalLine + 1}`]
    : [];
}
