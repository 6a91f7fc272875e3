import type { Settings } from "../../device/config.ts";
import { printable } from "../../host-sim/printable.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";

/** Why a box cannot work with a firmware, in one line with what to do; undefined if it can. */
export function misfit(
  thing: string,
  { network, pin }: Pick<Settings, "network" | "pin">,
  firmware: FirmwarePackage,
): string | undefined {
  if (network !== firmware.network) {
    return `the settings of ${thing} say network ${network}, but the firmware is for ${firmware.network}: change the settings, or take the firmware for ${network}`;
  }
  const used = firmware.usedPins.find((each) => each.pin === pin);
  if (used === undefined) return undefined;
  return `the settings of ${thing} put the gate on pin ${pin}, which the firmware uses for ${printable(used.by)}: choose another pin`;
}
