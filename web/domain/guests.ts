/**
 * What the link of a guest allows. The link counts the commands that were sent: a request takes one
 * opening when it is recorded, and gives it back when nothing was sent (`failed`) or when the box reports
 * that it did not press the button (`refused`). Without an answer (`unanswered`) the opening stays used.
 */
import type { GuestState, RequestState } from "../api.ts";
import type { Gate, Guest, InvitedGuest } from "./entities.ts";
import type { May } from "./grants.ts";

export function guestState(
  { revokedAt, startsAt, endsAt, used, openings }: Guest,
  now: number,
): GuestState {
  if (revokedAt !== null) return "revoked";
  if (now >= endsAt) return "ended";
  if (used >= openings) return "used-up";
  return now < startsAt ? "upcoming" : "valid";
}

/** Whether the browsers with this link may see the gate. Otherwise their sessions are over. */
export function isAdmitted(guest: InvitedGuest, now: number): boolean {
  const state = guestState(guest, now);
  return guest.isInviterActive && state !== "revoked" && state !== "ended";
}

/** Whether a request in this state takes one opening of its guest. */
export function takesOpening(state: RequestState): boolean {
  return state !== "denied" && state !== "failed" && state !== "refused";
}

/** Hours and holidays are those of people. A guest has a beginning, an end and a count. */
export function guestMay(gate: Pick<Gate, "isActive">, guest: InvitedGuest, now: number): May {
  const no = { open: false, opensAt: null } as const;
  if (!gate.isActive) return { ...no, why: "gate-closed" };
  if (!isAdmitted(guest, now)) return { ...no, why: "grant-ended" };
  if (guest.used >= guest.openings) return { ...no, why: "used-up" };
  if (now < guest.startsAt) return { open: false, why: "not-yet", opensAt: guest.startsAt };
  return { open: true };
}
