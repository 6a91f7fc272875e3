import { isIP } from "node:net";
import { isThingName } from "../../device/messages/topics.ts";
import { UserError } from "../command-line/user-error.ts";
import { reservedIdentities } from "./paths.ts";

/**
 * The names of boxes, each once.
 * @throws UserError for what is no thing name, is reserved, or differs from another only in case
 */
export function checkedThings(things: readonly string[]): string[] {
  const byFolder = new Map<string, string>();
  for (const thing of things) {
    if (!isThingName(thing)) {
      throw new UserError(
        `${JSON.stringify(thing)} cannot name a box: 1 to 64 letters, digits, _, - or : can`,
      );
    }
    // some file systems take "CA" and "ca" for the same folder
    const folder = thing.toLowerCase();
    if (reservedIdentities.some((reserved) => reserved === folder)) {
      throw new UserError(`"${thing}" cannot name a box: it is the folder of the ${folder} itself`);
    }
    const other = byFolder.get(folder);
    if (other !== undefined && other !== thing) {
      throw new UserError(`"${other}" and "${thing}" differ only in case: rename one box`);
    }
    byFolder.set(folder, thing);
  }
  return [...byFolder.values()];
}

/**
 * DNS names and IP addresses, each once and in one spelling.
 * @throws UserError for anything else; wildcards too, as a server's certificate names what it is
 */
export function checkedServerNames(names: readonly string[]): string[] {
  return [
    ...new Set(
      names.map((name) => {
        const canonical = canonicalName(name);
        if (canonical === undefined) {
          throw new UserError(
            `${JSON.stringify(name)} cannot name the server: a DNS name (gate.example.org) or an IP address can`,
          );
        }
        return canonical;
      }),
    ),
  ];
}

const dnsLabel = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** The one spelling of a DNS name or IP address, or undefined when it is neither. */
export function canonicalName(name: string): string | undefined {
  const version = isIP(name);
  if (version === 4) return name;
  if (version === 6) {
    // a zone (fe80::1%eth0) means something on one machine only
    return name.includes("%") ? undefined : new URL(`https://[${name}]`).hostname.slice(1, -1);
  }
  const lower = name.toLowerCase();
  const labels = lower.split(".");
  // 300.1.2.3 is a mistyped address
  if (/^[0-9]+$/.test(labels.at(-1) ?? "")) return undefined;
  return lower.length <= 253 && labels.every((label) => dnsLabel.test(label)) ? lower : undefined;
}
