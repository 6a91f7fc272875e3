/** On what somebody's right to open a gate rests: a person's grants, or the link of a guest. */
import type { Gate, Grant, InvitedGuest } from "./entities.ts";
import { type May, mayOpen } from "./grants.ts";
import { guestMay } from "./guests.ts";
import type { Holidays } from "./holidays.ts";

export type Access =
  | { readonly type: "grants"; readonly grants: readonly Grant[] }
  | { readonly type: "guest"; readonly guest: InvitedGuest };

export const noGrants: Access = { type: "grants", grants: [] };

/**
 * @param holidays of this gate
 * @throws RangeError when the gate's time zone is unknown
 */
export function mayUse(
  gate: Pick<Gate, "isActive" | "timeZone">,
  access: Access,
  holidays: Holidays,
  now: number,
): May {
  return access.type === "guest"
    ? guestMay(gate, access.guest, now)
    : mayOpen(gate, access.grants, holidays, now);
}
