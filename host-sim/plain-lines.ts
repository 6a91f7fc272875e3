import { describeFault } from "./faults/fault.ts";
import { gateEventWords, gateStateWords } from "./gate-words.ts";
import { printable } from "./printable.ts";
import { refusalWords } from "./refusal-words.ts";
import type { SimulatedBoxRecord } from "./simulated-box.ts";
import { updateReasonWords } from "./update-reason-words.ts";

/** A record in words, for logs and terminals. Text from the network is made {@link printable}. */
export function describeRecord(record: SimulatedBoxRecord): string {
  switch (record.type) {
    case "connection":
      return `connection  ${record.state}${record.reason === null ? "" : ` (${printable(record.reason)})`}`;
    case "claim":
      return `claim       ${record.outcome}${record.outcome === "failed" ? ` (${record.who}): ${record.reason}: ${printable(record.detail)}` : ""}`;
    case "pin":
    case "input":
    case "button":
      return `${`${record.type} ${record.pin}`.padEnd(12)}${record.value === 1 ? "HIGH" : "LOW"}`;
    case "event": {
      const by = record.by === null ? "" : ` for ${printable(record.by)}`;
      return record.reason === null
        ? `event       ${named(record)}opened, ${record.pulseMs} ms${by}`
        : `event       ${named(record)}refused${by}: ${refusalWords[record.reason]} (${record.reason})`;
    }
    case "gate":
      return `gate        ${named(record)}${gateStateWords[record.state]}`;
    case "gate-event":
      return `gate        ${named(record)}${gateEventWords[record.gate]} (${record.gate})`;
    case "update": {
      const what = record.version === null ? "" : ` to ${printable(record.version)}`;
      const why = record.reason === null ? "" : `: ${updateReasonWords[record.reason]}`;
      return `update      ${record.state}${what}${why}`;
    }
    case "shadow": {
      const why = record.reasons.length === 0 ? "" : `: ${printable(record.reasons.join("; "))}`;
      return `shadow      ${record.state}${why}`;
    }
    case "setup":
      return `setup       ${record.state}${record.detail === null ? "" : ` (${printable(record.detail)})`}`;
    case "crash": {
      const { abort, panic, resetReason } = record;
      const why = abort?.error ?? abort?.why ?? panic?.reason;
      return `crash       ${resetReason}${why == null ? "" : ` (${printable(why)})`}`;
    }
    case "power":
      return `power       ${record.state}`;
    case "fault":
      return `fault       ${describeFault(record)}`;
    case "status":
      return `status      ${record.state}, ${record.opened} opened, ${record.refused} refused`;
  }
}

function named({ gateName }: { readonly gateName?: string }): string {
  return gateName === undefined ? "" : `${gateName}: `;
}
