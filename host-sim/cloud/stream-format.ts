import { decode, encode } from "cborg";

/** The two formats of AWS's MQTT-based file delivery. In JSON, bytes are Base64. */
export type StreamFormat = "json" | "cbor";

/** A message's fields; what a sender wrote is untrusted. */
export type Fields = ReadonlyMap<string, unknown>;

export function isStreamFormat(text: string | undefined): text is StreamFormat {
  return text === "json" || text === "cbor";
}

/**
 * @returns the fields; `malformed` when it is not JSON or not CBOR, `no-object` when it is
 *     something other than an object with named fields
 */
export function readFields(
  format: StreamFormat,
  payload: Uint8Array,
): Fields | "malformed" | "no-object" {
  const value = format === "cbor" ? readCbor(payload) : readJson(payload);
  if (value === undefined) return "malformed";
  if (!(value instanceof Map)) return "no-object";
  const fields = new Map<string, unknown>();
  for (const [name, field] of value) {
    if (typeof name !== "string") return "no-object";
    fields.set(name, field);
  }
  return fields;
}

/** A field that is undefined is left out. */
export function writeFields(
  format: StreamFormat,
  fields: Readonly<Record<string, unknown>>,
): Uint8Array {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  if (format === "cbor") return encode(Object.fromEntries(present));
  const text = JSON.stringify(Object.fromEntries(present), (_name, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  );
  return Buffer.from(text);
}

function readJson(payload: Uint8Array): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(payload);
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? new Map(Object.entries(value)) : value;
  } catch {
    return undefined;
  }
}

function readCbor(payload: Uint8Array): unknown {
  try {
    // Maps, so that a field called `__proto__` is a field
    return decode(payload, { useMaps: true, rejectDuplicateMapKeys: true, allowUndefined: false });
  } catch {
    return undefined; // also when it is nested too deeply for the stack
  }
}
