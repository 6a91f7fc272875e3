import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { gatesOf } from "../../device/gate-settings.ts";
import type { ScriptEntry } from "../../host-sim/faults/script.ts";
import { printable } from "../../host-sim/printable.ts";
import type {
  NodeBoxOptions,
  SimulatorEnd,
  SimulatorOptions,
} from "../../host-sim/run-simulator.ts";
import { findStandIn } from "../broker/find-stand-in.ts";
import {
  addBrokerOptions,
  type Broker,
  type BrokerFlags,
  remedyFor,
  resolveBroker,
  serviceFor,
} from "../broker/options.ts";
import { claimFiles, identityFiles } from "../certs/paths.ts";
import { numberOption, requireSettings } from "../command-line/settings.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";
import { Opener } from "../open/open-once.ts";
import { readScenario } from "./fault-script-file.ts";
import {
  buttonOption,
  contactOption,
  gatesOption,
  type SiteFlags,
  siteSettings,
} from "./site-options.ts";
import { createVcdFile } from "./vcd-file.ts";

interface SimFlags extends BrokerFlags, SiteFlags {
  readonly pin?: number;
  readonly pulseMs?: number;
  readonly cooldownMs?: number;
  readonly travel?: number;
  readonly keepAlive?: number;
  readonly json?: boolean;
  readonly scenario?: string;
  readonly vcd?: string;
  readonly engine: EngineName;
  readonly image?: string;
}

type EngineName = "node" | "xs" | "esp32";

/** Adds `boom-box sim`: one box on this machine against any broker, until SIGINT or SIGTERM. */
export function registerSimCommand(program: Command): void {
  const command = program
    .command("sim")
    .description("run the firmware on this machine against any broker, including AWS IoT Core");
  addBrokerOptions(command)
    .option("--pin <number>", "the gate's GPIO pin (default: 5)", numberOption("pin"))
    .option("--pulse-ms <ms>", "how long the pin is HIGH (default: 500)", numberOption("pulseMs"))
    .option(
      "--cooldown-ms <ms>",
      "pause before the next pulse (default: 3000)",
      numberOption("cooldownMs"),
    )
    .option(
      "--travel <ms>",
      "how long the gate moves; a second command is refused meanwhile (default: 0, not known)",
      numberOption("travelMs"),
    )
    .option(
      "--keep-alive <s>",
      "MQTT keep alive (default: 60; AWS changes 1–29 to 30)",
      numberOption("keepAliveSeconds"),
    )
    .addOption(contactOption())
    .addOption(buttonOption())
    .addOption(gatesOption())
    .option("--json", "print JSON lines only")
    .option("--scenario <file>", "faults at set times, JSON lines (docs/faults.md)")
    .option("--vcd <file>", "write the pin's edges as a VCD file, for PulseView and GTKWave")
    .addOption(
      new Option(
        "--engine <name>",
        "what runs the firmware: Node, XS (the board's engine), or an emulated ESP32",
      )
        .choices(["node", "xs", "esp32"] satisfies EngineName[])
        .default("node"),
    )
    .option(
      "--image <file>",
      "with --engine esp32: the flash image, which says the chip (default: the output of build --emulator)",
    )
    .action(sim);
}

async function sim(flags: SimFlags): Promise<void> {
  const { scenario, gates } = flags;
  const entries = scenario === undefined ? undefined : await readScenario(scenario, gates);
  if (flags.engine === "esp32") await prepareEmulated(flags, entries ?? []);
  else if (flags.image !== undefined) {
    throw new UserError(
      "--image works only with --engine esp32: the other engines run the sources, so leave it out",
    );
  }
  const standIn = await startStandInIfNeeded(flags);
  try {
    await simulate(flags, entries);
  } finally {
    await standIn?.stop();
  }
}

