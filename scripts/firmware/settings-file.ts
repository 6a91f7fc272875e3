import { join } from "node:path";
import {
  fitInputPins,
  fitPins,
  reasonAgainstInputPin,
  reasonAgainstPin,
} from "../../device/chips/pins.ts";
import { type Chip, esp32 } from "../../device/chips/table.ts";
import { parseSettings, type Settings } from "../../device/config.ts";
import { gatesOf } from "../../device/gate-settings.ts";
import type { RawSettings } from "../../device/settings-text.ts";
import { readIfPresent } from "../certs/files.ts";
import { UserError } from "../command-line/user-error.ts";

/** The checked settings, and the object that they were read from, for the box's partition. */
export interface SettingsFile {
  readonly settings: Settings;
  readonly input: RawSettings;
}

/** `certs/<thing>/settings.json`, next to the certificates because it contains passwords. */
export function settingsPath(certsDirectory: string, thing: string): string {
  return join(certsDirectory, thing, "settings.json");
}

/** Settings that are invalid only for a board. All other checks can use them. */
export class BoardError extends UserError {
  readonly settings: Settings;

  constructor(message: string, settings: Settings) {
    super(message);
    this.settings = settings;
  }
}

/** More than enough: eight networks and the longest names take 4 KB. */
const maximumBytes = 8_192;

/**
 * Reads the settings of one box, and checks them for a board.
 * @param chip of the board
 * @throws UserError of one line with all problems and what to do, never with a password;
 *   a {@link BoardError} when they are invalid only for a board
 */
export async function readSettingsFile(
  certsDirectory: string,
  thing: string,
  chip: Chip = esp32,
): Promise<SettingsFile> {
  const path = settingsPath(certsDirectory, thing);
  const bytes = await readIfPresent(path);
  if (bytes === undefined)
    throw new UserError(
      `${path} does not exist: write one like ${example(thing)}, or let "boom-box provision --thing ${thing}" write it`,
    );
  const input = parseObject(bytes, path);
  const result = parseSettings(input);
  if (result.type === "problems") throw new UserError(`${path}: ${result.problems.join("; ")}`);
  const { settings } = result;
  if (settings.thingName !== thing) {
    throw new UserError(
      `${path}: thingName is ${settings.thingName}, but the folder is for ${thing}: change one of them`,
    );
  }
  const problems = boardProblems(settings, chip);
  if (problems.length > 0) throw new BoardError(`${path}: ${problems.join("; ")}`, settings);
  return { settings, input };
}

/** Why these settings do not fit a board with this chip, one line each. */
export function boardProblems(settings: Settings, chip: Chip): string[] {
  const { network, networks, led, button } = settings;
  const problems: string[] = [];
  if (network === "wifi" && networks.length === 0) {
    problems.push(
      'there is no WiFi network: add "networks": [{"SSID": "…", "password": "…"}], or "network": "ethernet" for a cable',
    );
  }
  for (const { name, pin, gateInput } of gatesOf(settings)) {
    const gate = name === undefined ? "" : `gate ${name}: `;
    const reason = reasonAgainstPin(pin, chip);
    if (reason !== undefined) problems.push(`${gate}pin ${pin} ${reason}: use ${fitPins(chip)}`);
    const inputReason = gateInput && reasonAgainstInputPin(gateInput.pin, chip);
    if (inputReason !== undefined) {
      problems.push(
        `${gate}gateInput: pin ${gateInput?.pin} ${inputReason}: use ${fitInputPins(chip)}`,
      );
    }
  }
  const ledReason = led && reasonAgainstLight(led.pin, chip);
  if (ledReason !== undefined)
    problems.push(`led: pin ${led?.pin} ${ledReason}: use ${fitLightPins(chip)}`);
  const buttonReason = button && reasonAgainstPin(button.pin, chip);
  if (buttonReason !== undefined)
    problems.push(`button: pin ${button?.pin} ${buttonReason}: use ${fitPins(chip)}`);
  return problems;
}

/** A light may be on the strapping pin on which many boards have one. */
export function reasonAgainstLight(pin: number, chip: Chip): string | undefined {
  return pin === chip.lightPin ? undefined : reasonAgainstPin(pin, chip);
}

export function fitLightPins(chip: Chip): string {
  return chip.lightPin === undefined ? fitPins(chip) : `${chip.lightPin} or ${fitPins(chip)}`;
}

/** @throws UserError, without the file's contents, because they may include passwords */
function parseObject(bytes: Buffer, path: string): RawSettings {
  if (bytes.length > maximumBytes) {
    throw new UserError(
      `${path} is larger than ${maximumBytes} bytes: keep only the settings in it`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UserError(`${path} is not valid JSON: correct it`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(`${path} is not a JSON object: it must begin with {`);
  }
  return value as RawSettings;
}

const example = (thing: string) =>
  JSON.stringify({
    thingName: thing,
    endpoint: "xxxxxxxx-ats.iot.eu-west-1.amazonaws.com",
    networks: [{ SSID: "car park", password: "********" }],
  });
