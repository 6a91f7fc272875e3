import { userInfo } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import { isRequester, requesterOf } from "../../device/messages/command.ts";
import type { EventReport } from "../../device/messages/event.ts";
import { toLine } from "../../device/record-line.ts";
import { printableJson } from "../../host-sim/printable.ts";
import { refusalWords } from "../../host-sim/refusal-words.ts";
import {
  addBrokerOptions,
  type BrokerFlags,
  resolveBroker,
  serviceFor,
} from "../broker/options.ts";

interface OpenFlags extends BrokerFlags {
  readonly by?: string;
  readonly timeout: number;
  readonly json?: boolean;
}

/** Adds `boom-box open`: exit code 0 only when the box itself reports `opened`, else 1. */
export function registerOpenCommand(program: Command): void {
  const command = program
    .command("open")
    .description("ask a box to open its gate, and wait for the outcome");
  addBrokerOptions(command)
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
  const opener = new Opener(broker);
  try {
    const by = flags.by ?? userName();
    const report = await opener.open(flags.thing, by, flags.timeout * 1000);
    if (flags.json && report !== undefined)
      process.stdout.write(`${printableJson(toLine({ type: "event", ...report }, elapsedMs()))}\n`);
    else process.stdout.write(`${describeOutcome(report, flags)}\n`);
    process.exitCode = report?.outcome === "opened" ? 0 : 1;
  } finally {
    await opener.close();
  }
}

function describeOutcome(report: EventReport | undefined, { thing, timeout }: OpenFlags): string {
  if (report === undefined) {
    return `no answer from ${thing} within ${timeout} s: is the box online? It is not known whether the gate opened.`;
  }
  return report.outcome === "opened"
    ? `opened: ${thing} held the button for ${Number(report.pulseMs)} ms`
    : `refused (${report.reason}): ${report.reason === null ? "no reason given" : refusalWords[report.reason]}`;
}

function userName(): string {
  try {
    return requesterOf(userInfo().username) ?? "boom-box open";
  } catch {
    // This user ID has no entry, as in some containers.
    return "boom-box open";
  }
}

function who(text: string): string {
  if (isRequester(text)) return text;
  throw new InvalidArgumentError("It must be 1–64 characters, without control characters.");
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 60) return value;
  throw new InvalidArgumentError("It must be a whole number, 1–60.");
}
