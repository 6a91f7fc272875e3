import assert from "node:assert/strict";
import { adviceOn } from "./connection-advice.ts";
import { ConnectionWatch } from "./connection-watch.ts";

const states = (watch: ConnectionWatch) => watch.stages.map(({ state }) => state);

describe("the way of a box to its broker", () => {
  it("is shown state by state", () => {
    const watch = new ConnectionWatch();
    assert.deepEqual(states(watch), ["todo", "todo", "todo", "todo", "todo"]);
    watch.take("tls", null);
    assert.deepEqual(states(watch), ["done", "done", "current", "todo", "todo"]);
    watch.take("connected", null);
    assert.deepEqual(states(watch), ["done", "done", "done", "done", "done"]);
    assert.equal(watch.isConnected, true);
  });

  it("has a cause and a way out when it fails, until the box is connected", () => {
    const watch = new ConnectionWatch();
    watch.take("network", null);
    watch.take("backoff", "the network could not be joined");
    assert.match(watch.trouble?.cause ?? "", /could not join the WiFi/);
    watch.take("network", null);
    assert.notEqual(watch.trouble, null);
    watch.take("connected", null);
    assert.equal(watch.trouble, null);
  });

  it("does not begin when the firmware cannot use its files", () => {
    const watch = new ConnectionWatch();
    watch.wait("network is wifi, but this firmware is for ethernet");
    assert.match(watch.trouble?.cause ?? "", /cannot use the settings .*for ethernet/);
    watch.reset();
    assert.equal(watch.trouble, null);
  });

  for (const [state, reason, cause] of [
    ["network", "no address within 20000 ms", /got no address/],
    ["time", "time: no time from pool.ntp.org", /no answer from a time server/],
    ["tls", "unreachable: no address for broker", /no address for the broker/],
    ["tls", "refused", /Nothing listens/],
    ["tls", "certificate: certificate 0: name", /does not trust/],
    ["tls", "closed", /did not come about/],
    ["mqtt", "not-authorized: 5", /does not admit/],
    ["mqtt", "refused: identifier rejected", /does not accept this name/],
    ["connected", "closed", /lost its connection/],
    ["stopped", "anything", /did not connect/],
  ] as const) {
    it(`knows ${state}: ${reason}`, () => {
      const { cause: said, wayOut } = adviceOn(state, reason);
      assert.match(said, cause);
      assert.ok(said.includes(reason) && wayOut.length > 10);
    });
  }

  it("shows no control characters of a reason", () => {
    assert.doesNotMatch(adviceOn("tls", "a\u001b[2Jb\n").cause, /\p{Cc}/u);
  });
});
