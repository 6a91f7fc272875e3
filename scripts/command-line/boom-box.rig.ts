import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command, in an environment without SDK and ESP-IDF. Its output must be read. */
export function startBoomBox(...args: readonly string[]) {
  const { MODDABLE: _, IDF_PATH: __, ...env } = process.env;
  const file = join(projectRoot, "scripts", "boom-box.js");
  const child = spawn(process.execPath, [file, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const errors = child.stderr.toArray();
  const outcome = once(child, "close").then(async ([status]) => ({
    status: status as number | null,
    stderr: Buffer.concat(await errors).toString(),
  }));
  return { child, outcome };
}

/** Runs the command until it ends. */
export async function boomBox(...args: readonly string[]): Promise<Outcome> {
  const { child, outcome } = startBoomBox(...args);
  const stdout = Buffer.concat(await child.stdout.toArray()).toString();
  return { ...(await outcome), stdout };
}

/** Asserts exit code 2 and one line on standard error. Returns the line. */
export async function refusal(...args: readonly string[]): Promise<string> {
  const { status, stderr } = await boomBox(...args);
  assert.equal(status, 2, stderr);
  assert.match(stderr, /^boom-box: [^\n]+\n$/);
  return stderr;
}
