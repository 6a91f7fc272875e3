import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { UserError } from "../command-line/user-error.ts";

/** Adds `boom-box web`: the staff app's service, with settings from the environment. */
export function registerWebCommand(program: Command): void {
  program
    .command("web")
    .description("run the staff app's service; settings from the environment (docs/web.md)")
    .action(web);
}

/** Runs until SIGINT or SIGTERM; a second signal ends the process at once. */
async function web(): Promise<void> {
  const { readEnvironment } = await import("../../web/environment.ts");
  const environment = readEnvironment({
    environment: process.env,
    readFile: (path) => readFileSync(path, "utf8"),
  });
  if (environment.type === "problems") {
    throw new UserError(
      `the settings are invalid; docs/web.md describes them:\n${environment.problems.join("\n")}`,
    );
  }
  const { pino } = await import("pino");
  const { makeLink } = await import("../../web/cloud/link-settings.ts");
  const { startWeb } = await import("../../web/run.ts");
  const log = pino({ base: null });
  const ended = new Promise<void>((resolve) => {
    const stop = () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
  const running = await startWeb(environment.web, await makeLink(environment.link), log).catch(
    (cause: unknown) => {
      throw new UserError(`the staff app cannot start: ${(cause as Error).message}`, { cause });
    },
  );
  log.info({ listen: environment.web.listen, origin: environment.web.origin }, "listening");
  if (running.invitation !== undefined) {
    // Not through the log, which others can read: whoever has this link can use it.
    process.stderr.write(firstAdministrator(running.invitation.url));
  }
  await ended;
  log.info({}, "stopping");
  await running.stop();
}

export function firstAdministrator(url: string): string {
  return `Sign-in link for the first administrator, valid once and for 24 hours:\n${url}\n`;
}
