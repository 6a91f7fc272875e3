import { numberLimits } from "../../device/config.ts";
import { UserError } from "../command-line/user-error.ts";
import type { SdkConfig } from "./sdkconfig.ts";

/** The names of options that contain a pin number. Options of `CONFIG_SOC_` describe the chip. */
const pinOption = /^CONFIG_(?!SOC_)\w*(_(GPIO|PIN|IO)(_NUM)?(_\d+)?$|_(GPIO|PIN)_)/;
const noPin = /_(COUNT|TIME_GPIO)$/;

/** A pin that something else in the image uses. */
export interface UsedPin {
  readonly pin: number;
  /** what uses it: an option of ESP-IDF, or a setting of a board's manifest and its file */
  readonly by: string;
}

/** The pins that ESP-IDF's options use, each as `CONFIG_X=5`. */
export function pinsInConfig(config: SdkConfig): UsedPin[] {
  return [...config].flatMap(([name, value]) => {
    const pin = pinOption.test(name) && !noPin.test(name) ? pinOf(value) : undefined;
    return pin === undefined ? [] : [{ pin, by: `${name}=${value}` }];
  });
}

/**
 * One line for each use of the default pin: an image that is not set up keeps it LOW, so nothing else
 * may use it.
 */
export function pinProblems(used: readonly UsedPin[]): string[] {
  const { default: gatePin } = numberLimits.pin;
  return used
    .filter(({ pin }) => pin === gatePin)
    .map(
      ({ by }) =>
        `${by} uses the gate's pin ${gatePin}, which a box keeps LOW until it is set up: use another pin there`,
    );
}

/** @throws UserError with the lines of {@link pinProblems} */
export function requireFreePin(used: readonly UsedPin[]): void {
  const problems = pinProblems(used);
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

/** A word in a manifest's names that denotes a pin: `int_pin`, `MDC`, `reset`. */
const pinWord =
  /(^|_)(pins?|gpio|io|mdc|mdio|reset|rst|cs|sck|clk|clock|mosi|miso|sda|scl|data|dc|int|irq|busy|power|tx|rx|rts|cts|led|button)(_|$)/i;

/** The pins in a board's manifest, each by its place, such as `defines.ethernet.int_pin`. */
export function pinsInManifest(manifest: unknown): UsedPin[] {
  if (!isObject(manifest)) return [];
  const platforms = isObject(manifest.platforms) ? Object.entries(manifest.platforms) : [];
  return [["", manifest] as const, ...platforms].flatMap(([platform, part]) => {
    const place = platform === "" ? "" : `platforms.${platform}.`;
    if (!isObject(part)) return [];
    return ["defines", "config"].flatMap((section) =>
      walk(part[section], `${place}${section}`, false),
    );
  });
}

function walk(value: unknown, path: string, isPinPlace: boolean): UsedPin[] {
  if (Array.isArray(value)) {
    return value.flatMap((each: unknown, index) => walk(each, `${path}[${index}]`, isPinPlace));
  }
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, each]) =>
      walk(each, `${path}.${name}`, isPinPlace || pinWord.test(name)),
    );
  }
  const pin = isPinPlace ? pinOf(String(value)) : undefined;
  return pin === undefined ? [] : [{ pin, by: path }];
}

/** `5` or `GPIO_NUM_5`; undefined for anything else, such as -1 */
function pinOf(value: string): number | undefined {
  const digits = /^(?:GPIO_NUM_)?(\d+)$/.exec(value)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
