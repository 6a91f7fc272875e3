import { type Chip, chips, esp32 } from "../../device/chips/table.ts";
import { flashBytes } from "../../host-sim/esp32/flash-image.ts";
import type { BoardLoader } from "./board-loader.ts";

/** Why a chip cannot have the firmware: one line, with what to do. */
export interface ChipProblem {
  readonly problem: "wrong-chip" | "locked-chip" | "old-chip" | "small-flash";
  readonly message: string;
}

/** The first revision of the ESP32 with Secure Boot V2. */
const secureRevision = 3;

/**
 * Connects the flash too. Undefined if the chip is right.
 * @param isSecure the firmware is a secure one
 * @param wanted the chip that the firmware is for
 */
export async function chipProblem(
  loader: BoardLoader,
  isSecure: boolean,
  wanted: Chip = esp32,
): Promise<ChipProblem | undefined> {
  if (loader.chipName !== wanted.title) {
    return { problem: "wrong-chip", message: wrongChip(loader.chipName, wanted) };
  }
  if (await loader.isLocked()) {
    return {
      problem: "locked-chip",
      message:
        "the chip accepts only encrypted or signed firmware (its eFuses are burnt), which cannot be written over the port: update it over the air, or use another board",
    };
  }
  const revision = isSecure ? await loader.revision() : secureRevision;
  if (revision < secureRevision) {
    return {
      problem: "old-chip",
      message: `the chip has revision ${revision}, but Secure Boot needs revision ${secureRevision} or later: use a board with an ESP32-D0WD-V3, such as an ESP32-WROOM-32E, or a firmware that is not secure`,
    };
  }
  const size = await loader.attachFlash();
  if (size !== undefined && size >= flashBytes) return undefined;
  return {
    problem: "small-flash",
    message:
      size === undefined
        ? "the board's flash memory does not answer: disconnect everything but USB from its pins, and try again"
        : `the board has ${size / 1024 / 1024} MB of flash, but the firmware needs 4 MB: use a board with 4 MB`,
  };
}

/** One line: the board has another chip than the firmware, and what to do. */
export function wrongChip(title: string, wanted: Chip): string {
  const [what, board] =
    wanted === esp32
      ? ["a plain ESP32", "a board with an ESP32-WROOM-32"]
      : [`the ${wanted.title}`, "a board with one"];
  const own = Object.values(chips).find((each) => each.title === title);
  const other = own === undefined ? "" : `, or the firmware for this chip (--chip ${own.name})`;
  return `the chip of this board is ${title}, but the firmware is for ${what}: use ${board}${other}`;
}
