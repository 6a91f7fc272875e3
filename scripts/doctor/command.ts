import { type Command, InvalidArgumentError } from "commander";
import { type ChipName, chips } from "../../device/chips/table.ts";
import { printableJson } from "../../host-sim/printable.ts";
import { defaultThing, hostName, thingName } from "../broker/options.ts";
import { defaultCertsDirectory } from "../certs/paths.ts";
import { numberOption } from "../command-line/settings.ts";
import { UserError } from "../command-line/user-error.ts";
import { chipOption } from "../firmware/build-options.ts";
import type { Finding, Verdict } from "./finding.ts";

interface DoctorFlags {
  readonly thing: string;
  readonly certs: string;
  readonly endpoint?: string;
  readonly port?: number;
  readonly alpn?: boolean;
  readonly timeServer?: readonly string[];
  readonly takeOver?: boolean;
  readonly watch: number;
  readonly board: boolean;
  readonly serialPort?: string;
  readonly json?: boolean;
  readonly chip?: ChipName;
}

/** Adds `boom-box doctor`: exit code 0 if no check fails, 1 if one fails, 2 for invalid flags. */
export function registerDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("find out why a box does not work, and say what to do")
    .option("--thing <name>", "the box's thing name", thingName, defaultThing)
    .option(
      "--certs <dir>",
      "the folder of its certificates and settings.json",
      defaultCertsDirectory,
    )
    .addOption(chipOption("the chip of its board (default: esp32)"))
    .option("--endpoint <host>", "the broker (default: from settings.json)", hostName)
    .option("--port <port>", "its port (default: 8883)", numberOption("port"))
    .option("--alpn", "offer x-amzn-mqtt-ca, which AWS IoT Core requires on port 443")
    .option(
      "--time-server <host>",
      "a time server to ask; may be repeated (default: from settings.json)",
      timeServer,
    )
    .option(
      "--take-over",
      "connect as the box even if it is online, which disconnects it for some seconds",
    )
    .option("--watch <seconds>", "how long to watch for a second client, 1–300", seconds, 5)
    .option("--no-board", "skip the SDK, ESP-IDF and the serial port")
    .option("--serial-port <port>", "the board's serial port (default: all that are found)")
    .option("--json", "print JSON lines, one per check")
    .action(doctor);
}

async function doctor(flags: DoctorFlags): Promise<void> {
  const { endpoint, port, alpn } = flags;
  if (endpoint === undefined && (port !== undefined || alpn !== undefined)) {
    throw new UserError("--port and --alpn need --endpoint: name the broker too");
  }
  const { examine } = await import("./examination.ts");
  const { thisMachine, usualTiming } = await import("./surroundings.ts");
  const findings = examine(
    {
      certs: flags.certs,
      thing: flags.thing,
      ...(flags.chip === undefined ? {} : { chip: chips[flags.chip] }),
      takeOver: flags.takeOver === true,
      withBoard: flags.board,
      ...(endpoint === undefined
        ? {}
        : {
            broker: {
              endpoint,
              ...(port === undefined ? {} : { port }),
              ...(alpn === undefined ? {} : { alpn }),
            },
          }),
      ...(flags.timeServer === undefined ? {} : { timeServers: flags.timeServer }),
      ...(flags.serialPort === undefined ? {} : { serialPort: flags.serialPort }),
    },
    thisMachine({ ...usualTiming, watchMs: flags.watch * 1_000 }),
  );
  const all: Finding[] = [];
  for await (const finding of findings) {
    all.push(finding);
    const line = flags.json === true ? printableJson(finding) : lineOf(finding);
    process.stdout.write(`${line}\n`);
  }
  if (flags.json !== true) process.stdout.write(`${conclusionOf(all)}\n`);
  if (all.some(({ verdict }) => verdict === "failed")) process.exitCode = 1;
}

const marks: Readonly<Record<Verdict, string>> = {
  ok: "ok",
  failed: "WRONG",
  warning: "look",
  unknown: "?",
  skipped: "-",
};

/** `WRONG  tcp            port 8883 refused the connection`, and the advice on the next line. */
export function lineOf({ check, verdict, found, advice }: Finding): string {
  const line = `${marks[verdict].padEnd(6)} ${check.padEnd(14)} ${found}`;
  return advice === undefined ? line : `${line}\n${" ".repeat(22)}→ ${advice}`;
}

/** The last line names the first failure, because it may have caused the others. */
export function conclusionOf(findings: readonly Finding[]): string {
  const wrong = findings.filter(({ verdict }) => verdict === "failed");
  const [first] = wrong;
  if (first === undefined) return "no check failed";
  const others = wrong.length - 1;
  const more = others === 0 ? "" : `, and ${others} more`;
  return `wrong: ${first.check} (${first.cause})${more}`;
}

function timeServer(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, hostName(text)];
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 300) return value;
  throw new InvalidArgumentError("It must be a whole number, 1–300.");
}