/** Starts the stand-in for as long as the box runs, if the box uses it and none is running. */
async function startStandInIfNeeded(flags: SimFlags) {
  const { certs, thing, json } = flags;
  const isElsewhere = [flags.endpoint, flags.port, flags.ca, flags.cert, flags.key].some(
    (flag) => flag !== undefined,
  );
  if (isElsewhere) return undefined;
  const isClaimed = await isLocalClaim(certs, thing);
  if (!isClaimed && !existsSync(identityFiles(certs, thing).certificatePem)) return undefined;
  const { isProvisionedInAws } = await import("../certs/provisioning-record.ts");
  if ((await findStandIn(certs)) !== undefined || (await isProvisionedInAws(certs, thing))) {
    return undefined;
  }
  const { StandIn } = await import("./local-stand-in.ts");
  // With --json, standard output is JSON lines only.
  const output = json ? process.stderr : process.stdout;
  const standIn = await StandIn.start(certs, 8883, (line) => void output.write(`${line}\n`)).catch(
    async (error: unknown) => {
      // Another command started one at the same moment.
      if ((await findStandIn(certs)) !== undefined) return undefined;
      throw error;
    },
  );
  if (standIn === undefined) return undefined;
  output.write(`no stand-in was running: started one at localhost:${standIn.port}\n`);
  return standIn;
}

/** Whether the box has yet to claim its certificate, in a fleet of the stand-in. */
async function isLocalClaim(certs: string, thing: string): Promise<boolean> {
  const { readFleet } = await import("../claim/files.ts");
  if (!existsSync(claimFiles(certs, thing).requestPem)) return false;
  return (await readFleet(certs))?.cloud === "local";
}

async function simulate(
  flags: SimFlags,
  entries: readonly ScriptEntry[] | undefined,
): Promise<void> {
  const { readClaimingBox } = await import("../claim/claiming-box.ts");
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
    ...flagSettings(flags),
  });
  const binary = flags.engine === "xs" ? await requireEngine() : undefined;
  const opens = entries?.some((entry) => entry.type === "do" && entry.deed === "open");
  const opener = opens ? await makeOpener(broker, flags) : undefined;
  const vcd = flags.vcd === undefined ? undefined : await createVcdFile(flags.vcd, settings);
  const options: SimulatorOptions = {
    settings,
    json: flags.json === true,
    ...(vcd === undefined ? {} : { onRecord: (record) => vcd.record(record) }),
    ...(entries === undefined
      ? {}
      : {
          scenario: {
            entries,
            open: async (gate) => opener?.open(flags.thing, "the scenario", undefined, gate),
            onOpenFailed: (error) => complain(`open: ${messageOf(error)}`),
          },
        }),
  };
  try {
    const box: NodeBoxOptions = {
      settings,
      identity: { ca: identity.caPem, certificate: identity.chainPem, key: identity.keyPem },
      ...(claiming === undefined ? {} : { claim: claiming.claim }),
    };
    const { holdName } = await import("./hold-name.ts");
    const end = await holdName(flags.certs, flags.thing, () => runOn(flags, options, box, binary));
    if (end.type !== "failed") return;
    complain(`${flags.scenario}, line ${end.line}: ${end.problem}`);
    process.exitCode = 1;
  } finally {
    await opener?.close();
    await vcd?.close();
  }
}

/**
 * The settings that were given as flags.
 * @throws UserError when two of them contradict each other
 */
function flagSettings(flags: SimFlags) {
  const { pin, pulseMs, cooldownMs, travel: travelMs, keepAlive: keepAliveSeconds } = flags;
  if (pin !== undefined && flags.gates !== undefined) {
    throw new UserError("--gates has pins of its own: leave out --pin");
  }
  return {
    ...given({ pin, keepAliveSeconds }),
    ...siteSettings(flags, given({ pulseMs, cooldownMs, travelMs })),
  };
}

