import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { SimulatorOptions } from "../host-sim/main.ts";
import { addBrokerOptions, type BrokerFlags, resolveBroker } from "./broker-options.ts";
import { claimFiles, identityFiles } from "./paths.ts";
import { findStandIn } from "./running-stand-in.ts";
import { numberOption, requireSettings } from "./settings.ts";
import { UserError } from "./user-error.ts";

interface SimFlags extends BrokerFlags {
  readonly pin?: number;
  readonly pulseMs?: number;
  readonly cooldownMs?: number;
  readonly keepAlive?: number;
  readonly json?: boolean;
  readonly engine: EngineName;
}

type EngineName = "node" | "xs";

/** Adds `boom-box sim`: one box on this machine against any broker, until SIGINT or SIGTERM. */
export function registerSimCommand(program: Command): void {
  const command = program
    .command("sim")
    .description("run the firmware on this machine, against any broker, AWS IoT Core included");
  addBrokerOptions(command)
    .option("--pin <number>", "the gate's pin (default: 5)", numberOption("pin"))
    .option("--pulse-ms <ms>", "how long it is HIGH (default: 500)", numberOption("pulseMs"))
    .option(
      "--cooldown-ms <ms>",
      "pause before the next pulse (default: 3000)",
      numberOption("cooldownMs"),
    )
    .option(
      "--keep-alive <s>",
      "MQTT keep alive (default: 60; AWS makes 1–29 to 30)",
      numberOption("keepAliveSeconds"),
    )
    .option("--json", "print JSON lines only")
    .addOption(
      new Option("--engine <name>", "what runs the firmware: Node, or XS as on the board")
        .choices(["node", "xs"] satisfies EngineName[])
        .default("node"),
    )
    .action(sim);
}

async function sim(flags: SimFlags): Promise<void> {
  const standIn = await startStandInIfNeeded(flags);
  try {
    await simulate(flags);
  } finally {
    await standIn?.stop();
  }
}

/** A box of the stand-in's, and none runs: then it runs here, as long as the box does. */
async function startStandInIfNeeded(flags: SimFlags) {
  const { certs, thing, json } = flags;
  const isElsewhere = [flags.endpoint, flags.port, flags.ca, flags.cert, flags.key].some(
    (flag) => flag !== undefined,
  );
  if (isElsewhere) return undefined;
  const isClaimed = await isLocalClaim(certs, thing);
  if (!isClaimed && !existsSync(identityFiles(certs, thing).certificatePem)) return undefined;
  const { isProvisionedInAws } = await import("./provision/record.ts");
  if ((await findStandIn(certs)) !== undefined || (await isProvisionedInAws(certs, thing))) {
    return undefined;
  }
  const { startStandIn } = await import("./stand-in.ts");
  // With --json, standard output is JSON lines only.
  const output = json ? process.stderr : process.stdout;
  const standIn = await startStandIn(certs, 8883, (line) => void output.write(`${line}\n`));
  output.write(`no stand-in was running: started one at localhost:${standIn.port}\n`);
  return standIn;
}

/** A box that claims its certificate, of a fleet of the stand-in's. */
async function isLocalClaim(certs: string, thing: string): Promise<boolean> {
  const { readFleet } = await import("./claim/files.ts");
  if (!existsSync(claimFiles(certs, thing).requestPem)) return false;
  return (await readFleet(certs))?.cloud === "local";
}

async function simulate(flags: SimFlags): Promise<void> {
  const { readClaimingBox } = await import("./claim/claiming-box.ts");
  const claiming = await readClaimingBox(flags);
  const { endpoint, port, prefix, alpn, identity } =
    claiming ?? (await resolveBroker(flags, flags.thing));
  const settings = requireSettings({
    thingName: flags.thing,
    endpoint,
    port,
    prefix,
    alpn,
    claim: claiming?.settings,
    pin: flags.pin,
    pulseMs: flags.pulseMs,
    cooldownMs: flags.cooldownMs,
    keepAliveSeconds: flags.keepAlive,
  });
  const { runSimulator } = await import("../host-sim/main.ts");
  const options = {
    settings,
    identity: { ca: identity.caPem, certificate: identity.chainPem, key: identity.keyPem },
    json: flags.json === true,
    ...(claiming === undefined ? {} : { claim: claiming.claim }),
  };
  if (flags.engine === "node") await runSimulator(options);
  else await runOnXs(options);
}

/** @throws UserError where there is no XS, or it is gone */
async function runOnXs(options: SimulatorOptions): Promise<void> {
  const { EngineError, findEngine } = await import("../host-sim/xs/engine.ts");
  const binary = findEngine();
  if (binary === undefined) {
    throw new UserError(
      "XS is not built here: npm ci builds it where there are make and a C compiler, on Node 20 or 22",
    );
  }
  const { bundleForEngine, simulatorProgram } = await import("./bundle/for-engine.ts");
  const directory = mkdtempSync(join(tmpdir(), "boom-box-xs-"));
  const onLoaded = () => rmSync(directory, { recursive: true, force: true });
  try {
    const modules = (await bundleForEngine(directory, simulatorProgram)).map(({ file }) => file);
    const { runSimulator } = await import("../host-sim/main.ts");
    await runSimulator({ ...options, xs: { binary, modules, onLoaded } });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new UserError(`${error.message}; the pin is LOW`, { cause: error });
  } finally {
    onLoaded();
  }
}
