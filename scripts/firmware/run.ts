import { spawn } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { UserError } from "../command-line/user-error.ts";

export interface RunOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly directory: string;
  /** the file for all output */
  readonly log: string;
  /** called for each line of output, to show progress */
  onLine?(line: string): void;
}

const shownLines = 12;

/** A failed tool of the SDK. The message contains the lines that say why. */
export class ToolError extends UserError {
  /** all output lines */
  readonly lines: readonly string[];

  constructor(command: string, lines: readonly string[], log: string) {
    super(`${command} failed:\n${telling(lines).join("\n")}\n(the full output is in ${log})`);
    this.lines = lines;
  }
}

/**
 * Runs a tool of the SDK. Only the owner can read its files, because they contain the box's key.
 * @returns all output lines
 * @throws ToolError with the lines that say what went wrong, and the path of the full output
 */
export async function run(options: RunOptions): Promise<readonly string[]> {
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
  if (code === 0) return lines;
  throw new ToolError(command, lines, log);
}

/** An error line of a compiler, linker or mcconfig, but not a file name such as `ssl/error.xsb`. */
const errorLine =
  /(^|[\s:])error: |^CMake Error|undefined reference|multiple definition of|^### .*!/i;

/** The first error lines, including CMake's indented ones; without an error line, the last lines. */
export function telling(lines: readonly string[]): readonly string[] {
  const found: string[] = [];
  let isBelowCMake = false;
  for (const line of lines) {
    const isError = errorLine.test(line);
    // CMake indents the lines of an error message, with empty lines in between.
    isBelowCMake = isError ? line.startsWith("CMake Error") : isBelowCMake && /^(\s|$)/.test(line);
    if ((isError || isBelowCMake) && line.trim() !== "") found.push(line);
  }
  if (found.length > 0) return found.slice(0, shownLines);
  return lines.filter((line) => line.trim() !== "").slice(-shownLines);
}
