import type { Settings } from "../../device/config.ts";
import { printable } from "../../host-sim/printable.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";

/** Why a box cannot work with a firmware, in one line with what to do; undefined if it can. */
export function misfit(
  thing: string,
  { network, pin, gateInput, button }: Pick<Settings, "network" | "pin" | "gateInput" | "button">,
  firmware: FirmwarePackage,
): string | undefined {
  if (network !== firmware.network) {
    return `the settings of ${thing} say network ${network}, but the firmware is for ${firmware.network}: change the settings, or take the firmware for ${network}`;
  }
  for (const [what, its] of [
    ["the gate", pin],
    ["its contact", gateInput?.pin],
    ["its button", button?.pin],
  ] as const) {
    const used = firmware.usedPins.find((each) => each.pin === its);
    if (used === undefined) continue;
    return `the settings of ${thing} put ${what} on pin ${its}, which the firmware uses for ${printable(used.by)}: choose another pin`;
  }
  return undefined;
}
