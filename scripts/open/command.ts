import { userInfo } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import { isRequester, requesterOf } from "../../device/messages/command.ts";
import { isGateName } from "../../device/messages/topics.ts";
import { toLine } from "../../device/record-line.ts";
import { printable, printableJson } from "../../host-sim/printable.ts";
import {
  addBrokerOptions,
  type BrokerFlags,
  resolveBroker,
  serviceFor,
} from "../broker/options.ts";
import { describeOutcome } from "./outcome.ts";

interface OpenFlags extends BrokerFlags {
  readonly by?: string;
  readonly gate?: string;
  readonly timeout: number;
  readonly json?: boolean;
}

/** Adds `boom-box open`: exit code 0 only when the box itself reports `opened`, else 1. */
export function registerOpenCommand(program: Command): void {
  const command = program
    .command("open")
    .description("ask a box to open its gate, and wait for the outcome");
  addBrokerOptions(command)
    .option("--gate <name>", "which of the box's named gates (default: its first)", gateName)
    .option("--by <who>", "who asks, for the records (default: your user name)", who)
    .option("--timeout <seconds>", "how long to wait for the outcome, 1–60", seconds, 10)
    .option("--json", "print the box's event as JSON")
    .action(open);
}

async function open(flags: OpenFlags): Promise<void> {
  const broker = await resolveBroker(flags, await serviceFor(flags));
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  const { Opener } = await import("./open-once.ts");
  const { thing, timeout, gate } = flags;
  const named = gate === undefined ? [] : [{ thingName: thing, output: gate }];
  const opener = new Opener(broker, named);
  try {
    const by = flags.by ?? userName();
    const sentAt = Date.now();
    const report = await opener.open(thing, by, timeout * 1000, gate);
    const attempt = { thing, timeout, sentAt, answeredAt: Date.now() };
    if (flags.json && report !== undefined) {
      process.stdout.write(`${printableJson(toLine({ type: "event", ...report }, elapsedMs()))}\n`);
    } else {
      process.stdout.write(`${printable(describeOutcome(report, attempt))}\n`);
    }
    process.exitCode = report?.outcome === "opened" ? 0 : 1;
  } finally {
    await opener.close();
  }
}

function userName(): string {
  try {
    return requesterOf(userInfo().username) ?? "boom-box open";
  } catch {
    // This user ID has no entry, as in some containers.
    return "boom-box open";
  }
}

function gateName(text: string): string {
  if (isGateName(text)) return text;
  throw new InvalidArgumentError("It must be a name in the box's gates, such as in.");
}

function who(text: string): string {
  if (isRequester(text)) return text;
  throw new InvalidArgumentError(
    "It must be printable text of 1–64 UTF-16 code units: most letters are one unit, most emoji two.",
  );
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 60) return value;
  throw new InvalidArgumentError("It must be a whole number, 1–60.");
}
