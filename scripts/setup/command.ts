import { spawn } from "node:child_process";
import type { Command } from "commander";
import { onStopSignal } from "../../host-sim/stop-signals.ts";
import { hostName } from "../broker/options.ts";
import { defaultCertsDirectory } from "../certs/paths.ts";
import { numberOption } from "../command-line/settings.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";
import { portName } from "../serial/port-name.ts";

interface SetupFlags {
  readonly package?: string;
  readonly port?: string;
  readonly certs: string;
  readonly standInHost?: string;
  readonly httpPort?: number;
  readonly open: boolean;
}

/** Adds `boom-box setup`, which runs until Ctrl-C: exit code 0. */
export function registerSetupCommand(program: Command): void {
  program
    .command("setup")
    .description(
      "set up a board from a page on this machine: firmware, WiFi, certificate, first open",
    )
    .option("--package <path>", "the firmware: a folder or a zip (default: build/package)")
    .option(
      "--port <port>",
      "offer this serial port first; also socket://host:port, or emulator",
      portName,
    )
    .option("--certs <dir>", "the folder of keys and certificates", defaultCertsDirectory)
    .option(
      "--stand-in-host <host>",
      "this machine's name or address on the network; boards there can then reach the stand-in",
      hostName,
    )
    .option("--http-port <port>", "the page's port (default: any free one)", numberOption("port"))
    .option("--no-open", "only print the link")
    .action(setup);
}

async function setup(flags: SetupFlags): Promise<void> {
  const { SetupApp } = await import("./app.ts");
  const { buildPage } = await import("./page-files.ts");
  const { systemPorts } = await import("./ports.ts");
  const { startSetupServer } = await import("./server.ts");
  let end: (error?: unknown) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error));
  });
  const release = onStopSignal(process, () => end());
  const app = new SetupApp(
    {
      certs: flags.certs,
      packagePath: flags.package,
      standInHost: flags.standInHost,
      region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION,
      ports: systemPorts(flags.port),
      onLine: (line) => process.stderr.write(`${line}\n`),
    },
    end,
  );
  try {
    const files = await buildPage();
    const onPage = (page: Parameters<typeof app.handlePage>[0]) => app.handlePage(page);
    const server = await startSetupServer({ files, port: flags.httpPort ?? 0, onPage }).catch(
      (cause: unknown) => {
        throw new UserError(
          `the page cannot be served (${messageOf(cause)}): use another port with --http-port`,
          { cause },
        );
      },
    );
    try {
      await app.session.start();
      process.stdout.write(
        `Open this link in Chromium or Edge: ${server.url}\nCtrl-C ends setup.\n`,
      );
      if (flags.open) openBrowser(server.url);
      await ended;
    } finally {
      await app.close();
      await server.close();
    }
  } finally {
    release();
  }
}

/** Whoever has no display opens the link by hand. */
function openBrowser(url: string): void {
  const { platform, env } = process;
  const hasDisplay =
    platform === "darwin" || platform === "win32" || "DISPLAY" in env || "WAYLAND_DISPLAY" in env;
  if (!hasDisplay) return;
  const [program = "", ...words] =
    platform === "darwin"
      ? ["open"]
      : platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler"]
        : ["xdg-open"];
  const child = spawn(program, [...words, url], { stdio: "ignore", detached: true });
  // There may be no such program. The link is printed anyway.
  child.on("error", () => {});
  child.unref();
}
