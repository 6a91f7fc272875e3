import type { BoxData } from "./box-data.ts";
import { thisChip } from "./chip.ts";
import { type NetworkKind, parseSettings, type Settings } from "./config.ts";
import { type RawSettings, readSettings, settingsFile } from "./settings-text.ts";

/** Whether a box's files are enough to work with. */
export type BoxContents =
  | { readonly type: "ready"; readonly settings: Settings }
  /** it waits to be set up; one reason per line, without secrets */
  | { readonly type: "incomplete"; readonly reasons: readonly string[] };

/** The files for TLS: of a box that has its certificate, and of one that claims it. All but the last are DER. */
export const ownFiles = ["ca.der", "certificate.der", "private-key.der"] as const;
export const claimFiles = [
  "ca.der",
  "private-key.der",
  "claim-certificate.der",
  "claim-private-key.der",
  "request.pem",
] as const;

/**
 * @param networkKind what the image was built for; undefined if it supports each kind
 * @param input its settings, if not those that it keeps
 */
export function contentsOf(
  data: BoxData,
  networkKind: NetworkKind | undefined,
  input = settingsIn(data),
): BoxContents {
  if (data.state === "empty") return incomplete("the box is not set up yet");
  if (data.state === "damaged")
    return incomplete("the box's settings are damaged: set it up again");
  if (input === undefined) return incomplete(`${settingsFile} is missing, or not a JSON object`);
  const result = parseSettings(input, thisChip);
  if (result.type === "problems") return { type: "incomplete", reasons: result.problems };
  const { settings } = result;
  const reasons: string[] = [];
  if (networkKind !== undefined && settings.network !== networkKind) {
    reasons.push(`network is ${settings.network}, but this firmware is for ${networkKind}`);
  }
  if (settings.network === "wifi" && settings.networks.length === 0) {
    reasons.push("no WiFi network is set");
  }
  for (const name of settings.claim === undefined ? ownFiles : claimFiles) {
    if (!data.has(name)) reasons.push(`${name} is missing`);
  }
  return reasons.length === 0 ? { type: "ready", settings } : { type: "incomplete", reasons };
}

const incomplete = (reason: string): BoxContents => ({ type: "incomplete", reasons: [reason] });

/** Undefined if there are none, or they are not a JSON object. */
export function settingsIn(data: BoxData, name = settingsFile): RawSettings | undefined {
  const bytes = data.read(name);
  return bytes === undefined ? undefined : readSettings(bytes);
}
