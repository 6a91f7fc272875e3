import { readUtf8 } from "../core/utf8.ts";

/** The settings as they lie in the image: JSON, an object; anything else is as good as none. */
export function readSettings(resource: ArrayBuffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readUtf8(new Uint8Array(resource)));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
