import { type FirmwareRecord, setupStates } from "../../device/firmware.ts";
import { readCrashCause } from "../../device/messages/crash.ts";
import { readEvent } from "../../device/messages/event.ts";
import { readGateEvent, readGateStatus } from "../../device/messages/gate.ts";
import { isStatusReport, readStatus } from "../../device/messages/status.ts";
import { isGateName } from "../../device/messages/topics.ts";
import { updateReasons, updateStates } from "../../device/messages/update.ts";

/** The content of one line of the serial port. */
export type SerialLine =
  /** from the firmware; `at` in ms since its start */
  | { readonly type: "record"; readonly at: number; readonly record: SerialRecord }
  /** from the chip's ROM, at each start */
  | { readonly type: "reset"; readonly cause: string; readonly isWholeChip: boolean }
  /** anything else, such as a panic's registers */
  | { readonly type: "text"; readonly text: string };

/** The firmware's records that a simulated box has too. */
export type SerialRecord = Exclude<FirmwareRecord, { readonly type: "claim" }>;

const states = ["stopped", "network", "time", "tls", "mqtt", "connected", "backoff"] as const;

/** Reads a line of the serial port. It is untrusted: a line that is not a record stays text. */
export function readSerialLine(text: string): SerialLine {
  const [, reset, cause] = /^rst:(0x[\da-f]+) \((\w+)\)/.exec(text) ?? [];
  if (reset !== undefined && cause !== undefined) {
    return { type: "reset", cause, isWholeChip: !cpuResets.includes(Number(reset)) };
  }
  return text.startsWith("{") ? readRecord(text) : { type: "text", text };
}

/** Resets of the CPU only (ESP32 Technical Reference Manual, table 3-1): peripherals continue. */
const cpuResets: readonly number[] = [0x0b, 0x0c, 0x0d, 0x0e];

function readRecord(text: string): SerialLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { type: "text", text };
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const record = recordOf(fields);
  if (record === undefined || typeof fields.at !== "number") return { type: "text", text };
  return { type: "record", at: fields.at, record };
}

/** The gate that it is about, if the box has several. */
function gateOf({ gateName }: Readonly<Record<string, unknown>>): { readonly gateName?: string } {
  return typeof gateName === "string" && isGateName(gateName) ? { gateName } : {};
}

function recordOf(fields: Readonly<Record<string, unknown>>): SerialRecord | undefined {
  switch (fields.type) {
    case "connection": {
      const state = states.find((each) => each === fields.state);
      const { reason } = fields;
      const isReason = reason === null || typeof reason === "string";
      return state !== undefined && isReason ? { type: "connection", state, reason } : undefined;
    }
    case "crash": {
      const cause = readCrashCause(fields);
      return cause === undefined ? undefined : { type: "crash", ...cause };
    }
    case "event": {
      // A line's `at` is the time since the start; the event's own is called `date` there.
      const report = readEvent({ ...fields, at: fields.date });
      return report === undefined ? undefined : { type: "event", ...gateOf(fields), ...report };
    }
    case "gate-event": {
      const event = readGateEvent({ ...fields, at: fields.date });
      return event === undefined ? undefined : { type: "gate-event", ...gateOf(fields), ...event };
    }
    case "gate": {
      const status = readGateStatus(fields);
      return status === null ? undefined : { type: "gate", ...gateOf(fields), ...status };
    }
    case "status": {
      const status = readStatus(fields);
      return status !== undefined && isStatusReport(status)
        ? { type: "status", ...status }
        : undefined;
    }
    case "setup": {
      const state = setupStates.find((each) => each === fields.state);
      const { detail } = fields;
      const isDetail = detail === null || typeof detail === "string";
      return state !== undefined && isDetail ? { type: "setup", state, detail } : undefined;
    }
    case "update": {
      const state = updateStates.find((each) => each === fields.state);
      const { job, version } = fields;
      const reason = fields.reason === null ? null : updateReasons.find((r) => r === fields.reason);
      const isText = (value: unknown): value is string | null =>
        value === null || typeof value === "string";
      if (state === undefined || reason === undefined) return undefined;
      if (!isText(job) || !isText(version)) return undefined;
      return { type: "update", state, job, version, reason };
    }
    default:
      return undefined;
  }
}
