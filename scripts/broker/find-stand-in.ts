import { readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { isHostName, numberLimits } from "../../device/config.ts";
import { isPrefix } from "../../device/messages/topics.ts";
import { codeOf, writeAtomically } from "../certs/files.ts";
import { withLock } from "../certs/lock.ts";
import { UserError } from "../command-line/user-error.ts";

/** Where our stand-in listens, for commands in other terminals. */
export interface RunningStandIn {
  readonly endpoint: string;
  readonly port: number;
  readonly prefix: string;
  readonly pid: number;
  /** where it takes jobs and streams from `boom-box update`: HTTP on loopback */
  readonly control?: { readonly port: number; readonly secret: string };
}

const lockWaitMs = 10_000;
const answerWithinMs = 2_000;

const fileIn = (certsDirectory: string) => join(certsDirectory, "stand-in.json");

/**
 * Announces a stand-in. One folder has one, so that every command means the same.
 * @throws UserError when another one runs with these certificates, or the folder cannot be written
 */
export function announceStandIn(certsDirectory: string, running: RunningStandIn): Promise<void> {
  return withLock(certsDirectory, lockWaitMs, async () => {
    const other = await findStandIn(certsDirectory);
    if (other !== undefined && other.pid !== process.pid) throw alreadyRuns(other);
    await writeAtomically(fileIn(certsDirectory), `${JSON.stringify(running)}\n`);
  });
}

export function alreadyRuns({ endpoint, port, pid }: RunningStandIn): UserError {
  return new UserError(
    `a stand-in already runs with these certificates (process ${pid}, ${endpoint}:${port}): ` +
      "use it with boom-box sim --thing NAME, quit it, or name another folder with --certs",
  );
}

/** Deletes only our own announcement. */
export function withdrawStandIn(certsDirectory: string): Promise<void> {
  return withLock(certsDirectory, lockWaitMs, async () => {
    const announced = await readAnnouncement(certsDirectory);
    if (announced?.pid === process.pid) await rm(fileIn(certsDirectory), { force: true });
  });
}

/**
 * The stand-in that runs with these certificates; undefined when none does. Its process must exist and
 * its port must answer, because the system may have given the process id to another program.
 */
export async function findStandIn(certsDirectory: string): Promise<RunningStandIn | undefined> {
  const found = await readAnnouncement(certsDirectory);
  if (found === undefined || !isAlive(found.pid)) return undefined;
  return (await answers(found)) ? found : undefined;
}

async function readAnnouncement(certsDirectory: string): Promise<RunningStandIn | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(fileIn(certsDirectory), "utf8"));
    return isRunningStandIn(found) ? only(found) : undefined;
  } catch {
    return undefined;
  }
}

function answers({ endpoint, port }: RunningStandIn): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: endpoint, port, timeout: answerWithinMs });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}

function only({ endpoint, port, prefix, pid, control }: RunningStandIn): RunningStandIn {
  const { port: controlPort, secret } = Object(control) as Partial<Record<string, unknown>>;
  return {
    endpoint,
    port,
    prefix,
    pid,
    ...(isPort(controlPort) && typeof secret === "string"
      ? { control: { port: controlPort, secret } }
      : {}),
  };
}

function isRunningStandIn(value: unknown): value is RunningStandIn {
  const { endpoint, port, prefix, pid } = value as Record<string, unknown>;
  return (
    typeof endpoint === "string" &&
    isHostName(endpoint) &&
    isPort(port) &&
    typeof prefix === "string" &&
    isPrefix(prefix) &&
    // 0 and negative numbers are process groups.
    isInteger(pid, 1, 0x7fff_ffff)
  );
}

function isPort(value: unknown): value is number {
  return isInteger(value, numberLimits.port.minimum, numberLimits.port.maximum);
}

function isInteger(value: unknown, minimum: number, maximum: number): value is number {
  return (
    typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum
  );
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 only checks whether the process exists.
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process exists, but belongs to another user.
    return codeOf(error) === "EPERM";
  }
}
