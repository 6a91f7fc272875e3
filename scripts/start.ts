import type { Command } from "commander";
import { defaultThing, thingName } from "./broker-options.ts";
import type { LocalSystemOptions } from "./local-system.ts";
import { defaultCertsDirectory } from "./paths.ts";
import { numberOption } from "./settings.ts";

/** Adds `boom-box start`, which is `npm start`: stand-in, one box, and a screen to watch them on. */
export function registerStartCommand(program: Command): void {
  program
    .command("start")
    .description("run the cloud stand-in and one box on this machine, and watch them (npm start)")
    .option("--thing <name>", "the box's thing name", thingName, defaultThing)
    .option("--port <port>", "the stand-in's port; another if taken", numberOption("port"), 8883)
    .option("--certs <dir>", "where the certificates are, or will be", defaultCertsDirectory)
    .action(start);
}

async function start(options: LocalSystemOptions): Promise<void> {
  const { startLocalSystem } = await import("./local-system.ts");
  const { Watch } = await import("./watch.ts");
  const watch = new Watch();
  const system = await startLocalSystem(options, watch);
  watch.attach(system.box, system.settings, system.open);
  await watch.ended;
  watch.close();
  await system.stop();
}
