/**
 * By how much a box's clock differs from the sender's, at least, in ms: positive if the box is
 * ahead. The box handled the command between the two moments, so 0 if its clock says that too.
 * @param at of the box's event: the box's clock, or null while it is unset
 * @param issuedAt of the command, and
 * @param heardAt when the event arrived: the sender's clock
 */
export function clockDifferenceMs(at: number | null, issuedAt: number, heardAt: number): number {
  if (at === null) return 0;
  if (at < issuedAt) return at - issuedAt;
  return at > heardAt ? at - heardAt : 0;
}

/** Below this, in ms, the difference may be the network's: a box is not accurate to the second. */
export const notableClockDifferenceMs = 2_000;
