import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { ScriptEntry } from "../host-sim/faults/script.ts";
import type { SimulatorEnd, SimulatorOptions } from "../host-sim/main.ts";
import { printable } from "../host-sim/printable.ts";
import {
  addBrokerOptions,
  type Broker,
  type BrokerFlags,
  remedyFor,
  resolveBroker,
  serviceFor,
} from "./broker-options.ts";
import { Opener } from "./opener.ts";
import { claimFiles, identityFiles } from "./paths.ts";
import { findStandIn } from "./running-stand-in.ts";
import { readScenario } from "./scenario-file.ts";
import { numberOption, requireSettings } from "./settings.ts";
import { UserError } from "./user-error.ts";
import { createVcdFile } from "./vcd-file.ts";

interface SimFlags extends BrokerFlags {
  readonly pin?: number;
  readonly pulseMs?: number;
  readonly cooldownMs?: number;
  readonly keepAlive?: number;
  readonly json?: boolean;
  readonly scenario?: string;
  readonly vcd?: string;
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
    .option("--scenario <file>", "faults at set times, JSON lines (docs/faults.md)")
    .option("--vcd <file>", "write what the pin did, for PulseView and GTKWave")
    .addOption(
      new Option("--engine <name>", "what runs the firmware: Node, or XS as on the board")
        .choices(["node", "xs"] satisfies EngineName[])
        .default("node"),
    )
    .action(sim);
}

async function sim(flags: SimFlags): Promise<void> {
  const entries = flags.scenario === undefined ? undefined : await readScenario(flags.scenario);
  const standIn = await startStandInIfNeeded(flags);
  try {
    await simulate(flags, entries);
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
  const { StandIn } = await import("./stand-in.ts");
  // With --json, standard output is JSON lines only.
  const output = json ? process.stderr : process.stdout;
  const standIn = await StandIn.start(certs, 8883, (line) => void output.write(`${line}\n`));
  output.write(`no stand-in was running: started one at localhost:${standIn.port}\n`);
  return standIn;
}

/** A box that claims its certificate, of a fleet of the stand-in's. */
async function isLocalClaim(certs: string, thing: string): Promise<boolean> {
  const { readFleet } = await import("./claim/files.ts");
  if (!existsSync(claimFiles(certs, thing).requestPem)) return false;
  return (await readFleet(certs))?.cloud === "local";
}

async function simulate(
  flags: SimFlags,
  entries: readonly ScriptEntry[] | undefined,
): Promise<void> {
  const { readClaimingBox } = await import("./claim/claiming-box.ts");
  const claiming = await readClaimingBox(flags);
  const broker = claiming ?? (await resolveBroker(flags, flags.thing));
  const { endpoint, port, prefix, alpn, identity } = broker;
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
  const binary = flags.engine === "xs" ? await requireEngine() : undefined;
  const opens = entries?.some((entry) => entry.type === "do" && entry.deed === "open");
  const opener = opens ? await makeOpener(broker, flags) : undefined;
  const vcd = flags.vcd === undefined ? undefined : await createVcdFile(flags.vcd, settings);
  const options: SimulatorOptions = {
    settings,
    identity: { ca: identity.caPem, certificate: identity.chainPem, key: identity.keyPem },
    json: flags.json === true,
    ...(claiming === undefined ? {} : { claim: claiming.claim }),
    ...(vcd === undefined ? {} : { onRecord: (record) => vcd.record(record) }),
    ...(entries === undefined
      ? {}
      : {
          scenario: {
            entries,
            open: async () => opener?.open(),
            onOpenFailed: (error) => complain(`open: ${messageOf(error)}`),
          },
        }),
  };
  try {
    const end = binary === undefined ? await runOnNode(options) : await runOnXs(binary, options);
    if (end.type !== "failed") return;
    complain(`${flags.scenario}, line ${end.line}: ${end.problem}`);
    process.exitCode = 1;
  } finally {
    await opener?.close();
    await vcd?.close();
  }
}

/** @throws UserError where the service has no certificate here */
async function makeOpener(
  broker: Omit<Broker, "identity"> & { readonly identity: Pick<Broker["identity"], "caPem"> },
  flags: SimFlags,
): Promise<Opener> {
  const { certs, thing } = flags;
  const { readIdentity } = await import("./certs/identity.ts");
  const name = await serviceFor(flags);
  if (!existsSync(identityFiles(certs, name).certificatePem)) {
    throw new UserError(
      `this scenario opens, and ${name} has no certificate in ${printable(certs)}: run "${remedyFor(name)}"`,
    );
  }
  const service = await readIdentity(certs, name);
  const identity = { ...service, caPem: broker.identity.caPem };
  return new Opener({ ...broker, identity }, thing, "the scenario");
}

function complain(text: string): void {
  process.stderr.write(`boom-box: ${printable(text)}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function runOnNode(options: SimulatorOptions): Promise<SimulatorEnd> {
  const { runSimulator } = await import("../host-sim/main.ts");
  return runSimulator(options);
}

/** @throws UserError where there is no XS */
async function requireEngine(): Promise<string> {
  const { findEngine } = await import("../host-sim/xs/engine.ts");
  const binary = findEngine();
  if (binary !== undefined) return binary;
  throw new UserError(
    "XS is not built here: npm ci builds it where there are make and a C compiler, on Node 20 or 22",
  );
}

/** @throws UserError where the engine is gone */
async function runOnXs(binary: string, options: SimulatorOptions): Promise<SimulatorEnd> {
  const { EngineError } = await import("../host-sim/xs/engine.ts");
  const { bundleForEngine, simulatorProgram } = await import("./bundle/for-engine.ts");
  const directory = mkdtempSync(join(tmpdir(), "boom-box-xs-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const modules = (await bundleForEngine(directory, simulatorProgram)).map(({ file }) => file);
    const { runSimulator, takesKeys } = await import("../host-sim/main.ts");
    // After a power cut they are loaded again.
    const isLoadedOnce = options.scenario === undefined && !takesKeys(options.json);
    const onLoaded = isLoadedOnce ? { onLoaded: remove } : {};
    return await runSimulator({ ...options, xs: { binary, modules, ...onLoaded } });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new UserError(`${error.message}; the pin is LOW`, { cause: error });
  } finally {
    remove();
  }
}
