import type { BoxFiles } from "../../device/box-data.ts";
import { emulatorHost } from "../../host-sim/esp32/addresses.ts";
import { EmulatedBox } from "../../host-sim/esp32/emulated-box.ts";
import { adviseOutside, type Onlooker, type OutsideOptions } from "../advisor/session.ts";
import { UserError } from "../command-line/user-error.ts";
import { defaultImage } from "./sim.ts";
import { type EmulatorSurroundings, openSurroundings } from "./surroundings.ts";

export interface EmulatedAdvice {
  readonly ca: OutsideOptions["ca"];
  readonly pin: number;
  /** the box's own files, which are not in the image */
  readonly files: BoxFiles;
}

/**
 * Plays the advisor's cases against the built image on an emulated ESP32. It runs in real time,
 * because the chip's clock cannot run faster.
 * @throws UserError when the image cannot be run, or the emulator fails
 */
export async function adviseEmulated(
  { ca, pin, files }: EmulatedAdvice,
  onlooker: Onlooker,
): ReturnType<typeof adviseOutside> {
  let surroundings: EmulatorSurroundings | undefined;
  let box: EmulatedBox | undefined;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const start = async (port: number) => {
    const broker = { host: "127.0.0.1", port };
    surroundings = await openSurroundings({
      image: defaultImage,
      files,
      broker,
      environment: process.env,
    });
    const { qemu, flash, directory, relay, timeServer } = surroundings;
    box = new EmulatedBox({
      qemu,
      flash,
      directory,
      relay,
      timeServer,
      pins: [pin],
      onRecord: () => {},
      onText: () => {},
      onFailed: (words) => fail(new UserError(words)),
    });
    box.start();
  };
  const options: OutsideOptions = {
    ca,
    host: emulatorHost,
    address: "127.0.0.1",
    port: 0,
    onListening: (port) => void start(port).catch(fail),
  };
  try {
    return await Promise.race([adviseOutside(options, onlooker), failed]);
  } finally {
    box?.powerOff();
    await surroundings?.close();
  }
}
