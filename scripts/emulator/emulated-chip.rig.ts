import { existsSync } from "node:fs";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { findQemu } from "./find-qemu.ts";
import { defaultImage } from "./sim.ts";

/** Skips the tests of `context` on a machine without the emulator or without its image. */
export async function skipWithoutEmulatedChip(context: Mocha.Context): Promise<void> {
  const hasQemu = await findQemu(process.env).then(
    () => true,
    () => false,
  );
  const what = 'an ESP32 emulator, and an image from "boom-box build --emulator"';
  skipWithout(context, "esp32", hasQemu && existsSync(defaultImage), what);
}
