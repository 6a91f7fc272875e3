import assert from "node:assert/strict";
import {
  Connection,
  type ConnectionEffect,
  doubtMs,
  handshakeTimeoutMs,
  joinTimeoutMs,
  resynchronizeMs,
  returnMinimumMs,
  timeTimeoutMs,
} from "./connection.ts";

const heldMs = 30_000;
const networks = [{ SSID: "office" }, { SSID: "car park", password: "12345678" }];

function create(random = () => 0.5): Connection {
  const backoff = { minimumMs: 1_000, maximumMs: 120_000 };
  return new Connection({ networks, backoff, heldMs }, random);
}

const states = (effects: readonly ConnectionEffect[]) =>
  effects.flatMap((effect) => (effect.type === "state" ? [effect.state] : []));
const types = (effects: readonly ConnectionEffect[]) => effects.map(({ type }) => type);

/** Connected at `now`. */
function connected(now = 0, connection = create()): Connection {
  connection.start(now);
  connection.networkUp(now);
  connection.timeSet(now);
  connection.socketOpen();
  connection.sessionReady(now);
  return connection;
}

/** Waits for the back-off and connects again. */
function reconnect(connection: Connection): number {
  const now = connection.deadline;
  assert.ok(now !== undefined);
  assert.deepEqual(states(connection.handleTimeout(now)), ["tls"]);
  connection.socketOpen();
  connection.sessionReady(now);
  assert.equal(connection.state, "connected");
  return now;
}

