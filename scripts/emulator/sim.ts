import { join } from "node:path";
import { EmulatedBox } from "../../host-sim/esp32/emulated-box.ts";
import type { ScriptEntry } from "../../host-sim/faults/script.ts";
import { printable } from "../../host-sim/printable.ts";
import {
  type RunnableBox,
  runSimulator,
  type SimulatorEnd,
  type SimulatorOptions,
} from "../../host-sim/run-simulator.ts";
import { UserError } from "../command-line/user-error.ts";
import { outputOf } from "../firmware/build.ts";
import { flashFile } from "../firmware/image.ts";
import { openSurroundings, type SurroundingsOptions } from "./surroundings.ts";

/** The image from `boom-box build --emulator`. */
export const defaultImage = join(
  outputOf({ platform: "esp32", debug: false, emulator: true, secure: false }).bin,
  flashFile,
);

/** @throws UserError with one line for each fault that an emulated box does not support */
export function requireEmulatedFaults(entries: readonly ScriptEntry[], file: string): void {
  const refused = entries.flatMap((entry) =>
    entry.type === "fault" && !EmulatedBox.canHave(entry.fault) ? [entry.fault.fault] : [],
  );
  if (refused.length === 0) return;
  throw new UserError(
    [...new Set(refused)]
      .map(
        (fault) =>
          `${printable(file)}: an emulated box does not support the fault ${fault}: remove it`,
      )
      .join("\n"),
  );
}

/**
 * Runs the built image on an emulated ESP32 until the user ends it.
 * @throws UserError when the image cannot be run, or the emulator fails
 */
export async function runEmulated(
  options: SimulatorOptions & { readonly settings: { readonly pins: readonly number[] } },
  surroundings: SurroundingsOptions,
): Promise<SimulatorEnd> {
  const { qemu, chip, flash, directory, relay, timeServer, close } =
    await openSurroundings(surroundings);
  try {
    return await runSimulator(options, ({ onRecord, onFailed }): RunnableBox => {
      const box = new EmulatedBox({
        qemu,
        chip,
        flash,
        directory,
        relay,
        timeServer,
        pins: options.settings.pins,
        onRecord,
        onText: (text) => void process.stderr.write(`  ${printable(text)}\n`),
        onFailed: (words) => onFailed(new UserError(`${printable(words)}; the pin is LOW`)),
      });
      return {
        get state() {
          return box.state;
        },
        apply: (fault) => box.apply(fault),
        start: () => box.start(),
        // As on a board, a power cut gives the firmware no notice.
        stop: async () => box.powerOff(),
        powerOff: () => box.powerOff(),
      };
    });
  } finally {
    await close();
  }
}
