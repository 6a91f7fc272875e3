import assert from "node:assert/strict";
import fc from "fast-check";
import {
  breakOff,
  graceMs,
  isTrusted,
  type Link,
  linkDeadline,
  openingMs,
  reopen,
  silenceMs,
} from "./link.ts";

const live: Link = { type: "live", openedAt: 0, heardAt: 1_000 };

describe("the link to the service", () => {
  it("is trusted for a short time after a break", () => {
    const broken = breakOff(live, 5_000, 0);
    assert.ok(isTrusted(broken, 5_000 + graceMs - 1));
    assert.ok(!isTrusted(broken, 5_000 + graceMs));
  });

  it("counts a break from its beginning, across all attempts", () => {
    let link = breakOff(live, 5_000, 0);
    link = reopen(link, 5_500, false);
    link = breakOff(link, 7_900, 0);
    assert.ok(!isTrusted(link, 5_000 + graceMs));
  });

  it("is not trusted when its state is out of date", () => {
    assert.ok(!isTrusted(reopen(live, 5_000, true), 5_000));
  });

  it("is not trusted after a silence, even without an error", () => {
    assert.ok(!isTrusted(live, 1_000 + silenceMs));
    assert.equal(linkDeadline(live, 2_000), 1_000 + silenceMs);
  });

  it("has a deadline to turn the control off, and then to try again", () => {
    const opening = reopen(breakOff(live, 5_000, 0), 5_250, false);
    assert.equal(linkDeadline(opening, 5_250), 5_000 + graceMs);
    assert.equal(linkDeadline(opening, 5_000 + graceMs), 5_250 + openingMs);
  });

  it("waits longer after each failure, up to 15 s, with jitter", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, random) => {
          let link: Link = live;
          for (let count = 0; count < failures; count++) {
            link = breakOff(count === 0 ? link : reopen(link, 0, false), 0, random);
          }
          assert.ok(link.type === "waiting");
          const pauseMs = Math.min(15_000, 500 * 2 ** (failures - 1));
          assert.ok(link.until >= pauseMs / 2 && link.until < pauseMs);
        },
      ),
    );
  });
});
