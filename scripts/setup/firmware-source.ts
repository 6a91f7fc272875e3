import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { UserError } from "../command-line/user-error.ts";
import type { FirmwarePackage } from "../package/firmware-package.ts";
import { readPackage } from "../package/read-package.ts";
import { failureOf } from "./failure.ts";
import type { Failure } from "./view.ts";

/** The folder that `boom-box package` makes. */
export const usualPackage = join(projectRoot, "build", "package");

export type FirmwareSource =
  | { readonly type: "firmware"; readonly firmware: FirmwarePackage }
  | { readonly type: "none"; readonly problem: Failure };

/**
 * The package to write.
 * @param path a folder or a zip; undefined: the usual folder
 */
export async function findFirmware(path: string | undefined): Promise<FirmwareSource> {
  const wanted = path ?? usualPackage;
  if (path === undefined && !existsSync(wanted)) {
    return {
      type: "none",
      problem: {
        cause: "There is no firmware package on this computer.",
        wayOut:
          "Start setup again with --package and the folder or zip of a package. Somebody with the Moddable SDK makes one with boom-box package.",
        field: null,
      },
    };
  }
  try {
    const firmware = await readPackage(wanted);
    if (!firmware.isSecure) return { type: "firmware", firmware };
    return {
      type: "none",
      problem: {
        cause: "This firmware locks the chip for good at its first start.",
        wayOut:
          "Write it with boom-box flash --secure (docs/security.md), or start setup again with a package that was built without --secure.",
        field: null,
      },
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { type: "none", problem: failureOf(error) };
  }
}
