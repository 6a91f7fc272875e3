import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BoxFiles } from "../../device/box-data.ts";
import { type Chip, esp32 } from "../../device/chips/table.ts";
import {
  emulatorBrokerPort,
  emulatorHost,
  emulatorTimePort,
} from "../../host-sim/esp32/addresses.ts";
import { checkFlash, chipOfFlash, FlashImageError } from "../../host-sim/esp32/flash-image.ts";
import { Relay, type RelayTarget } from "../../host-sim/esp32/relay.ts";
import { TimeServer } from "../../host-sim/esp32/time-server.ts";
import { UserError } from "../command-line/user-error.ts";
import { installBoxFiles } from "./box-files.ts";
import { findQemu } from "./find-qemu.ts";

/** What an emulated box needs on this machine. */
export interface EmulatorSurroundings {
  readonly qemu: string;
  /** the image's */
  readonly chip: Chip;
  /** a copy of the image that the box can write to */
  readonly flash: string;
  /** private; {@link close} deletes it */
  readonly directory: string;
  readonly relay: Relay;
  readonly timeServer: TimeServer;
  close(): Promise<void>;
}

export interface SurroundingsOptions {
  /** the whole flash, from `boom-box build --emulator` */
  readonly image: string;
  /** the box's own files, which are not in the image */
  readonly files: BoxFiles;
  readonly broker: RelayTarget;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Finds the emulator, checks the image, and listens at the addresses that the image has for its
 * broker and its time server. If a step fails, it cleans up the earlier ones.
 * @throws UserError of one line: what is wrong, and what to do
 */
export async function openSurroundings(
  options: SurroundingsOptions,
): Promise<EmulatorSurroundings> {
  const { image, files, broker, environment } = options;
  const { bytes, chip } = readImage(image);
  const qemu = await findQemu(environment, chip);
  installBoxFiles(bytes, files);
  const relay = await listen(
    "broker",
    emulatorBrokerPort,
    Relay.listen(emulatorBrokerPort, broker),
  );
  let timeServer: TimeServer;
  try {
    timeServer = await listen("time server", emulatorTimePort, TimeServer.listen(emulatorTimePort));
  } catch (error) {
    await relay.close();
    throw error;
  }
  const directory = mkdtempSync(join(tmpdir(), "boom-box-esp32-"));
  // It will contain the box's key.
  chmodSync(directory, 0o700);
  const flash = join(directory, "flash.bin");
  writeFileSync(flash, bytes, { mode: 0o600 });
  return {
    qemu,
    chip,
    flash,
    directory,
    relay,
    timeServer,
    close: async () => {
      await relay.close();
      await timeServer.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The chip of an image; the ESP32 for one that is not there, which is told later. */
export function chipOfImage(image: string | undefined): Chip {
  return image === undefined || !existsSync(image) ? esp32 : chipOfFlash(readFileSync(image));
}

function readImage(image: string): { readonly bytes: Uint8Array; readonly chip: Chip } {
  if (!existsSync(image)) {
    throw new UserError(
      `there is no image ${image}: build it with "boom-box build --emulator", or name one with --image`,
    );
  }
  try {
    const bytes = readFileSync(image);
    const chip = chipOfFlash(bytes);
    checkFlash(bytes, image, undefined, chip);
    return { bytes, chip };
  } catch (cause) {
    if (cause instanceof FlashImageError) throw new UserError(cause.message, { cause });
    throw new UserError(`the image ${image} cannot be read: ${String(cause)}`, { cause });
  }
}

async function listen<T>(what: string, port: number, listening: Promise<T>): Promise<T> {
  try {
    return await listening;
  } catch (cause) {
    throw new UserError(
      `port ${port} is in use, but the image needs its ${what} there (${emulatorHost}): end the other emulated box, or the program that listens there`,
      { cause },
    );
  }
}
