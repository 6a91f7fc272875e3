import {
  type EventReport,
  readEventReport,
  type StatusReport,
} from "../../device/messages/event.ts";
import { isThingName, topicsOf } from "../../device/messages/topics.ts";
import type { GateLinkListener } from "./gate-link.ts";

/** Twice what a box ever sends; a longer report is none of a box's. */
const maximumBytes = 8_192;
/** ECMA-262, "Time Values": a Date knows none after it, in ms since 1970 */
const latestTime = 8.64e15;
const longestPulseMs = 3_600_000;

/** Gives what a box published to whoever listens. Anything else, from whomever, is left alone. */
export function deliverReport(
  prefix: string,
  topic: string,
  payload: Uint8Array,
  listener: GateLinkListener,
): void {
  const [thingName = "", kind] = topic.slice(prefix.length + 1).split("/");
  if (!isThingName(thingName) || payload.length > maximumBytes) return;
  const topics = topicsOf(prefix, thingName);
  const value = parse(payload);
  if (kind === "event" && topic === topics.event) {
    const report: EventReport | undefined = readEventReport(value);
    if (report !== undefined) listener.onEvent(thingName, keepable(report));
  } else if (kind === "status" && topic === topics.status) {
    const report = readStatus(value);
    if (report !== undefined) listener.onStatus(thingName, report);
  }
}

/** What no box says and no database takes, such as 1e999, says nothing; the rest of the event still holds. */
function keepable({ at, pulseMs, ...event }: EventReport): EventReport {
  return { ...event, at: whole(at, latestTime), pulseMs: whole(pulseMs, longestPulseMs) };
}

function whole(value: number | null, maximum: number): number | null {
  return value !== null && value >= 0 && value <= maximum ? Math.round(value) : null;
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    return undefined;
  }
}

type Status = Parameters<GateLinkListener["onStatus"]>[1];

/** A status as a box or its will says it; undefined where `value` is none. */
function readStatus(value: unknown): Status | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Partial<Record<keyof StatusReport, unknown>>;
  const { state, firmware } = fields;
  if (typeof firmware !== "string" || firmware.length > 64) return undefined;
  // A good-bye says more than the will does; of a box that is gone no more is wanted.
  if (state === "offline") return { state, firmware };
  if (state !== "online") return undefined;
  const number = (name: keyof StatusReport) => {
    const field = fields[name];
    return typeof field === "number" && Number.isFinite(field) ? field : null;
  };
  const text = (name: keyof StatusReport) => {
    const field = fields[name];
    return typeof field === "string" ? field.slice(0, 64) : null;
  };
  return {
    state,
    firmware,
    uptimeMs: number("uptimeMs") ?? 0,
    resetReason: readResetReason(fields.resetReason),
    rssi: number("rssi"),
    address: text("address"),
    heap: number("heap"),
    certificateEndsAt: number("certificateEndsAt"),
    opened: number("opened") ?? 0,
    refused: number("refused") ?? 0,
    lastOpenedAt: number("lastOpenedAt"),
    connections: number("connections") ?? 0,
    protocolErrors: number("protocolErrors") ?? 0,
    capped: number("capped") ?? 0,
    droppedEvents: number("droppedEvents") ?? 0,
    shortConnections: number("shortConnections") ?? 0,
  };
}

const resetReasons: readonly StatusReport["resetReason"][] = [
  "power-on",
  "external",
  "software",
  "panic",
  "watchdog",
  "brownout",
  "deep-sleep",
];

function readResetReason(value: unknown): StatusReport["resetReason"] {
  return resetReasons.find((reason) => reason === value) ?? "unknown";
}
