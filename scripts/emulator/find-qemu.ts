import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../command-line/user-error.ts";

const program = "qemu-system-xtensa";
const install =
  'install it with "python $IDF_PATH/tools/idf_tools.py install qemu-xtensa", or name one in $BOOM_BOX_QEMU';

/**
 * Finds the ESP32 emulator: `$BOOM_BOX_QEMU`, then the path, then ESP-IDF's tools folder.
 * @returns the program
 * @throws UserError when there is none, or it has no machine `esp32`
 */
export async function findQemu(environment: NodeJS.ProcessEnv): Promise<string> {
  const qemu = placesOf(environment).find((file) => existsSync(file));
  if (qemu === undefined) {
    throw new UserError(`there is no ${program} on this machine: ${install}`);
  }
  const machines = await machinesOf(qemu);
  if (!/^esp32 /m.test(machines)) {
    throw new UserError(`${qemu} has no machine esp32: ${install}`);
  }
  return qemu;
}

/** The places to look. If `$BOOM_BOX_QEMU` is set, no other place is tried. */
export function placesOf(environment: NodeJS.ProcessEnv): readonly string[] {
  const { BOOM_BOX_QEMU, PATH = "", IDF_TOOLS_PATH } = environment;
  if (BOOM_BOX_QEMU !== undefined && BOOM_BOX_QEMU !== "") return [BOOM_BOX_QEMU];
  const tools = join(IDF_TOOLS_PATH ?? join(homedir(), ".espressif"), "tools", "qemu-xtensa");
  const versions = existsSync(tools) ? readdirSync(tools).sort().reverse() : [];
  return [
    ...PATH.split(delimiter).map((folder) => join(folder, program)),
    ...versions.map((version) => join(tools, version, "qemu", "bin", program)),
  ];
}

async function machinesOf(qemu: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(qemu, ["-machine", "help"], { timeout: 10_000 });
    return stdout;
  } catch (cause) {
    throw new UserError(`${qemu} cannot be run: ${install}`, { cause });
  }
}
