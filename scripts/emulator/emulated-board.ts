import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { emulatorHost, emulatorTimePort } from "../../host-sim/esp32/addresses.ts";
import { flashBytes } from "../../host-sim/esp32/flash-image.ts";
import { TimeServer } from "../../host-sim/esp32/time-server.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { UserError } from "../command-line/user-error.ts";
import { EmulatedPort } from "./emulated-port.ts";
import { findQemu } from "./find-qemu.ts";

/** QEMU keeps the eFuses of an ESP32 in a file: four blocks of read registers. */
const efuseBytes = 124;

/** A new chip: nothing is burnt but the bits of revision 3 (BLOCK0, RDATA3 and RDATA5). */
function newEfuses(): Uint8Array {
  const bytes = new Uint8Array(efuseBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(12, 1 << 15, true);
  view.setUint32(20, 1 << 20, true);
  return bytes;
}

/** The flash of the emulated board. It is kept, as on a real board; so are its eFuses, beside it. */
export const emulatedFlash = join(projectRoot, "build", "emulated-board", "flash.bin");

export interface EmulatedBoard {
  readonly port: EmulatedPort;
  /** how a box on this board reaches this machine */
  readonly endpoint: string;
  readonly timeServers: readonly string[];
  /** Switches it off. Its flash stays. */
  dispose(): Promise<void>;
}

/**
 * A board without hardware: an ESP32 in QEMU, with Ethernet and a time server.
 * @throws UserError when there is no emulator
 */
export async function openEmulatedBoard(
  environment: NodeJS.ProcessEnv,
  flash: string = emulatedFlash,
): Promise<EmulatedBoard> {
  const qemu = await findQemu(environment);
  if (!existsSync(flash)) {
    // It will contain the box's key.
    mkdirSync(join(flash, ".."), { recursive: true, mode: 0o700 });
    writeFileSync(flash, new Uint8Array(flashBytes).fill(0xff), { mode: 0o600 });
  }
  const efuses = join(flash, "..", "efuses.bin");
  if (!existsSync(efuses)) writeFileSync(efuses, newEfuses(), { mode: 0o600 });
  const timeServer = await TimeServer.listen(emulatorTimePort).catch((cause: unknown) => {
    throw new UserError(
      `port ${emulatorTimePort} is in use: end the other emulated board, or the program that listens there`,
      { cause },
    );
  });
  const port = new EmulatedPort({ qemu, flash, efuses });
  return {
    port,
    endpoint: emulatorHost,
    timeServers: [emulatorHost],
    dispose: async () => {
      await port.dispose();
      await timeServer.close();
    },
  };
}