describe("a connection", () => {
  it("goes through network, time, TLS and MQTT", () => {
    const connection = create();
    assert.deepEqual(connection.start(0), [
      { type: "state", state: "network", reason: null },
      { type: "join", network: networks[0] },
    ]);
    assert.deepEqual(types(connection.networkUp(1)), ["state", "synchronize"]);
    assert.deepEqual(types(connection.timeSet(2)), ["state", "open-socket"]);
    assert.deepEqual(states(connection.socketOpen()), ["mqtt"]);
    assert.deepEqual(states(connection.sessionReady(3)), ["connected"]);
  });

  it("reports that the network was lost, even if TCP detected it first", () => {
    const reasonOf = (connection: Connection, now: number) =>
      connection.handleTimeout(now).flatMap((each) => (each.type === "state" ? [each] : []));
    const connection = connected();
    connection.socketLost(100, "closed");
    assert.deepEqual(connection.networkDown(101), []);
    const pauseEnds = Number(connection.deadline);
    assert.deepEqual(reasonOf(connection, pauseEnds), [
      { type: "state", state: "network", reason: "the network was lost" },
    ]);
    const back = connected();
    back.socketLost(100, "closed");
    back.networkDown(101);
    back.networkUp(102);
    assert.deepEqual(reasonOf(back, Number(back.deadline)), [
      { type: "state", state: "tls", reason: null },
    ]);
  });

  it("opens no socket before the clock is set", () => {
    const connection = create();
    connection.start(0);
    connection.networkUp(0);
    const effects = connection.timeFailed(1, "blocked");
    assert.deepEqual(effects, [{ type: "state", state: "backoff", reason: "time: blocked" }]);
    const again = connection.handleTimeout(connection.deadline ?? 0);
    assert.deepEqual(types(again), ["state", "synchronize"]);
    assert.deepEqual(states(connection.handleTimeout(Number(connection.deadline))), ["backoff"]);
    assert.ok(timeTimeoutMs > 0);
  });

  it("counts failures that look like a refused certificate, with TLS 1.2 and 1.3, until it connects", () => {
    const connection = create();
    connection.start(0);
    connection.networkUp(0);
    connection.timeSet(0);
    connection.socketLost(1, "handshake");
    connection.handleTimeout(Number(connection.deadline));
    connection.socketOpen();
    connection.socketLost(Number(connection.deadline ?? 0) + 5_000, "closed");
    assert.equal(connection.refusals, 2);
    for (const reason of ["refused", "timeout", "certificate", "closed"] as const) {
      connection.handleTimeout(Number(connection.deadline));
      assert.equal(connection.state, "tls");
      connection.socketLost(Number(connection.deadline), reason);
    }
    assert.equal(connection.refusals, 2, "those do not concern our certificate");
    reconnect(connection);
    assert.equal(connection.refusals, 0);
  });

  it("tries its networks in order of preference, then pauses", () => {
    const connection = create();
    connection.start(0);
    const second = connection.handleTimeout(joinTimeoutMs);
    assert.deepEqual(second.at(-1), { type: "join", network: networks[1] });
    assert.deepEqual(types(connection.networkDown(joinTimeoutMs + 1)), ["leave", "state"]);
    assert.equal(connection.state, "backoff");
    const first = connection.handleTimeout(Number(connection.deadline));
    assert.deepEqual(first.at(-1), { type: "join", network: networks[0] });
  });

  it("limits the time of a handshake", () => {
    const connection = create();
    connection.start(0);
    connection.networkUp(0);
    connection.timeSet(0);
    assert.deepEqual(connection.handleTimeout(handshakeTimeoutMs - 1), []);
    assert.deepEqual(types(connection.handleTimeout(handshakeTimeoutMs)), [
      "close-socket",
      "state",
    ]);
  });

  it("joins again at once when the network is lost, and closes its socket", () => {
    const connection = connected();
    assert.deepEqual(types(connection.networkDown(5_000)), ["close-socket", "state", "join"]);
    assert.deepEqual(states(connection.networkUp(6_000)), ["tls"], "the clock is set already");
  });

  it("never makes two attempts within a second, even if the network flaps", () => {
    const connection = create();
    connection.start(0);
    connection.networkUp(0);
    connection.timeSet(0);
    connection.networkDown(100);
    assert.deepEqual(states(connection.networkUp(200)), ["backoff"]);
    assert.equal(connection.deadline, 1_000);
    assert.deepEqual(states(connection.handleTimeout(1_000)), ["tls"]);
  });

  it("backs off for longer each time it is dropped right after it connected", () => {
    const connection = connected(
      0,
      create(() => 0.999),
    );
    let now = 0;
    const pauses: number[] = [];
    for (let i = 0; i < 9; i++) {
      connection.lost(now + 10, "closed");
      pauses.push(Number(connection.deadline) - now - 10);
      now = reconnect(connection);
    }
    assert.deepEqual(
      pauses,
      [1_999, 3_997, 7_993, 15_985, 31_969, 63_937, 119_881, 119_881, 119_881],
    );
  });

  it("resets the back-off once a connection has held", () => {
    const connection = connected(
      0,
      create(() => 0.999),
    );
    connection.lost(10, "closed");
    let now = reconnect(connection);
    connection.lost(now + heldMs - 1, "closed");
    assert.equal(connection.attempts, 2);
    now = reconnect(connection);
    connection.handleTimeout(now + heldMs);
    assert.equal(connection.attempts, 0);
    connection.lost(now + heldMs + 1, "closed");
    assert.equal(connection.attempts, 1);
  });

  it("detects repeated disconnects, and names the likely causes", () => {
    const connection = connected(
      0,
      create(() => 0.5),
    );
    const reasons: (string | null)[] = [];
    const lose = (now: number) => {
      for (const effect of connection.socketLost(now, "closed")) {
        if (effect.type === "state") reasons.push(effect.reason);
      }
      return reconnect(connection);
    };
    let now = lose(10);
    now = lose(now + heldMs - 1);
    now = lose(now + 10);
    assert.deepEqual(reasons.slice(0, 2), ["closed", "closed"]);
    assert.match(reasons[2] ?? "", /^closed; 3 short connections in a row: another device/);
    now = lose(now + heldMs);
    now = lose(now + 10);
    assert.deepEqual(reasons.slice(3), ["closed", "closed"], "one that held breaks the series");
    assert.equal(connection.shortConnections, 4);
  });

  it("does not count disconnects with another cause", () => {
    const connection = connected();
    connection.socketLost(10, "timeout", "the peer does not read");
    let now = reconnect(connection);
    connection.lost(now + 10, "silent");
    now = reconnect(connection);
    connection.networkDown(now + 10);
    connection.networkUp(now + 2_000);
    connection.socketLost(now + 2_010, "closed");
    assert.equal(connection.state, "backoff", "it was never connected");
    assert.equal(connection.shortConnections, 0);
  });

  it("sets its clock again every six hours, and tolerates a failure", () => {
    const connection = connected();
    assert.deepEqual(connection.handleTimeout(resynchronizeMs), [{ type: "synchronize" }]);
    assert.deepEqual(connection.timeFailed(resynchronizeMs + 1, "blocked"), []);
    assert.equal(connection.state, "connected");
    assert.deepEqual(types(connection.handleTimeout(2 * resynchronizeMs)), ["synchronize"]);
  });

  it("gives every loss a reason, also one that the hardware cannot explain", () => {
    const reasons = [
      "closed",
      "refused",
      "unreachable",
      "certificate",
      "handshake",
      "timeout",
    ] as const;
    for (const reason of reasons) {
      for (const detail of [undefined, ""]) {
        const connection = connected();
        const [lost] = connection
          .socketLost(60_000, reason, detail)
          .flatMap((effect) => (effect.type === "state" ? [effect.reason] : []));
        assert.equal(lost, reason);
      }
    }
  });

  it("asks for the time again, and another server first, when TLS refuses the certificate", () => {
    const connection = create();
    connection.start(0);
    connection.networkUp(0);
    connection.timeSet(0);
    for (let turn = 1; turn <= 3; turn++) {
      assert.equal(connection.state, "tls");
      const now = Number(connection.deadline) - 1;
      const lost = connection.socketLost(now, "certificate", "certificate 0: expired");
      assert.deepEqual(types(lost), ["close-socket", "synchronize", "state"]);
      assert.equal(connection.firstTimeServer, turn);
      connection.timeFailed(now + 1, "blocked");
      assert.equal(connection.state, "backoff", "without an answer, it tries all the same");
      connection.handleTimeout(Number(connection.deadline));
    }
    const other = connection.socketLost(Number(connection.deadline) - 1, "handshake");
    assert.deepEqual(types(other), ["close-socket", "state"]);
  });

  it("asks for the time again when a command contradicts the clock, every ten minutes at most", () => {
    const connection = connected();
    assert.deepEqual(types(connection.doubtClock(1_000)), ["synchronize"]);
    assert.equal(connection.firstTimeServer, 1);
    assert.deepEqual(connection.doubtClock(doubtMs), []);
    assert.deepEqual(types(connection.doubtClock(1_000 + doubtMs)), ["synchronize"]);
    connection.lost(2_000 + doubtMs, "silent");
    assert.deepEqual(connection.doubtClock(3 * doubtMs), [], "only while connected");
  });

  describe("on another than the preferred network", () => {
    const step = (connection: Connection) => {
      const now = Number(connection.deadline);
      return { now, effects: connection.handleTimeout(now) };
    };

    /** Connected at 0 on the second network. */
    function away(isIdle: () => boolean = () => true): Connection {
      const backoff = { minimumMs: 1_000, maximumMs: 120_000 };
      const options = { networks, backoff, heldMs, isIdle };
      const connection = new Connection(options, () => 0);
      connection.start(0);
      connection.networkDown(0);
      connection.networkUp(0);
      connection.timeSet(0);
      connection.socketOpen();
      connection.sessionReady(0);
      return connection;
    }

    /** The preferred network does not answer: back on the second one. */
    function reconnectAway(connection: Connection, now: number): void {
      connection.networkDown(now);
      connection.networkUp(now + 1);
      connection.socketOpen();
      connection.sessionReady(now + 1);
      assert.equal(connection.state, "connected");
    }

    it("tries the preferred one again, later each time", () => {
      const connection = away();
      const minutes: number[] = [];
      let from = 0;
      for (let i = 0; i < 8; i++) {
        let { now, effects } = step(connection);
        while (types(effects).join() !== "close-socket,state,join")
          ({ now, effects } = step(connection));
        assert.deepEqual(effects.at(-1), { type: "join", network: networks[0] });
        minutes.push(Math.round((now - from) / 60_000));
        from = now;
        reconnectAway(connection, now + 5_000);
      }
      assert.deepEqual(minutes, [10, 20, 40, 80, 160, 240, 240, 240]);
    });

    it("waits as long as it would disturb somebody", () => {
      let isIdle = false;
      const connection = away(() => isIdle);
      for (let i = 0; i < 10; i++) assert.deepEqual(step(connection).effects, []);
      assert.equal(connection.deadline, returnMinimumMs + 10 * 60_000);
      isIdle = true;
      assert.deepEqual(states(step(connection).effects), ["network"]);
    });

    it("goes back to the one that worked if the preferred one leads to no broker", () => {
      const connection = away();
      step(connection);
      connection.networkUp(returnMinimumMs + 1_000);
      assert.equal(connection.state, "tls");
      assert.deepEqual(types(step(connection).effects), ["close-socket", "leave", "state"]);
      assert.deepEqual(connection.networkDown(Number(connection.deadline) - 1), []);
      assert.deepEqual(step(connection).effects.at(-1), { type: "join", network: networks[1] });
    });

    it("has found home once it is connected there, and starts anew if that holds", () => {
      const connection = away();
      step(connection);
      const now = returnMinimumMs + 1_000;
      connection.networkUp(now);
      connection.socketOpen();
      connection.sessionReady(now);
      assert.equal(connection.deadline, resynchronizeMs);
      connection.networkDown(now + 3_600_000);
      reconnectAway(connection, now + 3_600_001);
      assert.equal(connection.deadline, now + 3_600_002 + returnMinimumMs);
    });
  });

  it("closes its socket when it stops, and stays stopped", () => {
    const connection = connected();
    assert.deepEqual(types(connection.stop()), ["close-socket", "state"]);
    assert.deepEqual(connection.networkDown(1), []);
    assert.deepEqual(connection.networkUp(2), []);
    assert.deepEqual(connection.lost(3, "closed"), []);
    assert.deepEqual(connection.handleTimeout(1e9), []);
  });
});
