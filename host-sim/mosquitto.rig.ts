import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port.rig.ts";

/** Debian's package: the broker, without its clients. */
export function mosquittoIsInstalled(): boolean {
  try {
    execFileSync("mosquitto", ["-h"], { stdio: "ignore" });
    return true;
  } catch (error) {
    // It prints its help and exits with 3.
    return error instanceof Error && "status" in error && error.status !== null;
  }
}

/** A real Mosquitto on a free port of 127.0.0.1. */
export class Mosquitto {
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(port: number, process: ChildProcess) {
    this.port = port;
    this.#process = process;
  }

  /**
   * Resolves when it accepts connections. Its files are made in `folder`.
   * @param acl the lines of the access list
   * @param settings more lines of mosquitto.conf(5)
   * @throws Error with its log when it does not start
   */
  static async start(
    folder: string,
    acl: readonly string[],
    settings: readonly string[],
  ): Promise<Mosquitto> {
    const port = await freePort();
    const aclFile = join(folder, "acl");
    writeFileSync(aclFile, `${acl.join("\n")}\n`, { mode: 0o600 });
    const lines = [
      `listener ${port} 127.0.0.1`,
      ...settings,
      `acl_file ${aclFile}`,
      // When root starts it, Mosquitto drops to a user that cannot read these files.
      ...(process.getuid?.() === 0 ? ["user root"] : []),
    ];
    const file = join(folder, "mosquitto.conf");
    writeFileSync(file, lines.join("\n"));
    const child = spawn("mosquitto", ["-c", file, "-v"], { stdio: ["ignore", "ignore", "pipe"] });
    let log = "";
    await new Promise<void>((resolve, reject) => {
      child.stderr.on("data", (bytes: Buffer) => {
        log += String(bytes);
        if (log.includes("running")) resolve();
      });
      child.on("close", () => reject(new Error(log)));
    });
    return new Mosquitto(port, child);
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    this.#process.kill("SIGKILL");
    await once(this.#process, "close");
  }
}
