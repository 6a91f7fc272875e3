import type { Command } from "commander";
import { ScriptRun } from "../../host-sim/faults/script-run.ts";
import { printable } from "../../host-sim/printable.ts";
import { defaultThing, thingName } from "../broker/options.ts";
import { defaultCertsDirectory, serviceIdentity } from "../certs/paths.ts";
import { numberOption } from "../command-line/settings.ts";
import { messageOf } from "../command-line/user-error.ts";
import { readScenario } from "./fault-script-file.ts";
import type { Watch } from "./screen.ts";
import { buttonOption, contactOption, gatesOption } from "./site-options.ts";
import type { LocalSystem, LocalSystemOptions, Onlooker } from "./system.ts";
import { createVcdFile, type VcdFile } from "./vcd-file.ts";
import type { LocalWeb } from "./web.ts";

interface StartFlags extends LocalSystemOptions {
  readonly scenario?: string;
  readonly vcd?: string;
  readonly web: boolean;
  readonly webPort: number;
}

/** Adds `boom-box start` (`npm start`): the stand-in, one box, the staff app, and a screen that shows them. */
export function registerStartCommand(program: Command): void {
  program
    .command("start")
    .description(
      "run the cloud stand-in, one box and the staff app on this machine, and watch them (npm start)",
    )
    .option("--thing <name>", "the box's thing name", thingName, defaultThing)
    .option("--port <port>", "the stand-in's port; if in use, another", numberOption("port"), 8883)
    .option("--certs <dir>", "the certificates' folder", defaultCertsDirectory)
    .addOption(contactOption())
    .addOption(buttonOption())
    .addOption(gatesOption())
    .option("--scenario <file>", "faults at set times, JSON lines (docs/faults.md)")
    .option("--vcd <file>", "write the pin's edges as a VCD file, for PulseView and GTKWave")
    .option(
      "--web-port <port>",
      "the staff app's port; if in use, another",
      numberOption("port"),
      8080,
    )
    .option("--no-web", "do not start the staff app")
    .action(async (flags: StartFlags) => {
      const { holdName } = await import("./hold-name.ts");
      await holdName(flags.certs, flags.thing, () => start(flags));
    });
}

async function start(flags: StartFlags): Promise<void> {
  const { scenario, gates } = flags;
  const entries = scenario === undefined ? undefined : await readScenario(scenario, gates);
  const { startLocalSystem } = await import("./system.ts");
  const { Watch: Watching } = await import("./screen.ts");
  const watch = new Watching();
  let vcd: VcdFile | undefined;
  let script: ScriptRun | undefined;
  let failure: string | undefined;
  const onlooker: Onlooker = {
    log: (line) => watch.log(line),
    onRecord: (record) => {
      watch.onRecord(record);
      vcd?.record(record);
      script?.onRecord(record);
    },
  };
  const system = await startLocalSystem(flags, onlooker, async ({ settings, faults, open }) => {
    if (flags.vcd !== undefined) vcd = await createVcdFile(flags.vcd, settings);
    if (entries === undefined) return;
    script = new ScriptRun(entries, {
      fault: (fault) => faults.apply(fault),
      open: (gate) =>
        void open(gate).catch((error: unknown) => watch.log(`open: ${messageOf(error)}`)),
    });
    void script.ended.then((end) => {
      if (end.type === "failed") failure = `${flags.scenario}, line ${end.line}: ${end.problem}`;
      if (end.type !== "done") watch.end();
    });
    script.start();
  });
  const web = flags.web ? await startWebBeside(system, flags, watch) : undefined;
  watch.attach(system.box, system.settings, system.open, system.faults);
  await watch.ended;
  script?.stop();
  watch.close();
  await web?.stop();
  await system.stop();
  await vcd?.close();
  if (failure === undefined) return;
  process.stderr.write(`boom-box: ${printable(failure)}\n`);
  process.exitCode = 1;
}

/** A staff app that cannot start is only logged: the box runs without it. */
async function startWebBeside(
  system: LocalSystem,
  { certs, webPort }: StartFlags,
  watch: Pick<Watch, "log" | "logForHelp">,
): Promise<LocalWeb | undefined> {
  const { startLocalWeb } = await import("./web.ts");
  const { readIdentity } = await import("../certs/identity.ts");
  try {
    const web = await startLocalWeb({
      box: system.settings,
      certs,
      port: webPort,
      identity: await readIdentity(certs, serviceIdentity),
      log: (line) => watch.log(line),
    });
    watch.logForHelp(`staff app: ${web.url}`);
    if (web.invitationUrl !== undefined) {
      watch.logForHelp(
        `sign-in link for the first administrator, valid once: ${web.invitationUrl}`,
      );
    }
    return web;
  } catch (error) {
    watch.log(messageOf(error));
    return undefined;
  }
}
