import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { type Chip, esp32 } from "../../device/chips/table.ts";
import { UserError } from "../command-line/user-error.ts";

/** The names of QEMU's program, and of ESP-IDF's tool, for each kind of core. */
const names = {
  xtensa: { program: "qemu-system-xtensa", tool: "qemu-xtensa" },
  riscv: { program: "qemu-system-riscv32", tool: "qemu-riscv32" },
} as const;

const installOf = ({ core }: Chip) =>
  `install it with "python $IDF_PATH/tools/idf_tools.py install ${names[core].tool}", or name one in $BOOM_BOX_QEMU`;

/**
 * Finds the emulator of a chip: `$BOOM_BOX_QEMU`, then the path, then ESP-IDF's tools folder.
 * @returns the program
 * @throws UserError when there is none, or it has no machine for the chip
 */
export async function findQemu(
  environment: NodeJS.ProcessEnv,
  chip: Chip = esp32,
): Promise<string> {
  const install = installOf(chip);
  const qemu = placesOf(environment, chip).find((file) => existsSync(file));
  if (qemu === undefined) {
    throw new UserError(`there is no ${names[chip.core].program} on this machine: ${install}`);
  }
  const machines = await machinesOf(qemu, install);
  if (!machines.split("\n").some((line) => line.startsWith(`${chip.name} `))) {
    throw new UserError(`${qemu} has no machine ${chip.name}: ${install}`);
  }
  return qemu;
}

/** The places to look. If `$BOOM_BOX_QEMU` is set, no other place is tried. */
export function placesOf(
  environment: NodeJS.ProcessEnv,
  { core }: Chip = esp32,
): readonly string[] {
  const { program, tool } = names[core];
  const { BOOM_BOX_QEMU, PATH = "", IDF_TOOLS_PATH } = environment;
  if (BOOM_BOX_QEMU !== undefined && BOOM_BOX_QEMU !== "") return [BOOM_BOX_QEMU];
  const tools = join(IDF_TOOLS_PATH ?? join(homedir(), ".espressif"), "tools", tool);
  const versions = existsSync(tools) ? readdirSync(tools).sort().reverse() : [];
  return [
    ...PATH.split(delimiter).map((folder) => join(folder, program)),
    ...versions.map((version) => join(tools, version, "qemu", "bin", program)),
  ];
}

async function machinesOf(qemu: string, install: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(qemu, ["-machine", "help"], { timeout: 10_000 });
    return stdout;
  } catch (cause) {
    throw new UserError(`${qemu} cannot be run: ${install}`, { cause });
  }
}
