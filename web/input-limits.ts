/**
 * What administrators may enter. The page and the service check the same limits, and the page says so at
 * the field.
 */
import { gateEventNames } from "../device/messages/gate.ts";
import type { WebhookEventType } from "./api.ts";

export const longestPersonName = 100;
export const longestGateName = 100;
export const longestEmail = 254;

export const longestNote = 200;

/** The link of a guest is for a visit, not for a colleague. */
export const longestGuestDays = 366;
export const mostOpenings = 100;

/** What one form may grant at once. */
export const mostPeople = 200;
export const mostGates = 50;
export const mostGrants = 2_000;

/** In characters: the holidays of a country for ten years have about 60,000. */
export const longestCalendar = 300_000;

/** Exclusive, in ms since 1970: a later end of a grant is a typing error. */
export const latestEnd = Date.UTC(2200, 0, 1);

export function isEmail(text: string): boolean {
  return /^[^@\s\p{C}]+@[^@\s\p{C}]+$/u.test(text);
}

export function isGateId(text: string): boolean {
  return /^[a-z0-9-]{1,32}$/.test(text);
}

/** A name such as `Europe/Berlin`. A bare offset is none, because it has no daylight saving time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const longestPasskeyName = 60;
/** of one person */
export const mostPasskeys = 20;

export const longestWebhookUrl = 1_000;
/** Each event is stored once for each of them. */
export const mostWebhooks = 20;

/** What a webhook can be about. */
export const webhookEventTypes = [
  "gate.opened",
  "gate.refused",
  ...gateEventNames.map((name) => `gate.${name}` as const),
  "box.offline",
  "box.online",
] as const satisfies readonly WebhookEventType[];
