import { join } from "node:path";
import { parseSettings, type Settings } from "../../device/config.ts";
import { readIfPresent } from "../certs/files.ts";
import { UserError } from "../command-line/user-error.ts";
import { fitPins, reasonAgainstPin } from "./pins.ts";

/** The settings as checked, and the text that goes into the image. */
export interface SettingsFile {
  readonly settings: Settings;
  readonly text: string;
}

/** `certs/<thing>/settings.json`, beside the certificates: there are passwords in it. */
export function settingsPath(certsDirectory: string, thing: string): string {
  return join(certsDirectory, thing, "settings.json");
}

/** Good settings, but not for a board: everything but the board can be looked at with them. */
export class BoardError extends UserError {
  readonly settings: Settings;

  constructor(message: string, settings: Settings) {
    super(message);
    this.settings = settings;
  }
}

/** 4 KB hold eight networks and all names at their longest. */
const maximumBytes = 8_192;

/**
 * The settings of one box, checked for an ESP32.
 * @throws UserError of one line, with everything that is wrong and what to do, never a password;
 *   a {@link BoardError} when they are wrong for a board alone
 */
export async function readSettingsFile(
  certsDirectory: string,
  thing: string,
): Promise<SettingsFile> {
  const path = settingsPath(certsDirectory, thing);
  const bytes = await readIfPresent(path);
  if (bytes === undefined)
    throw new UserError(
      `there is no ${path}: write one like ${example(thing)}, or have it written by "boom-box provision --thing ${thing}"`,
    );
  const input = parseObject(bytes, path);
  const result = parseSettings(input);
  if (result.type === "problems") throw new UserError(`${path}: ${result.problems.join("; ")}`);
  const { settings } = result;
  if (settings.thingName !== thing) {
    throw new UserError(
      `${path}: thingName is ${settings.thingName}, but the folder is ${thing}'s`,
    );
  }
  const problems = problemsOf(settings);
  if (problems.length > 0) throw new BoardError(`${path}: ${problems.join("; ")}`, settings);
  return { settings, text: JSON.stringify(input) };
}

function problemsOf({ network, networks, pin }: Settings): string[] {
  const problems: string[] = [];
  if (network === "wifi" && networks.length === 0) {
    problems.push(
      'no WiFi network is named: add "networks": [{"SSID": "…", "password": "…"}], or "network": "ethernet" for a cable',
    );
  }
  const reason = reasonAgainstPin(pin);
  if (reason !== undefined) problems.push(`pin ${pin} ${reason}: take ${fitPins}`);
  return problems;
}

/** @throws UserError; what the file holds is not shown, for there are passwords in it */
function parseObject(bytes: Buffer, path: string): Readonly<Record<string, unknown>> {
  if (bytes.length > maximumBytes) {
    throw new UserError(`${path} is larger than ${maximumBytes} bytes: keep it to the settings`);
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UserError(`${path} is no JSON: mend it, or begin anew`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(`${path} is no JSON object: it must begin with {`);
  }
  return value as Record<string, unknown>;
}

const example = (thing: string) =>
  JSON.stringify({
    thingName: thing,
    endpoint: "xxxxxxxx-ats.iot.eu-west-1.amazonaws.com",
    networks: [{ SSID: "car park", password: "********" }],
  });
