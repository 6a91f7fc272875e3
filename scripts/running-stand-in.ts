import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where a stand-in of ours listens, for the commands in other terminals. */
export interface RunningStandIn {
  readonly endpoint: string;
  readonly port: number;
  readonly prefix: string;
  readonly pid: number;
}

const fileIn = (certsDirectory: string) => join(certsDirectory, "stand-in.json");

export async function announceStandIn(certsDirectory: string, running: RunningStandIn) {
  await writeFile(fileIn(certsDirectory), `${JSON.stringify(running)}\n`, { mode: 0o600 });
}

/** Only our own announcement: a stand-in started later may have put its own there. */
export async function withdrawStandIn(certsDirectory: string): Promise<void> {
  const running = await findStandIn(certsDirectory);
  if (running?.pid === process.pid) await rm(fileIn(certsDirectory), { force: true });
}

/** The stand-in that runs on these certificates; undefined where none does, or what is left of one is dead. */
export async function findStandIn(certsDirectory: string): Promise<RunningStandIn | undefined> {
  try {
    const found = JSON.parse(await readFile(fileIn(certsDirectory), "utf8")) as RunningStandIn;
    const { endpoint, port, prefix, pid } = found;
    if (typeof endpoint !== "string" || typeof prefix !== "string") return undefined;
    if (!Number.isInteger(port) || !Number.isInteger(pid)) return undefined;
    // Signal 0 asks whether the process lives, no more.
    process.kill(pid, 0);
    return { endpoint, port, prefix, pid };
  } catch {
    return undefined;
  }
}
