import { spawn } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { UserError } from "../user-error.ts";

export interface RunOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
  /** everything it prints goes here */
  readonly log: string;
  /** each line it prints, for whoever shows progress */
  onLine?(line: string): void;
}

const shownLines = 8;

/**
 * Runs a tool of the SDK's. What it writes only its owner may read: the box's key is in it.
 * @throws UserError with the lines that tell what went wrong, and where the rest is
 */
export async function run(options: RunOptions): Promise<void> {
  const { command, args, environment, directory, log, onLine } = options;
  const output = openSync(log, "w", 0o600);
  const before = process.umask(0o077);
  const child = spawn(command, args, {
    cwd: directory,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  process.umask(before);
  const lines: string[] = [];
  let rest = "";
  const take = (bytes: Buffer) => {
    writeSync(output, bytes);
    const parts = `${rest}${bytes}`.split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      lines.push(line);
      onLine?.(line);
    }
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (cause) => {
      reject(new UserError(`${command} cannot be run: ${cause.message}`, { cause }));
    });
    child.on("close", resolve);
  }).finally(() => closeSync(output));
  if (rest !== "") lines.push(rest);
  if (code === 0) return;
  throw new UserError(
    `${command} failed:\n${telling(lines).join("\n")}\n(all it said is in ${log})`,
  );
}

/** The lines about errors; where none says so, the last ones. */
function telling(lines: readonly string[]): readonly string[] {
  const errors = lines.filter((line) => /error|###.*!|undefined reference/i.test(line));
  return (errors.length > 0 ? errors : lines.filter((line) => line.trim() !== "")).slice(
    -shownLines,
  );
}
