import type { Settings } from "../../device/config.ts";
import { gatesOf } from "../../device/gate-settings.ts";
import { printable } from "../../host-sim/printable.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";

/** Why a box cannot work with a firmware, in one line with what to do; undefined if it can. */
export function misfit(
  thing: string,
  settings: Settings,
  firmware: FirmwarePackage,
): string | undefined {
  const { network, led, button } = settings;
  if (network !== firmware.network) {
    return `the settings of ${thing} say network ${network}, but the firmware is for ${firmware.network}: change the settings, or take the firmware for ${network}`;
  }
  const uses = [
    ...gatesOf(settings).flatMap(({ name, pin, gateInput }) => {
      const gate = name === undefined ? "the gate" : `the gate ${name}`;
      return [[gate, pin] as const, [`the contact of ${gate}`, gateInput?.pin] as const];
    }),
    ["its light", led?.pin] as const,
    ["its button", button?.pin] as const,
  ];
  for (const [what, its] of uses) {
    const used = firmware.usedPins.find((each) => each.pin === its);
    if (used === undefined) continue;
    return `the settings of ${thing} put ${what} on pin ${its}, which the firmware uses for ${printable(used.by)}: choose another pin`;
  }
  return undefined;
}
