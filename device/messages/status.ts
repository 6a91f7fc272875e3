import type { ResetReason } from "../hal.ts";
import { readGateStatus, readNamedGates } from "./gate.ts";
import { latestTime, membersOf } from "./json.ts";
import { readableOf } from "./text.ts";
import { type UpdateReason, type UpdateStage, updateReasons, updateStates } from "./update.ts";

/** Every field of a status except `state` and `firmware`, with the reader for its value. */
const fields = {
  /** since the start of the firmware */
  uptimeMs: count,
  resetReason: readResetReason,
  /** dBm; null with Ethernet */
  rssi: signal,
  /** IP address; null while there is none */
  address: label,
  /** free bytes; null when the platform cannot report it */
  heap: amount,
  /** when the box's own certificate ends, in ms since 1970; null when it cannot be read */
  certificateEndsAt: time,
  /** commands since the start */
  opened: count,
  refused: count,
  /** ms since 1970; null if it never opened, or opened while the clock was unset */
  lastOpenedAt: time,
  /** connections established since the start */
  connections: count,
  /**
   * connections that the broker ended within half a minute; many mean another device with the same
   * name, or a policy that forbids a topic
   */
  shortConnections: count,
  /** connections ended because the peer broke the protocol */
  protocolErrors: count,
  /** pulses ended by the cap instead of their own timer: always 0 on a healthy box */
  capped: count,
  /** events dropped because the delivery queue was full */
  droppedEvents: count,
  /** what the contact at the first gate proves; null: there is none, so nobody knows where the gate is */
  gate: readGateStatus,
  /** every gate of a box whose settings name them; null: there is one, without a name */
  gates: readNamedGates,
  /** what a firmware update does, or how the last one ended; null: none since the start */
  update: readUpdate,
} as const;

export interface UpdateStatus {
  readonly state: UpdateStage;
  /** of the new firmware; null while it is not known */
  readonly version: string | null;
  /** how much of it has arrived, in percent */
  readonly progress: number | null;
  /** why it failed or was refused */
  readonly reason: UpdateReason | null;
}

type Fields = { readonly [Name in keyof typeof fields]: ReturnType<(typeof fields)[Name]> };

/** The state of the box: published to `…/status`, retained. */
export interface StatusReport extends Fields {
  readonly state: "online" | "offline";
  readonly firmware: string;
}

/** The last will. It is fixed at CONNECT, so it contains nothing more. */
export interface WillReport {
  readonly state: "offline";
  readonly firmware: string;
}

/** Whether the box itself wrote it: the last will says less. */
export function isStatusReport(report: StatusReport | WillReport): report is StatusReport {
  return "uptimeMs" in report;
}

/** The names of a status's fields except `state` and `firmware`. */
export function statusFields(): (keyof Fields)[] {
  return Object.keys(fields) as (keyof Fields)[];
}

export function writeStatus(report: StatusReport | WillReport): string {
  return JSON.stringify(report);
}

/**
 * Reads a status. It is untrusted, and older firmware has fewer fields: one that is absent or
 * invalid is null, or 0 if it is a counter.
 * @param value parsed JSON
 * @returns undefined when it is not a status
 */
export function readStatus(value: unknown): StatusReport | WillReport | undefined {
  const members = membersOf(value);
  const { state } = members;
  const firmware = label(members.firmware);
  if (firmware === null || firmware !== members.firmware) return undefined;
  if (state !== "online" && state !== "offline") return undefined;
  if (state === "offline" && members.uptimeMs === undefined) return { state, firmware };
  const read = Object.entries(fields).map(([name, readField]) => [name, readField(members[name])]);
  return { state, firmware, ...(Object.fromEntries(read) as Fields) };
}

const maximumLabelLength = 64;

function count(value: unknown): number {
  return amount(value) ?? 0;
}

function amount(value: unknown): number | null {
  return within(value, 0, Number.MAX_SAFE_INTEGER);
}

function signal(value: unknown): number | null {
  return within(value, -200, 100);
}

function time(value: unknown): number | null {
  return within(value, 0, latestTime);
}

/** A number that is impossible for its field is null: a page could not show it. */
function within(value: unknown, minimum: number, maximum: number): number | null {
  return typeof value === "number" && value >= minimum && value <= maximum
    ? Math.round(value)
    : null;
}

function label(value: unknown): string | null {
  return typeof value === "string" ? readableOf(value, maximumLabelLength) : null;
}

export const resetReasons: readonly ResetReason[] = [
  "power-on",
  "external",
  "software",
  "panic",
  "watchdog",
  "brownout",
  "deep-sleep",
];

function readUpdate(value: unknown): UpdateStatus | null {
  const members = membersOf(value);
  const state = updateStates.find((each) => each === members.state);
  if (state === undefined) return null;
  return {
    state,
    version: label(members.version),
    progress: within(members.progress, 0, 100),
    reason: updateReasons.find((each) => each === members.reason) ?? null,
  };
}

export function readResetReason(value: unknown): ResetReason {
  return resetReasons.find((reason) => reason === value) ?? "unknown";
}
