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

/** Where `boom-box build --emulator` leaves its image. */
export const defaultImage = join(
  outputOf({ platform: "esp32", debug: false, emulator: true }).bin,
  flashFile,
);

/** @throws UserError: one line for each fault that a box in an emulator cannot have */
export function requireEmulatedFaults(entries: readonly ScriptEntry[], file: string): void {
  const refused = entries.flatMap((entry) =>
    entry.type === "fault" && !EmulatedBox.canHave(entry.fault) ? [entry.fault.fault] : [],
  );
  if (refused.length === 0) return;
  throw new UserError(
    [...new Set(refused)]
      .map((fault) => `${printable(file)}: an emulated box cannot have the fault ${fault}`)
      .join("\n"),
  );
}

/**
 * Runs the built image on an emulated ESP32 until somebody ends it.
 * @throws UserError of one line when it cannot be run, or fails
 */
export async function runEmulated(
  options: SimulatorOptions & { readonly settings: { readonly pin: number } },
  surroundings: SurroundingsOptions,
): Promise<SimulatorEnd> {
  const { qemu, flash, directory, relay, timeServer, close } = await openSurroundings(surroundings);
  try {
    return await runSimulator(options, ({ onRecord, onFailed }): RunnableBox => {
      const box = new EmulatedBox({
        qemu,
        flash,
        directory,
        relay,
        timeServer,
        pin: options.settings.pin,
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
        // A board is not told either when somebody pulls its plug.
        stop: async () => box.powerOff(),
        powerOff: () => box.powerOff(),
      };
    });
  } finally {
    await close();
  }
}
