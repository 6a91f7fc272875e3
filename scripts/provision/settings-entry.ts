import { parseSettings } from "../../device/config.ts";
import { defaultPrefix } from "../../device/messages/topics.ts";
import { readIfPresent, writeAtomically } from "../certs/files.ts";
import { UserError } from "../command-line/user-error.ts";
import { settingsPath } from "../firmware/settings-file.ts";

type SettingsObject = Readonly<Record<string, unknown>>;

/**
 * The box's settings file as a maker left it; `{}` when there is none.
 * @throws UserError when it cannot be added to without losing something
 */
export async function readSettingsEntry(certs: string, thing: string): Promise<SettingsObject> {
  const path = settingsPath(certs, thing);
  const bytes = await readIfPresent(path);
  if (bytes === undefined) return {};
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as SettingsObject;
    }
  } catch {
    // Not shown: there are passwords in it.
  }
  throw new UserError(`${path} is no JSON object: mend it, or move it away, and run this again`);
}

/** What provisioning knows better than the maker. */
export interface KnownSettings {
  readonly thingName: string;
  readonly endpoint: string;
  readonly port?: number;
  readonly prefix: string;
}

/**
 * The maker's settings with what provisioning knows; everything else is kept.
 * @throws UserError in one line, when the result would not be taken by the firmware
 */
export function mergedSettings(
  before: SettingsObject,
  { thingName, endpoint, port, prefix }: KnownSettings,
  extra: SettingsObject = {},
): SettingsObject {
  const merged = {
    ...before,
    ...extra,
    thingName,
    endpoint,
    ...(port === undefined ? {} : { port }),
    ...(prefix === defaultPrefix && before.prefix === undefined ? {} : { prefix }),
  };
  const result = parseSettings(merged);
  if (result.type === "settings") return merged;
  throw new UserError(`settings of ${thingName}: ${result.problems.join("; ")}`);
}

/** @returns whether anything changed */
export async function writeSettingsEntry(
  certs: string,
  thing: string,
  settings: SettingsObject,
): Promise<boolean> {
  const path = settingsPath(certs, thing);
  const before = await readSettingsEntry(certs, thing);
  if (JSON.stringify(before) === JSON.stringify(settings)) return false;
  await writeAtomically(path, `${JSON.stringify(settings, null, 2)}\n`);
  return true;
}
