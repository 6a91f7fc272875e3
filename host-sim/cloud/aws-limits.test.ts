import assert from "node:assert/strict";
import { awsLimits, keepAliveInForce, silenceAllowedMs } from "./aws-limits.ts";

describe("the limits", () => {
  it("match AWS's quotas", () => {
    assert.deepEqual(awsLimits, {
      clientIdBytes: 128,
      connectsPerSecond: 1,
      connectTimeoutSeconds: 30,
      keepAliveMinSeconds: 30,
      keepAliveMaxSeconds: 1_200,
      topicBytes: 256,
      topicSlashes: 7,
      payloadBytes: 131_072,
      publishesPerSecond: 100,
      bytesPerSecond: 524_288,
      unacknowledged: 100,
      filtersPerSubscribe: 8,
      subscriptions: 50,
      sessionExpirySeconds: 3_600,
      replaysPerSecond: 10,
    });
  });

  for (const [requested, inForce] of [
    ...([
      [0, 1_200],
      [1, 30],
      [29, 30],
      [30, 30],
      [31, 31],
    ] as const),
    ...([
      [1_199, 1_199],
      [1_200, 1_200],
      [1_201, 1_200],
      [65_535, 1_200],
    ] as const),
  ]) {
    it(`change a keep alive of ${requested} s to ${inForce} s`, () => {
      assert.equal(keepAliveInForce(requested, awsLimits), inForce);
    });
  }

  it("allow a silence of one and a half keep alives [MQTT-3.1.2-24]", () => {
    assert.equal(silenceAllowedMs(30), 45_000);
  });
});
