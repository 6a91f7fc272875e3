import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { AnyCase } from "../../host-sim/advisor/case.ts";
import type { Outcome } from "../../host-sim/advisor/run.ts";
import { defaultThing, hostName, thingName } from "../broker/options.ts";
import { caIdentity, defaultCertsDirectory, identityFiles } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import type { EngineName, Onlooker } from "./session.ts";

interface AdvisorFlags {
  readonly engine: EngineName | "esp32";
  readonly case?: readonly string[];
  readonly list?: boolean;
  readonly json?: boolean;
  readonly speed: number;
  readonly write?: string;
  readonly external?: boolean;
  readonly host: string;
  readonly listen: string;
  readonly port: number;
  readonly thing: string;
  readonly certs: string;
}

/** Adds `boom-box advisor`: runs AWS IoT Device Advisor's cases against the firmware or any client. */
export function registerAdvisorCommand(program: Command): void {
  program
    .command("advisor")
    .description("run AWS IoT Device Advisor's test cases against the firmware or any MQTT client")
    .addOption(
      new Option(
        "--engine <name>",
        "what runs the firmware: Node, XS (the board's engine), or an emulated ESP32 (in real time)",
      )
        .choices(["node", "xs", "esp32"] satisfies AdvisorFlags["engine"][])
        .default("node"),
    )
    .option("--case <names...>", "run only these cases; --list shows all")
    .option("--list", "print the cases and run none")
    .option("--json", "print JSON lines only")
    .option("--speed <n>", "how many times faster the firmware's time runs, 1–200", speed, 100)
    .option("--write <file>", "run all cases on Node and XS, and write the results as Markdown")
    .option("--external", "test an external client, in real time")
    .option(
      "--host <name>",
      "with --external: the host name that the client connects to",
      hostName,
      "localhost",
    )
    .option("--listen <address>", "with --external: the address to listen on", "127.0.0.1")
    .option("--port <port>", "with --external: the port to listen on; 0: any", port, 8883)
    .option("--thing <name>", "with --external: the client's thing name", thingName, defaultThing)
    .option("--certs <dir>", "with --external: the certificates' folder", defaultCertsDirectory)
    .action(advisor);
}

