import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isHostName, numberLimits } from "../../device/config.ts";
import { isPrefix } from "../../device/messages/topics.ts";
import { codeOf, writeAtomically } from "../certs/files.ts";

/** Where our stand-in listens, for commands in other terminals. */
export interface RunningStandIn {
  readonly endpoint: string;
  readonly port: number;
  readonly prefix: string;
  readonly pid: number;
}

const fileIn = (certsDirectory: string) => join(certsDirectory, "stand-in.json");

/** @throws UserError when the folder cannot be written */
export async function announceStandIn(certsDirectory: string, running: RunningStandIn) {
  await writeAtomically(fileIn(certsDirectory), `${JSON.stringify(running)}\n`);
}

/** Deletes only our own announcement: a stand-in that started later may have replaced it. */
export async function withdrawStandIn(certsDirectory: string): Promise<void> {
  const running = await findStandIn(certsDirectory);
  if (running?.pid === process.pid) await rm(fileIn(certsDirectory), { force: true });
}

/** The stand-in that runs with these certificates; undefined when none does, or its process has ended. */
export async function findStandIn(certsDirectory: string): Promise<RunningStandIn | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(fileIn(certsDirectory), "utf8"));
    return isRunningStandIn(found) && isAlive(found.pid) ? only(found) : undefined;
  } catch {
    return undefined;
  }
}

function only({ endpoint, port, prefix, pid }: RunningStandIn): RunningStandIn {
  return { endpoint, port, prefix, pid };
}

function isRunningStandIn(value: unknown): value is RunningStandIn {
  const { endpoint, port, prefix, pid } = value as Record<string, unknown>;
  const { minimum, maximum } = numberLimits.port;
  return (
    typeof endpoint === "string" &&
    isHostName(endpoint) &&
    isInteger(port, minimum, maximum) &&
    typeof prefix === "string" &&
    isPrefix(prefix) &&
    // 0 and negative numbers are process groups.
    isInteger(pid, 1, 0x7fff_ffff)
  );
}

function isInteger(value: unknown, minimum: number, maximum: number): boolean {
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
