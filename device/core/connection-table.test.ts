import assert from "node:assert/strict";
import fc from "fast-check";
import {
  Connection,
  type ConnectionEffect,
  type ConnectionInput,
  effectsOf,
  states,
  stopping,
  type Transition,
} from "./connection.ts";
import { line, rows } from "./connection-table.rig.ts";

describe("the state table of a connection", () => {
  it("predicts every step of a connection", () => {
    const names = fc.constantFrom(...Object.keys(calls), "timeout");
    fc.assert(
      fc.property(fc.array(fc.tuple(names, fc.nat(1_500)), { maxLength: 100 }), (steps) => {
        const walk = new Walk();
        for (const [name, waitMs] of steps) walk.step(name, waitMs);
      }),
    );
  });

  it("has no unreachable row", () => {
    const walk = new Walk();
    const reached = new Set(route.map((name) => walk.step(name, 0)));
    const unreached = rows.filter(({ transition }) => !reached.has(transition));
    assert.deepEqual(unreached.map(line), []);
  });
});

/** Visits every row. */
const route = [
  "start networkUp timeFailed timeout timeout timeout networkDown networkUp timeSet networkDown",
  "networkUp timeout timeout timeout lost networkDown timeout networkDown networkDown timeout timeout",
  "timeout timeout networkUp socketOpen networkDown networkUp timeout socketOpen lost timeout",
  "socketOpen sessionReady timeSet timeout timeout networkDown networkUp socketOpen sessionReady",
  "lost stop",
  // On the second network: the first one is tried again, and is worse, in three ways.
  "start networkDown networkUp socketLost timeout refused timeout socketOpen sessionReady",
  "timeout timeout networkUp lost timeout networkUp socketOpen sessionReady",
  "timeout timeout networkUp timeout timeout networkUp socketOpen sessionReady",
  "timeout timeout networkUp socketOpen lost timeout networkUp socketOpen sessionReady",
  "later doubtClock stop",
].flatMap((names) => names.split(" "));

type Call = (connection: Connection, now: number) => ConnectionEffect[];

const calls: Readonly<Record<string, Call>> = {
  start: (connection, now) => connection.start(now),
  stop: (connection) => connection.stop(),
  networkUp: (connection, now) => connection.networkUp(now),
  networkDown: (connection, now) => connection.networkDown(now),
  timeSet: (connection, now) => connection.timeSet(now),
  timeFailed: (connection, now) => connection.timeFailed(now, "blocked"),
  socketOpen: (connection) => connection.socketOpen(),
  sessionReady: (connection, now) => connection.sessionReady(now),
  lost: (connection, now) => connection.lost(now, "silent"),
  socketLost: (connection, now) => connection.socketLost(now, "closed"),
  refused: (connection, now) => connection.socketLost(now, "certificate"),
  doubtClock: (connection, now) => connection.doubtClock(now),
  /** nothing happens for a quarter of an hour */
  later: () => [],
};

/** One connection that is checked against the table at each step. */
class Walk {
  readonly #connection = new Connection(
    {
      networks: [{ SSID: "office" }, { SSID: "car park" }],
      backoff: { minimumMs: 1_000, maximumMs: 60_000 },
      heldMs: 30_000,
    },
    () => 0.5,
  );
  #now = 0;
  #isNetworkUp = false;
  #attemptedAt = Number.NEGATIVE_INFINITY;

  /** @returns the transition that was taken; undefined if the table has none */
  step(name: string, waitMs: number): Transition | undefined {
    const { state: from, deadline } = this.#connection;
    const isTimeout = name === "timeout";
    if (name === "later") this.#now += 15 * 60_000;
    else if (!isTimeout) this.#now += waitMs;
    else if (deadline !== undefined) this.#now = Math.max(this.#now, deadline);
    const input = this.#inputOf(name);
    const effects = isTimeout
      ? this.#connection.handleTimeout(this.#now)
      : (calls[name] as Call)(this.#connection, this.#now);
    const { state } = this.#connection;
    const types = effects.map(({ type }) => type);
    // From then on, the hardware has no network.
    if (types.includes("join") || types.includes("leave")) this.#isNetworkUp = false;
    this.#checkSpacing(types);
    if (input === "stop") {
      assert.deepEqual([state, types], [stopping.to, effectsOf(from, stopping)]);
      return undefined;
    }
    const candidates = states[from].on[input] ?? [];
    const taken = candidates.find(
      (each) => (each.to ?? from) === state && String(effectsOf(from, each)) === String(types),
    );
    if (candidates.length > 0) assert.ok(taken, `${from}, ${name}: ${state}, ${types.join()}`);
    else assert.deepEqual([state, types], [from, []], name);
    return taken;
  }

  #inputOf(name: string): ConnectionInput | "stop" {
    const wasUp = this.#isNetworkUp;
    if (name === "networkUp") this.#isNetworkUp = true;
    if (name === "socketLost" || name === "refused") return "lost";
    if (name === "doubtClock") return "clockDoubted";
    if (name !== "networkDown") return name as ConnectionInput | "stop";
    this.#isNetworkUp = false;
    return wasUp ? "networkLost" : "joinFailed";
  }

  #checkSpacing(types: readonly ConnectionEffect["type"][]): void {
    if (!types.includes("open-socket")) return;
    assert.ok(this.#now - this.#attemptedAt >= 1_000, "two attempts within a second");
    this.#attemptedAt = this.#now;
  }
}
