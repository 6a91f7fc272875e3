import { parseSettings } from "../../device/config.ts";
import { defaultPrefix } from "../../device/messages/topics.ts";
import { readIfPresent, writeAtomically } from "../certs/files.ts";
import { UserError } from "../command-line/user-error.ts";
import { settingsPath } from "../firmware/settings-file.ts";

type SettingsObject = Readonly<Record<string, unknown>>;

/**
 * The box's settings file as the user wrote it; `{}` when there is none.
 * @throws UserError when the file is not a JSON object, so that an update would lose data
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
    // The error is not shown, because it may quote a password.
  }
  throw new UserError(
    `${path} is not a JSON object: correct it or move it away, and run this again`,
  );
}

/** The settings that provisioning writes. */
export interface KnownSettings {
  readonly thingName: string;
  readonly endpoint: string;
  readonly port?: number;
  readonly prefix: string;
}

/**
 * The user's settings with those from provisioning; everything else is kept.
 * @throws UserError of one line when the firmware would not accept the result
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
