import { gateEventNames } from "../../device/messages/gate.ts";
import type { WebhookEventType } from "../api.ts";

/** What a webhook can be about. */
export const webhookEventTypes = [
  "gate.opened",
  "gate.refused",
  ...gateEventNames.map((name) => `gate.${name}` as const),
  "box.offline",
  "box.online",
] as const satisfies readonly WebhookEventType[];
