import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { onStopSignal } from "../../host-sim/stop-signals.ts";
import type { WebSettings } from "../../web/service/settings.ts";
import { codeOf } from "../certs/files.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";

/** Adds `boom-box web`, the staff app's service, and `boom-box administrator-link` for its operator. */
export function registerWebCommands(program: Command): void {
  program
    .command("web")
    .description("run the staff app's service; settings from the environment (docs/web.md)")
    .action(web);
  program
    .command("administrator-link [name]")
    .description("create a link for an administrator of the staff app who cannot sign in")
    .option("--remove-passkeys", "remove the person's passkeys, for example of a lost phone")
    .action(administratorLink);
}

/** Runs until a stop signal. A second signal ends the process at once. */
async function web(): Promise<void> {
  const environment = await readSettings();
  const { makeLink } = await import("../../web/cloud/link-settings.ts");
  const { startWeb } = await import("../../web/run.ts");
  const { serviceLog } = await import("./log.ts");
  const log = serviceLog();
  const ended = new Promise<void>((resolve) => {
    onStopSignal(process, resolve);
  });
  const running = await startWeb(environment.web, await makeLink(environment.link), log).catch(
    (cause: unknown) => {
      throw new UserError(`the staff app cannot start: ${whyNot(cause, environment.web)}`, {
        cause,
      });
    },
  );
  log.info({ listen: environment.web.listen, origin: environment.web.origin }, "listening");
  if (running.administration !== "administered") {
    // A journal keeps standard error, and others read it. A terminal is read by the operator alone.
    if (running.administration === "waiting" && process.stderr.isTTY) {
      const invitation = await running.inviteWaitingAdministrator();
      process.stderr.write(administratorSignsIn(invitation?.url ?? ""));
    } else {
      log.warn(
        {},
        'no administrator can sign in; run "boom-box administrator-link" with the same settings',
      );
    }
  }
  await ended;
  log.info({}, "stopping");
  await running.stop();
}

function whyNot(cause: unknown, { listen: { host, port } }: WebSettings): string {
  const what: Readonly<Record<string, string>> = {
    EADDRINUSE: "another program already listens there",
    EADDRNOTAVAIL: "this machine does not have that address",
    EACCES: "this user may not listen on that port",
  };
  const why = what[codeOf(cause) ?? ""];
  return why === undefined
    ? messageOf(cause)
    : `${host}:${port}: ${why}; set BOOM_BOX_WEB_LISTEN to another address or port`;
}

/** Works beside the running service, on the same database. */
async function administratorLink(
  name: string | undefined,
  { removePasskeys = false }: { readonly removePasskeys?: boolean },
): Promise<void> {
  const { web: settings } = await readSettings();
  const { randomBytes } = await import("node:crypto");
  const { openStore } = await import("../../web/store/open-store.ts");
  const { linkForAdministrator } = await import("../../web/service/administrators.ts");
  const store = await openStore(settings.database).catch((cause: unknown) => {
    throw new UserError(messageOf(cause), { cause });
  });
  try {
    const inviting = { store, settings, randomBytes, now: Date.now };
    const link = await linkForAdministrator(inviting, name, removePasskeys);
    if (link.type === "several") {
      throw new UserError(`there are several administrators; name one: ${link.names.join(", ")}`);
    }
    if (link.type === "not-administrator") {
      throw new UserError(
        `${name} is not an active administrator; choose another name for a new administrator`,
      );
    }
    process.stdout.write(administratorSignsIn(link.invitation.url, link.person.name));
  } finally {
    await store.close();
  }
}

async function readSettings() {
  const { readEnvironment } = await import("../../web/environment.ts");
  const environment = readEnvironment({
    environment: process.env,
    readFile: (path) => readFileSync(path, "utf8"),
  });
  if (environment.type === "settings") return environment;
  throw new UserError(
    `the settings are wrong; docs/web.md has them all:\n${environment.problems.join("\n")}`,
  );
}

function administratorSignsIn(url: string, name = "The administrator"): string {
  return `${name} signs in here, once, within 24 hours:\n${url}\n`;
}
