import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../certs/lock.ts";
import { UserError } from "../command-line/user-error.ts";

/**
 * Runs one box of this machine. A broker lets a client in only once, so a second box with the same name
 * and the first one would disconnect each other again and again.
 * @throws UserError when a box with this name already runs with these certificates
 */
export async function holdName<T>(certs: string, thing: string, run: () => Promise<T>): Promise<T> {
  const folder = join(certs, ".running", thing);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let isHeld = false;
  try {
    return await withLock(folder, 0, () => {
      isHeld = true;
      return run();
    });
  } catch (cause) {
    if (isHeld || !(cause instanceof UserError)) throw cause;
    throw new UserError(
      `${thing} already runs here (npm start or boom-box sim): quit that one, or name another box with --thing`,
      { cause },
    );
  }
}
