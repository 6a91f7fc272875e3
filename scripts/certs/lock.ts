import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../command-line/user-error.ts";
import { codeOf, fileError } from "./files.ts";

/** Who holds the lock, as JSON in the lock file. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ms since 1970: in a container every run may have the same pid */
  readonly startedAt: number;
  readonly token: string;
}

const startedAt = Math.round(Date.now() - process.uptime() * 1000);
const pollMs = 50;
/** if a lock file without a holder is older than this, its writer was killed */
const unwrittenMs = 5_000;

/**
 * Runs `work` while no other process, and no other call in this process, works on the same folder.
 * The lock is a file `.lock` that is created exclusively. The lock of a dead process is taken over.
 * @param waitMs how long to wait for another holder, milliseconds
 * @throws UserError when the holder has not finished by then, or the folder cannot be written
 */
export async function withLock<T>(
  folder: string,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(folder, ".lock");
  const mine = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    startedAt,
    token: randomUUID(),
  } satisfies Holder);
  await acquire(path, mine, waitMs);
  try {
    return await work();
  } finally {
    if ((await textOf(path)) === mine) await rm(path, { force: true });
  }
}

async function acquire(path: string, mine: string, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await create(path, mine))) {
    const text = await textOf(path);
    if (text === undefined) continue;
    const holder = holderOf(text);
    if (holder === undefined ? await isOld(path) : hasDied(holder)) {
      await takeAway(path, text);
    } else if (performance.now() >= deadline) {
      const who = holder === undefined ? "another process" : `process ${holder.pid}`;
      const where = holder === undefined || holder.host === hostname() ? "" : ` on ${holder.host}`;
      throw new UserError(
        `${path} is held by ${who}${where}: wait for it to finish, or delete the file if that process is not boom-box`,
      );
    } else {
      await sleep(pollMs);
    }
  }
}

async function create(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw fileError(path, "made", error);
  }
}

/**
 * Removes a dead holder's lock. It renames the lock and reads it again, because another process may
 * have replaced the lock since our first look. In that case it puts the new lock back.
 */
async function takeAway(path: string, stale: string): Promise<void> {
  const moved = `${path}.${randomUUID()}`;
  try {
    await rename(path, moved);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw fileError(path, "removed", error);
  }
  if ((await textOf(moved)) !== stale) {
    await link(moved, path).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw fileError(path, "put back", error);
    });
  }
  await rm(moved, { force: true });
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw fileError(path, "read", error);
  }
}

function holderOf(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { pid, host, startedAt, token } = value as Partial<Record<keyof Holder, unknown>>;
    return Number.isSafeInteger(pid) &&
      Number(pid) > 0 &&
      typeof host === "string" &&
      typeof startedAt === "number" &&
      typeof token === "string"
      ? { pid: Number(pid), host, startedAt, token }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the holder has certainly ended. Processes on other machines cannot be checked. */
function hasDied(holder: Holder): boolean {
  if (holder.host !== hostname()) return false;
  if (holder.pid === process.pid) return Math.abs(holder.startedAt - startedAt) > 2_000;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}

async function isOld(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > unwrittenMs;
  } catch {
    return false;
  }
}
