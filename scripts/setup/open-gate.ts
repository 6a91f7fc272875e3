import type { EventReport } from "../../device/messages/event.ts";
import { Opener } from "../open/open-once.ts";
import { describeOutcome } from "../open/outcome.ts";
import type { Obtained } from "./certificates/obtained.ts";
import { SetupError } from "./failure.ts";

const waitSeconds = 10;
const requester = "boom-box setup";

/**
 * Sends one `open` through the broker.
 * @returns the box's own report
 * @throws SetupError; UserError
 */
export async function openGate(obtained: Obtained, thing: string): Promise<EventReport> {
  const opener = new Opener(await obtained.openerBroker());
  try {
    const report = await opener.open(thing, requester, waitSeconds * 1000);
    if (report !== undefined) return report;
    throw new SetupError(
      `the box did not answer within ${waitSeconds} s`,
      "look under Connect whether it is still connected, and try again. It is not known whether the pin was HIGH",
    );
  } finally {
    await opener.close();
  }
}

/** What the box did, in one line. */
export function outcomeWords(report: EventReport, thing: string, pin: number): string {
  if (report.outcome === "opened") {
    return `Opened: pin ${pin} was HIGH for ${Number(report.pulseMs)} ms. The box ${thing} has reported it.`;
  }
  const now = Date.now();
  const said = describeOutcome(report, {
    thing,
    timeout: waitSeconds,
    sentAt: now,
    answeredAt: now,
  });
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}
