import { readEvent } from "../../device/messages/event.ts";
import { readGateEvent } from "../../device/messages/gate.ts";
import { parseJson } from "../../device/messages/json.ts";
import { readStatus } from "../../device/messages/status.ts";
import { readTopic } from "../../device/messages/topics.ts";
import type { GateLinkListener } from "./gate-link.ts";

/** Twice as much as a box ever sends. */
const maximumBytes = 8_192;

/** Passes a box's report on to the listener. Any other message is ignored. */
export function deliverReport(
  prefix: string,
  topic: string,
  payload: Uint8Array,
  listener: GateLinkListener,
): void {
  const source = readTopic(prefix, topic);
  if (source === undefined || payload.length > maximumBytes) return;
  const { thingName, kind, gateName: output = null } = source;
  const value = parseJson(Buffer.from(payload).toString("utf8"));
  if (kind === "event") {
    const event = readEvent(value);
    if (event !== undefined) listener.onEvent(thingName, event, output);
    const gateEvent = readGateEvent(value);
    if (gateEvent !== undefined) listener.onGateEvent?.(thingName, gateEvent, output);
  } else if (kind === "status") {
    const status = readStatus(value);
    if (status === undefined) return;
    const { state, firmware } = status;
    // The last status of a box that goes offline has more fields than its last will. They are not
    // needed.
    listener.onStatus(thingName, state === "offline" ? { state, firmware } : status);
  }
}
