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

/** Runs the command, in an environment without SDK and ESP-IDF. */
export async function boomBox(...args: readonly string[]): Promise<Outcome> {
  const { MODDABLE: _, IDF_PATH: __, ...env } = process.env;
  const file = join(projectRoot, "scripts", "boom-box.js");
  const child = spawn(process.execPath, [file, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => stream.toArray());
  const [status] = (await once(child, "close")) as [number | null];
  const text = async (chunks: Promise<Buffer[]> | undefined) =>
    Buffer.concat((await chunks) ?? []).toString();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

/** Asserts exit code 2 and one line on standard error. Returns the line. */
export async function refusal(...args: readonly string[]): Promise<string> {
  const { status, stderr } = await boomBox(...args);
  assert.equal(status, 2, stderr);
  assert.match(stderr, /^boom-box: [^\n]+\n$/);
  return stderr;
}