async function advisor(flags: AdvisorFlags): Promise<void> {
  const { allCases } = await import("../../host-sim/advisor/cases/all.ts");
  const cases = chosen(allCases, flags.case);
  if (flags.list === true) {
    for (const { name, title } of cases) process.stdout.write(`${name.padEnd(28)}${title}\n`);
    return;
  }
  if (flags.write !== undefined) {
    if (flags.external === true || flags.case !== undefined) {
      throw new UserError("--write runs all cases on Node and XS: leave out --external and --case");
    }
    await write(flags.write, cases, flags.speed);
    return;
  }
  const onlooker = await terminal(cases, flags.json === true);
  const outcomes = await play(flags, onlooker);
  const { countsOf, summaryOf } = await import("./report.ts");
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ type: "summary", ...countsOf(outcomes) })}\n`
      : `${summaryOf(outcomes)}\n`,
  );
  process.exitCode = countsOf(outcomes).fail === 0 ? 0 : 1;
}

function chosen(all: readonly AnyCase[], names: readonly string[] | undefined): readonly AnyCase[] {
  const unknown = names?.find((name) => !all.some((each) => each.name === name));
  if (unknown !== undefined) {
    throw new UserError(`there is no case ${JSON.stringify(unknown)}: --list shows all`);
  }
  return all.filter(({ name }) => names?.includes(name) ?? true);
}

async function play(flags: AdvisorFlags, onlooker: Onlooker): Promise<Outcome[]> {
  const { engine, speed } = flags;
  if (flags.external === true) return external(flags, onlooker);
  return engine === "esp32" ? emulated(flags, onlooker) : own(engine, speed, onlooker);
}

/** Tests the image on an emulated ESP32, with the files of this box. */
async function emulated({ certs, thing }: AdvisorFlags, onlooker: Onlooker): Promise<Outcome[]> {
  const { readIdentity } = await import("../certs/identity.ts");
  const { readSettingsFile } = await import("../firmware/settings-file.ts");
  const { readImageFiles } = await import("../firmware/credentials.ts");
  const { emulatedFiles } = await import("../emulator/box-files.ts");
  const { adviseEmulated } = await import("../emulator/advisor.ts");
  const { settings, input } = await readSettingsFile(certs, thing);
  const credentials = await readImageFiles(certs, thing, settings.claim !== undefined);
  const ca = await readIdentity(certs, caIdentity);
  const files = emulatedFiles(input, credentials);
  return adviseEmulated({ ca, pin: settings.pin, files }, onlooker);
}

async function own(engine: EngineName, times: number, onlooker: Onlooker): Promise<Outcome[]> {
  const { adviseOwn } = await import("./session.ts");
  return adviseOwn(engine, times, onlooker);
}

async function external(flags: AdvisorFlags, onlooker: Onlooker): Promise<Outcome[]> {
  const { certs, thing, host: name, listen: address, port } = flags;
  const { ensureCertificates } = await import("../certs/store.ts");
  const { readIdentity, trustFiles } = await import("../certs/identity.ts");
  const { adviseOutside } = await import("./session.ts");
  await ensureCertificates({ directory: certs, things: [thing] });
  const ca = await readIdentity(certs, caIdentity);
  return adviseOutside(
    {
      ca,
      host: name,
      address,
      port,
      onListening: (taken) => {
        const { certificatePem, keyPem } = identityFiles(certs, thing);
        const { caPem } = trustFiles(certs, thing);
        process.stderr.write(
          [
            `listening on ${address}:${taken}. Start the client; it must reconnect by itself:`,
            `  endpoint ${name}, port ${taken}, client id ${thing}`,
            `  CA ${caPem}`,
            `  certificate ${certificatePem}`,
            `  private key ${keyPem}`,
            `  (for example: boom-box sim --endpoint ${name} --port ${taken} --thing ${thing})`,
            "",
          ].join("\n"),
        );
      },
    },
    onlooker,
  );
}

async function write(file: string, cases: readonly AnyCase[], times: number): Promise<void> {
  const { advisorPage } = await import("./page.ts");
  const { countsOf, summaryOf } = await import("./report.ts");
  const onlooker = await terminal(cases, false);
  const runs = { Node: await own("node", times, onlooker), XS: await own("xs", times, onlooker) };
  writeFileSync(file, advisorPage(runs, times));
  for (const [engine, outcomes] of Object.entries(runs)) {
    process.stdout.write(`${file}: on ${engine} ${summaryOf(outcomes)}\n`);
  }
  const hasFailed = Object.values(runs).some((outcomes) => countsOf(outcomes).fail > 0);
  process.exitCode = hasFailed ? 1 : 0;
}

/** Prints each outcome, and the progress if standard error is a terminal. */
async function terminal(cases: readonly AnyCase[], json: boolean): Promise<Onlooker> {
  const { describeOutcome, describeProgress, jsonOf } = await import("./report.ts");
  const isWatched = process.stderr.isTTY;
  const clear = () => {
    if (isWatched) process.stderr.write("\r\x1b[K");
  };
  return {
    cases,
    onProgress: (progress) => {
      if (isWatched) process.stderr.write(`\r\x1b[K${describeProgress(progress)}`);
    },
    onOutcome: (outcome) => {
      clear();
      process.stdout.write(json ? jsonOf(outcome) : describeOutcome(outcome));
    },
  };
}

function speed(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= 200) return value;
  throw new InvalidArgumentError("It must be a whole number, 1–200.");
}

function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 65_535) return value;
  throw new InvalidArgumentError("It must be a whole number, 0–65535.");
}