function given(flags: Readonly<Record<string, number | undefined>>) {
  const entries = Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

/** @throws UserError when the folder has no certificate for the service */
async function makeOpener(
  broker: Omit<Broker, "identity"> & { readonly identity: Pick<Broker["identity"], "caPem"> },
  flags: SimFlags,
): Promise<Opener> {
  const { certs } = flags;
  const { readIdentity } = await import("../certs/identity.ts");
  const name = await serviceFor(flags);
  if (!existsSync(identityFiles(certs, name).certificatePem)) {
    throw new UserError(
      `this scenario sends open, but ${name} has no certificate in ${printable(certs)}: run "${remedyFor(name)}"`,
    );
  }
  const service = await readIdentity(certs, name);
  const identity = { ...service, caPem: broker.identity.caPem };
  const named = flags.gates?.map((output) => ({ thingName: flags.thing, output }));
  return new Opener({ ...broker, identity }, named);
}

function complain(text: string): void {
  process.stderr.write(`boom-box: ${printable(text)}\n`);
}

async function runOn(
  flags: SimFlags,
  options: SimulatorOptions,
  box: NodeBoxOptions,
  binary: string | undefined,
): Promise<SimulatorEnd> {
  if (flags.engine === "esp32") return runOnEsp32(flags, options, box);
  if (binary !== undefined) return runOnXs(binary, options, box);
  const { makeNodeBox, runSimulator } = await import("../../host-sim/run-simulator.ts");
  return runSimulator(options, (surroundings) => makeNodeBox(box, surroundings));
}

/** An emulated box always reaches its broker through this machine. */
const notEmulated = ["endpoint", "port", "ca", "cert", "key", "alpn"] as const;

/** Makes the stand-in's certificate valid for the address that the emulated box connects to. */
async function prepareEmulated(flags: SimFlags, entries: readonly ScriptEntry[]): Promise<void> {
  const given = notEmulated.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (given !== undefined) {
    throw new UserError(
      `--engine esp32 connects to the stand-in through an address of its own: leave out --${given}`,
    );
  }
  const wired = (["contact", "button"] as const).find((name) => flags[name] !== undefined);
  if (wired !== undefined) {
    throw new UserError(
      `an emulated chip has no ${wired}: leave out --${wired}, or choose another --engine`,
    );
  }
  const { requireEmulatedFaults } = await import("../emulator/sim.ts");
  requireEmulatedFaults(entries, flags.scenario ?? "");
  const { findQemu } = await import("../emulator/find-qemu.ts");
  const { chipOfImage } = await import("../emulator/surroundings.ts");
  await findQemu(process.env, chipOfImage(flags.image));
  const { ensureCertificates } = await import("../certs/store.ts");
  const { emulatorHost } = await import("../../host-sim/esp32/addresses.ts");
  const serverNames = [emulatorHost];
  await ensureCertificates({ directory: flags.certs, things: [flags.thing], serverNames });
}

/** The settings of its file, if there is one, and of the flags. */
async function runOnEsp32(
  flags: SimFlags,
  options: SimulatorOptions,
  { settings }: NodeBoxOptions,
): Promise<SimulatorEnd> {
  const { defaultImage, runEmulated } = await import("../emulator/sim.ts");
  const { emulatedFiles } = await import("../emulator/box-files.ts");
  const { readImageFiles } = await import("../firmware/credentials.ts");
  const { readSettingsFile } = await import("../firmware/settings-file.ts");
  const { certs, thing } = flags;
  const file = await readSettingsFile(certs, thing).catch(() => undefined);
  const { thingName, endpoint, port, claim } = settings;
  const input = { ...file?.input, ...flagSettings(flags), thingName, claim };
  const pins = gatesOf(requireSettings({ endpoint, ...input })).map(({ pin }) => pin);
  return runEmulated(
    { ...options, settings: { thingName, endpoint, port, pins } },
    {
      image: flags.image ?? defaultImage,
      files: emulatedFiles(input, await readImageFiles(certs, thing, claim !== undefined)),
      broker: { host: endpoint, port },
      environment: process.env,
    },
  );
}

/** @throws UserError when XS is not built */
async function requireEngine(): Promise<string> {
  const { findEngine } = await import("../../host-sim/xs/engine.ts");
  const binary = findEngine();
  if (binary !== undefined) return binary;
  throw new UserError(
    'XS is not built: install make and a C compiler, then run "npm ci" on Node 20 or 22',
  );
}

/** @throws UserError when the engine's process ends */
async function runOnXs(
  binary: string,
  options: SimulatorOptions,
  box: NodeBoxOptions,
): Promise<SimulatorEnd> {
  const { EngineError } = await import("../../host-sim/xs/engine.ts");
  const { bundleForEngine, simulatorProgram } = await import(
    "../../host-sim/xs/bundle/for-engine.ts"
  );
  const directory = mkdtempSync(join(tmpdir(), "boom-box-xs-"));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const modules = (await bundleForEngine(directory, simulatorProgram)).map(({ file }) => file);
    const { makeNodeBox, runSimulator, takesKeys } = await import(
      "../../host-sim/run-simulator.ts"
    );
    // A power cut loads them again.
    const isLoadedOnce = options.scenario === undefined && !takesKeys(options.json);
    const onLoaded = isLoadedOnce ? { onLoaded: remove } : {};
    const xs = { binary, modules, ...onLoaded };
    return await runSimulator(options, (around) => makeNodeBox({ ...box, xs }, around));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new UserError(`${error.message}; the pin is LOW`, { cause: error });
  } finally {
    remove();
  }
}
