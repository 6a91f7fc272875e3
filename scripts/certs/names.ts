import { isIP } from "node:net";
import { isThingName, serviceClientIdPrefix } from "../../device/messages/topics.ts";
import { UserError } from "../command-line/user-error.ts";
import { reservedIdentities } from "./paths.ts";

/**
 * Checks the names of boxes and removes duplicates.
 * @throws UserError if a name is not a thing name, is reserved, or differs from another only in case
 */
export function checkedThings(things: readonly string[]): string[] {
  const byFolder = new Map<string, string>();
  for (const thing of things) {
    if (!isThingName(thing)) {
      throw new UserError(
        `${JSON.stringify(thing)} cannot name a box: use 1 to 64 letters, digits, _, - or :, and do not begin with "${serviceClientIdPrefix}", which is for publishers`,
      );
    }
    // some file systems treat "CA" and "ca" as the same folder
    const folder = thing.toLowerCase();
    if (reservedIdentities.some((reserved) => reserved === folder)) {
      throw new UserError(
        `"${thing}" cannot name a box: it is the folder of the ${folder}; use another name`,
      );
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
 * Normalizes DNS names and IP addresses, and removes duplicates.
 * @throws UserError for anything else, including wildcards: a server's certificate states exact names
 */
export function checkedServerNames(names: readonly string[]): string[] {
  return [
    ...new Set(
      names.map((name) => {
        const canonical = canonicalName(name);
        if (canonical === undefined) {
          throw new UserError(
            `${JSON.stringify(name)} cannot name the server: use a DNS name (gate.example.org) or an IP address`,
          );
        }
        return canonical;
      }),
    ),
  ];
}

const dnsLabel = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** The normalized form of a DNS name or IP address, or undefined when it is neither. */
export function canonicalName(name: string): string | undefined {
  const version = isIP(name);
  if (version === 4) return name;
  if (version === 6) {
    // a zone (fe80::1%eth0) is valid on one machine only
    return name.includes("%") ? undefined : new URL(`https://[${name}]`).hostname.slice(1, -1);
  }
  const lower = name.toLowerCase();
  const labels = lower.split(".");
  // 300.1.2.3 is a mistyped address, not a DNS name
  if (/^[0-9]+$/.test(labels.at(-1) ?? "")) return undefined;
  return lower.length <= 253 && labels.every((label) => dnsLabel.test(label)) ? lower : undefined;
}
