import { readUtf8 } from "../core/utf8.ts";

/** The settings in the image: a JSON object. Anything else counts as empty. */
export function readSettings(resource: ArrayBuffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readUtf8(new Uint8Array(resource)));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
