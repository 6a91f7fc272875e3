import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * A chip in download mode: the loader of its ROM, and the stub, by PyPI's
 * esp32-mock-bootloader. It keeps its flash between connections, and runs no firmware.
 */
export class MockBootloader {
  /** `socket://…`, or the path of a terminal */
  readonly port: string;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(port: string, child: ChildProcess, directory: string) {
    this.port = port;
    this.#child = child;
    this.#directory = directory;
  }

  static async start(
    program: string,
    { chip = "esp32", isTerminal = false } = {},
  ): Promise<MockBootloader> {
    const directory = mkdtempSync(join(tmpdir(), "boom-box-mock-"));
    const kind = isTerminal ? ["--pty"] : ["--port", "0"];
    const child = spawn(program, ["run", "--chip", chip, ...kind], {
      env: { ...process.env, TMPDIR: directory, PYTHONUNBUFFERED: "1" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const gone = once(child, "exit").then(() => {
      throw new Error("the mock bootloader ended");
    });
    gone.catch(() => {});
    const port = await Promise.race([gone, portIn(child)]);
    return new MockBootloader(port, child, directory);
  }

  async stop(): Promise<void> {
    const isRunning = this.#child.exitCode === null;
    this.#child.kill("SIGKILL");
    if (isRunning) await once(this.#child, "exit");
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function portIn(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const [, tcp] = /listening on (\S+)$/.exec(line) ?? [];
    if (tcp !== undefined) return `socket://${tcp}`;
    const [, path] = /^Mock bootloader .* on PTY (\S+)$/.exec(line) ?? [];
    if (path !== undefined) return path;
  }
  throw new Error("the mock bootloader named no port");
}
