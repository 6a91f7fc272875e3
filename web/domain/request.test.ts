import assert from "node:assert/strict";
import fc from "fast-check";
import type { RequestState } from "../api.ts";
import type { OpenRequest, RequestStep } from "./entities.ts";
import { advance, hasEnded, mayFollow, openStates, transitions } from "./request.ts";

const states = Object.keys(transitions) as RequestState[];

const recorded: OpenRequest = {
  id: "r",
  gateId: "north",
  personId: "p",
  guestId: null,
  state: "recorded",
  reason: null,
  at: 1000,
  sentAt: null,
  endedAt: null,
  pulseMs: null,
  address: null,
  via: null,
};

function step(changes: Partial<RequestStep>): RequestStep {
  return { state: "sent", reason: null, at: 2000, pulseMs: null, ...changes };
}

describe("the life cycle of a request", () => {
  it("goes through recorded, sent and opened", () => {
    const sent = advance(recorded, step({ state: "sent", at: 1010 }));
    assert.deepEqual(sent, { ...recorded, state: "sent", sentAt: 1010 });
    const opened = advance(sent, step({ state: "opened", at: 1200, pulseMs: 500 }));
    assert.deepEqual(opened, { ...sent, state: "opened", endedAt: 1200, pulseMs: 500 });
  });

  it("accepts the box's event before the broker's acknowledgement, which then changes nothing", () => {
    const opened = advance(recorded, step({ state: "opened", pulseMs: 500 }));
    assert.equal(advance(opened, step({ state: "sent" })), opened);
  });

  it("cannot fail after it was sent, because the box may have acted", () => {
    const sent = advance(recorded, step({ state: "sent" }));
    for (const state of ["failed", "denied"] as const)
      assert.equal(mayFollow("sent", state), false);
    assert.equal(advance(sent, step({ state: "failed", reason: "broker-away" })), sent);
  });

  it("can change after unanswered only by an event of the box", () => {
    const unanswered = advance(recorded, step({ state: "unanswered", reason: "expired" }));
    assert.equal(unanswered.reason, null);
    const refused = step({ state: "refused", reason: "cooldown", at: 9000, pulseMs: 1 });
    assert.deepEqual(advance(unanswered, refused), {
      ...unanswered,
      state: "refused",
      reason: "cooldown",
      endedAt: 9000,
    });
    assert.deepEqual(
      states.filter((state) => mayFollow("unanswered", state)),
      ["opened", "refused"],
    );
  });

  it("has two open states, and `unanswered` is the only ended state with successors", () => {
    assert.deepEqual(
      states.filter((state) => !hasEnded(state)),
      openStates,
    );
    const leadingOn = states.filter((state) => hasEnded(state) && transitions[state].length > 0);
    assert.deepEqual(leadingOn, ["unanswered"]);
  });

  it("is consistent after any steps in any order, and only moves forward", () => {
    const steps = fc.array(
      fc.record<RequestStep>({
        state: fc.constantFrom(...states),
        reason: fc.constantFrom("cooldown", "broker-away", null),
        at: fc.integer({ min: 1000, max: 9000 }),
        pulseMs: fc.option(fc.integer({ min: 1, max: 2000 })),
      }),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const lived: RequestState[] = [recorded.state];
        let request = recorded;
        for (const next of all) {
          const after = advance(request, next);
          if (after !== request) lived.push(after.state);
          request = after;
          assert.equal(request.endedAt !== null, hasEnded(request.state));
          if (request.state === "sent") assert.notEqual(request.sentAt, null);
          if (request.state !== "opened") assert.equal(request.pulseMs, null);
          if (!["refused", "failed", "denied"].includes(request.state)) {
            assert.equal(request.reason, null);
          }
          const { id, gateId, personId, at, address } = request;
          assert.deepEqual({ ...recorded, id, gateId, personId, at, address }, recorded);
        }
        // The longest life cycle: recorded, sent, unanswered, and a late event of the box.
        assert.ok(lived.length <= 4, lived.join());
        assert.equal(new Set(lived).size, lived.length);
        const ends = lived.filter((state) => hasEnded(state) && state !== "unanswered");
        assert.ok(ends.length <= 1, lived.join());
      }),
    );
  });
});
