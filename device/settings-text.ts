import { readUtf8, utf8Length, writeUtf8 } from "./core/utf8.ts";
import type { WiFiNetwork } from "./hal.ts";

/** Settings as a person or a tool wrote them: a JSON object whose values are not checked yet. */
export type RawSettings = Readonly<Record<string, unknown>>;

/** The file of a box with its settings. */
export const settingsFile = "settings.json";

/** Undefined if the bytes are not a JSON object in UTF-8. */
export function readSettings(bytes: Uint8Array): RawSettings | undefined {
  try {
    const value: unknown = JSON.parse(readUtf8(bytes));
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** JSON in UTF-8. */
export function writeSettings(settings: RawSettings): Uint8Array {
  const text = JSON.stringify(settings);
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return bytes;
}

const maximumNetworks = 8;

/** The same settings with this network as the preferred one. The last of too many is dropped. */
export function withNetwork(settings: RawSettings, network: WiFiNetwork): RawSettings {
  const before: readonly unknown[] = Array.isArray(settings.networks) ? settings.networks : [];
  const others = before.filter(
    (each) => (each as Partial<WiFiNetwork> | null)?.SSID !== network.SSID,
  );
  return { ...settings, networks: [network, ...others].slice(0, maximumNetworks) };
}

export function withoutNetworks(settings: RawSettings): RawSettings {
  return { ...settings, networks: [] };
}

/**
 * The same settings with these values. A network that is named without a password keeps the one that the
 * box has for it, because nobody can read it back. Another one without a password is open.
 */
export function withChange(settings: RawSettings, change: RawSettings): RawSettings {
  const changed = { ...settings, ...change };
  const { networks } = change;
  if (!Array.isArray(networks)) return changed;
  const known: readonly unknown[] = Array.isArray(settings.networks) ? settings.networks : [];
  return {
    ...changed,
    networks: networks.map((network: unknown) => withKnownPassword(network, known)),
  };
}

function withKnownPassword(network: unknown, known: readonly unknown[]): unknown {
  const { SSID, password } = (network ?? {}) as Partial<WiFiNetwork>;
  if (password !== undefined) return network;
  const same = known.find((each) => (each as Partial<WiFiNetwork> | null)?.SSID === SSID);
  return same ?? network;
}
