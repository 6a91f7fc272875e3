import type { SdkConfig } from "./sdkconfig.ts";

/** The names of options that contain a pin number. Options of `CONFIG_SOC_` describe the chip. */
const pinOption = /^CONFIG_(?!SOC_)\w*(_(GPIO|PIN|IO)(_NUM)?(_\d+)?$|_(GPIO|PIN)_)/;
const noPin = /_(COUNT|TIME_GPIO)$/;

/** @returns the ESP-IDF options that use the gate's pin, as `CONFIG_X=5` */
export function pinConflictsOf(config: SdkConfig, pin: number): string[] {
  return [...config]
    .filter(([name, value]) => pinOption.test(name) && !noPin.test(name) && isPin(value, pin))
    .map(([name, value]) => `${name}=${value}`);
}

/** A word in a manifest's names that denotes a pin: `int_pin`, `MDC`, `reset`. */
const pinWord =
  /(^|_)(pins?|gpio|io|mdc|mdio|reset|rst|cs|sck|clk|clock|mosi|miso|sda|scl|data|dc|int|irq|busy|power|tx|rx|rts|cts|led|button)(_|$)/i;

/** @returns the settings of a board's manifest that use the gate's pin, as `defines.ethernet.int_pin` */
export function manifestPinConflicts(manifest: unknown, pin: number): string[] {
  if (!isObject(manifest)) return [];
  const platforms = isObject(manifest.platforms) ? Object.entries(manifest.platforms) : [];
  return [["", manifest] as const, ...platforms].flatMap(([platform, part]) => {
    const place = platform === "" ? "" : `platforms.${platform}.`;
    if (!isObject(part)) return [];
    return ["defines", "config"].flatMap((section) =>
      walk(part[section], `${place}${section}`, false, pin),
    );
  });
}

function walk(value: unknown, path: string, isPinPlace: boolean, pin: number): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each: unknown, index) =>
      walk(each, `${path}[${index}]`, isPinPlace, pin),
    );
  }
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, each]) =>
      walk(each, `${path}.${name}`, isPinPlace || pinWord.test(name), pin),
    );
  }
  return isPinPlace && isPin(String(value), pin) ? [path] : [];
}

const isPin = (value: string, pin: number) =>
  /^(GPIO_NUM_)?\d+$/.test(value) && value.replace("GPIO_NUM_", "") === String(pin);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
