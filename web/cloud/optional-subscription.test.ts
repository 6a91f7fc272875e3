import assert from "node:assert/strict";
import { OptionalSubscription } from "./optional-subscription.ts";

describe("OptionalSubscription", () => {
  let subscription: OptionalSubscription;

  beforeEach(() => {
    subscription = new OptionalSubscription();
  });

  it("is due on each connection until it is granted", () => {
    assert.equal(subscription.isDue(0), true);
    subscription.granted();
    assert.deepEqual([subscription.isGranted, subscription.isDue(1)], [true, false]);
    subscription.ended();
    assert.deepEqual([subscription.isGranted, subscription.isDue(2)], [false, true]);
  });

  it("is tried again at once when one connection was lost, and later when two were", () => {
    subscription.failed("lost", 1_000);
    assert.equal(subscription.isDue(1_000), true);
    subscription.failed("lost", 2_000);
    assert.deepEqual([subscription.isDue(601_999), subscription.isDue(602_000)], [false, true]);
    subscription.failed("lost", 602_000);
    assert.equal(subscription.isDue(1_201_999), false, "known to be refused");
    subscription.granted();
    subscription.ended();
    subscription.failed("lost", 1_300_000);
    assert.equal(subscription.isDue(1_300_000), true, "known to be allowed");
  });

  it("is tried again later when the broker has refused it", () => {
    subscription.failed("refused", 1_000);
    assert.deepEqual([subscription.isDue(600_999), subscription.isDue(601_000)], [false, true]);
  });
});
