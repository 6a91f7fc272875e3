import assert from "node:assert/strict";
import fc from "fast-check";
import type { InvitedGuest } from "./entities.ts";
import { guestMay, guestState, isAdmitted } from "./guests.ts";

const open = { isActive: true };
const max: InvitedGuest = {
  id: "g",
  tokenHash: "t",
  gateId: "north",
  name: "Max",
  note: "",
  inviterId: "ada",
  inviterName: "Ada",
  isInviterActive: true,
  startsAt: 1_000,
  endsAt: 2_000,
  openings: 2,
  used: 0,
  revokedAt: null,
  createdAt: 0,
};

describe("a guest", () => {
  it("may open from the beginning until before the end", () => {
    const not = (why: string, opensAt: number | null = null) => ({ open: false, why, opensAt });
    assert.deepEqual(guestMay(open, max, 999), not("not-yet", 1_000));
    assert.deepEqual(guestMay(open, max, 1_000), { open: true });
    assert.deepEqual(guestMay(open, max, 1_999), { open: true });
    assert.deepEqual(guestMay(open, max, 2_000), not("grant-ended"));
    assert.deepEqual(guestMay(open, { ...max, used: 1 }, 1_500), { open: true });
    assert.deepEqual(guestMay(open, { ...max, used: 2 }, 1_500), not("used-up"));
    assert.deepEqual(guestMay(open, { ...max, revokedAt: 1_400 }, 1_500), not("grant-ended"));
    assert.deepEqual(guestMay(open, { ...max, isInviterActive: false }, 1_500), not("grant-ended"));
    assert.deepEqual(guestMay({ isActive: false }, max, 1_500), not("gate-closed"));
  });

  it("may open in the state valid alone, whatever else is the case", () => {
    const guests = fc.record({
      startsAt: fc.integer({ min: 0, max: 9 }),
      endsAt: fc.integer({ min: 0, max: 9 }),
      openings: fc.integer({ min: 1, max: 3 }),
      used: fc.integer({ min: 0, max: 3 }),
      revokedAt: fc.option(fc.integer({ min: 0, max: 9 })),
    });
    fc.assert(
      fc.property(guests, fc.integer({ min: 0, max: 10 }), (changes, now) => {
        const guest = { ...max, ...changes };
        const state = guestState(guest, now);
        assert.equal(guestMay(open, guest, now).open, state === "valid");
        assert.equal(isAdmitted(guest, now), state !== "ended" && state !== "revoked");
      }),
    );
  });
});
