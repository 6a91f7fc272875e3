import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";

/** `boom-box web` in its own process. */
export class Web {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  stdout = "";
  stderr = "";

  constructor(
    environment: Readonly<Record<string, string>>,
    words: readonly string[] = ["web"],
    output: "pipe" | number = "pipe",
  ) {
    const { PATH } = process.env;
    this.child = spawn(process.execPath, [join(projectRoot, "scripts", "boom-box.js"), ...words], {
      env: { ...(PATH === undefined ? {} : { PATH }), ...environment },
      stdio: ["ignore", output, "pipe"],
    });
    this.child.stdout?.on("data", (bytes: Buffer) => {
      this.stdout += String(bytes);
    });
    this.child.stderr?.on("data", (bytes: Buffer) => {
      this.stderr += String(bytes);
    });
    this.exited = once(this.child, "close").then(([code]) => code as number | null);
  }

  async ready(port: number): Promise<void> {
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.stderr}${this.stdout}`);
      const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      if (response?.ok === true) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
