/** The contract of every store: guests, their sessions, and the count of their openings. */
import assert from "node:assert/strict";
import type { GuestState, RequestState } from "../api.ts";
import type { Guest } from "../domain/entities.ts";
import { guestState } from "../domain/guests.ts";
import { aGate, aGuest, aPerson, aRequest, noon, type StorePlace } from "./place.rig.ts";
import { type Store, StoreError } from "./store.ts";

export function guestsContract(
  now: () => { readonly place: StorePlace; readonly store: Store },
): void {
  const store = () => now().store;
  const ada = aPerson();
  const methods = { rpId: "gate.example", hasOidc: false };

  describe("guests", () => {
    beforeEach(async () => {
      await store().createPerson(ada);
      await store().createGate(aGate());
    });

    async function made(changes: Partial<Guest> = {}): Promise<Guest> {
      const guest = aGuest("north", ada.id, changes);
      await store().createGuest(guest);
      return guest;
    }
    const used = async ({ id }: Guest) => (await store().guest(id))?.used;

    it("are found by id and by the hash of the token, with the person who invited", async () => {
      const max = await made({ note: "Delivery" });
      const invited = { ...max, inviterName: "Ada", isInviterActive: true };
      assert.deepEqual(await store().guest(max.id), invited);
      assert.deepEqual(await store().guestByToken(max.tokenHash), invited);
      assert.equal(await store().guestByToken(max.id), undefined);
      await store().changePerson(ada.id, { name: "Ada L.", isActive: false }, methods);
      const later = { ...max, inviterName: "Ada L.", isInviterActive: false };
      assert.deepEqual(await store().guest(max.id), later);
      for (const wrong of [
        aGuest("north", ada.id, { tokenHash: max.tokenHash }),
        aGuest("nowhere", ada.id),
        aGuest("north", "nobody"),
      ]) {
        await assert.rejects(store().createGuest(wrong), isConflict);
      }
    });

    it("are revoked for good, at the first time", async () => {
      const max = await made();
      assert.equal(await store().revokeGuest(max.id, noon + 1), true);
      assert.equal(await store().revokeGuest(max.id, noon + 2), true);
      assert.equal((await store().guest(max.id))?.revokedAt, noon + 1);
      assert.equal(await store().revokeGuest("nobody", noon), false);
    });

    it("are listed in pages by their end, by gate, and by the state that they are in", async () => {
      await store().createGate(aGate({ id: "south", thingName: "box-2" }));
      const hourMs = 3_600_000;
      const all = [
        await made({ startsAt: noon + hourMs, endsAt: noon + 5 * hourMs }),
        await made({ endsAt: noon + 4 * hourMs }),
        await made({ used: 3, endsAt: noon + 3 * hourMs }),
        await made({ endsAt: noon }),
        await made({ revokedAt: noon - 1, endsAt: noon - 1 }),
        aGuest("south", ada.id, { used: 3, endsAt: noon - 2, revokedAt: noon }),
      ];
      await store().createGuest(all.at(-1) ?? aGuest("south", ada.id));
      const ids = (guests: readonly Guest[]) => guests.map(({ id }) => id);
      const first = await store().guestsPage({ now: noon, limit: 4 });
      const { next } = first;
      assert.ok(next !== null);
      const second = await store().guestsPage({ now: noon, limit: 4, after: next });
      assert.equal(second.next, null);
      assert.deepEqual(ids([...first.guests, ...second.guests]), ids(all));
      const atNorth = await store().guestsPage({ now: noon, limit: 9, gateId: "north" });
      assert.deepEqual(ids(atNorth.guests), ids(all.slice(0, 5)));
      const states: readonly GuestState[] = ["upcoming", "valid", "used-up", "ended", "revoked"];
      for (const state of states) {
        const { guests } = await store().guestsPage({ now: noon, limit: 9, state });
        const expected = all.filter((guest) => guestState(guest, noon) === state);
        assert.ok(expected.length > 0);
        assert.deepEqual(ids(guests), ids(expected), state);
      }
      const wrong = store().guestsPage({ now: noon, limit: 1, after: "x" });
      await assert.rejects(wrong, RangeError);
    });

    it("have sessions, of which the last ten stay, and none is made after a revocation", async () => {
      const max = await made();
      const session = (number: number) => ({
        tokenHash: `s-${number}`,
        guestId: max.id,
        csrfToken: "c",
        createdAt: noon + number,
      });
      for (let number = 0; number < 12; number++) {
        assert.equal(await store().createGuestSession(session(number)), true);
      }
      const invited = { ...max, inviterName: "Ada", isInviterActive: true };
      const found = await store().guestSession("s-11");
      assert.deepEqual(found, { session: session(11), guest: invited });
      const hashes = ["s-0", "s-1", "s-2", "s-11", "x"];
      const many = await store().guestSessions(hashes);
      assert.deepEqual([...many.keys()].toSorted(), ["s-11", "s-2"]);
      assert.deepEqual(many.get("s-2"), invited);
      await store().revokeGuest(max.id, noon + 20);
      assert.equal(await store().createGuestSession(session(13)), false);
      assert.equal((await store().guestSession("s-11"))?.guest.revokedAt, noon + 20);
      assert.equal(await store().createGuestSession({ ...session(14), guestId: "x" }), false);
      await store().deleteSession("s-11");
      assert.equal(await store().guestSession("s-11"), undefined, "signed out");
    });

    it("take an opening when the request is recorded, once for the same id", async () => {
      const max = await made({ openings: 1 });
      const request = aRequest({ guestId: max.id });
      assert.deepEqual(await store().recordRequest(request), { request, isNew: true });
      assert.deepEqual(await store().recordRequest(request), { request, isNew: false });
      assert.equal(await used(max), 1);
      const second = aRequest({ guestId: max.id });
      const denied = { ...second, state: "denied", reason: "used-up", endedAt: second.at };
      assert.deepEqual((await store().recordRequest(second)).request, denied);
      assert.deepEqual(await store().request(second.id), denied);
      assert.equal(await used(max), 1);
    });

    it("take none for a request that was refused, or after they were revoked", async () => {
      const max = await made();
      await store().recordRequest(aRequest({ guestId: max.id, state: "denied" }));
      await store().recordRequest(aRequest({ guestId: max.id, state: "failed" }));
      assert.equal(await used(max), 0);
      await store().revokeGuest(max.id, noon);
      const { request } = await store().recordRequest(aRequest({ guestId: max.id }));
      assert.deepEqual([request.state, request.reason], ["denied", "grant-ended"]);
      assert.equal(await used(max), 0);
    });

    it("get the opening back only when the button was certainly not pressed, and once", async () => {
      const max = await made({ openings: 9 });
      const step = { reason: null, at: noon, pulseMs: null };
      const ways: readonly (readonly [readonly RequestState[], number])[] = [
        [["sent", "opened"], 1],
        [["sent", "unanswered"], 1],
        [["sent", "unanswered", "opened"], 1],
        [["failed", "failed"], 0],
        [["sent", "refused", "refused"], 0],
        [["sent", "unanswered", "refused"], 0],
      ];
      let count = 0;
      for (const [states, counts] of ways) {
        const { request } = await store().recordRequest(aRequest({ guestId: max.id }));
        for (const state of states) await store().advanceRequest(request.id, { ...step, state });
        count += counts;
        assert.equal(await used(max), count, states.join(", "));
      }
    });

    it("never open more often than their count, whoever taps at the same moment", async () => {
      const other = await now().place.open();
      const max = await made({ openings: 3 });
      const results = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          (index % 2 === 0 ? store() : other).recordRequest(aRequest({ guestId: max.id })),
        ),
      );
      const states = results.map(({ request }) => request.state);
      assert.equal(states.filter((state) => state === "recorded").length, 3);
      assert.equal(states.filter((state) => state === "denied").length, 37);
      assert.equal(await used(max), 3);
      // Two instances that hear the same refusal give one opening back.
      const [taken] = results.filter(({ request }) => request.state === "recorded");
      const refused = { state: "refused", reason: "cooldown", at: noon, pulseMs: null } as const;
      const id = taken?.request.id ?? "";
      await Promise.all([store(), other].map((each) => each.advanceRequest(id, refused)));
      assert.equal(await used(max), 2);
    });

    it("stand in the history with the person who invited, as long as it is kept", async () => {
      const max = await made();
      await store().recordRequest(aRequest({ guestId: max.id }));
      const [entry] = (await store().history({})).entries;
      assert.deepEqual([entry?.guestName, entry?.inviterName], ["Max", "Ada"]);
      assert.equal(entry?.personName, null);
      await store().createGuestSession({
        ...{ tokenHash: "s", guestId: max.id, csrfToken: "c", createdAt: noon },
      });
      assert.equal(await store().prune(max.endsAt, noon), 1);
      assert.ok(await store().guest(max.id));
      await store().prune(max.endsAt + 1, noon);
      assert.equal(await store().guest(max.id), undefined);
      assert.equal(await store().guestSession("s"), undefined);
    });
  });
}

function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.kind === "conflict";
}
