import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { projectRoot } from "../../host-sim/project-root.ts";
import {
  Connection,
  type ConnectionEffect,
  type ConnectionInput,
  type ConnectionState,
  type Deadline,
  effectsOf,
  states,
  stopping,
  type Transition,
} from "./connection.ts";

const page = join(projectRoot, "docs/architecture.md");
const begin = "<!-- begin: states of a connection -->";
const end = "<!-- end: states of a connection -->";
const writes = process.env.BOOM_BOX_WRITE_DOCS === "1";

interface Row {
  readonly from: ConnectionState;
  readonly input: ConnectionInput;
  readonly transition: Transition;
}

const names = Object.keys(states) as ConnectionState[];
const rows: readonly Row[] = names.flatMap((from) =>
  (Object.keys(states[from].on) as ConnectionInput[]).flatMap((input) =>
    (states[from].on[input] ?? []).map((transition) => ({ from, input, transition })),
  ),
);

const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(", ");

function deadlineText(deadline: Deadline | undefined): string {
  if (deadline === undefined) return "";
  return typeof deadline === "number" ? `${deadline / 1_000} s` : deadline;
}

/** `state` is left out: it goes with each change of state. */
function effectsText(from: ConnectionState, transition: Transition): string {
  return code(effectsOf(from, transition).filter((type) => type !== "state"));
}

function line({ from, input, transition }: Row): string {
  const { when = "", to, deadline } = transition;
  const next = to === undefined ? "stays" : code([to]);
  const until = deadlineText(deadline ?? states[to ?? from].deadline);
  return [code([from]), code([input]), when, next, effectsText(from, transition), until].join(
    " | ",
  );
}

function draw(): string {
  const withSocket = names.filter((name) => effectsText(name, stopping) !== "");
  return [
    "| State | Input | If | Next state | Effects | Deadline |",
    "|---|---|---|---|---|---|",
    ...rows.map((row) => `| ${line(row)} |`),
    `| any | \`stop\` |  | ${code([String(stopping.to)])} | \`close-socket\` from ${code(withSocket)} |  |`,
    "",
    "The first row whose condition holds is taken; an input without a row is ignored. `timeout` comes at",
    "the deadline. `pause` is the back-off's. `spacing` ends when two attempts are far enough apart.",
    "`upkeep` is the earlier of the moment when the connection counts as held and the moment when the",
    "clock is due to be set again.",
  ].join("\n");
}

describe("the table of a connection's states", () => {
  it("is the one in docs/architecture.md", () => {
    const text = readFileSync(page, "utf8");
    const from = text.indexOf(begin) + begin.length;
    const to = text.indexOf(end);
    assert.ok(from > begin.length && to >= from, `docs/architecture.md needs ${begin} and ${end}`);
    const section = `\n\n${draw()}\n\n`;
    if (writes) writeFileSync(page, text.slice(0, from) + section + text.slice(to));
    const hint =
      "docs/architecture.md differs from the table in connection.ts; to update it: " +
      "BOOM_BOX_WRITE_DOCS=1 npx mocha device/core/connection-table.test.ts";
    assert.equal(readFileSync(page, "utf8").slice(from, from + section.length), section, hint);
    assert.ok(
      readFileSync(page, "utf8")
        .slice(from + section.length)
        .startsWith(end),
      hint,
    );
  });

  it("says what a connection does, whatever happens, and has no row that never applies", () => {
    const reached = new Set<Transition>();
    const commands = fc.array(
      fc.tuple(fc.constantFrom(...Object.keys(calls), "timeout", "timeout"), fc.nat(1_500)),
      { minLength: 100, maxLength: 300 },
    );
    fc.assert(
      fc.property(commands, (steps) => {
        const walk = new Walk();
        for (const [name, waitMs] of steps) {
          const transition = walk.step(name, waitMs);
          if (transition !== undefined) reached.add(transition);
        }
      }),
      { seed: 13, numRuns: 300 },
    );
    const unreached = rows.filter(({ transition }) => !reached.has(transition));
    assert.deepEqual(unreached.map(line), []);
  });
});

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
};

/** One connection that is told this and that, and held to the table at each step. */
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

  /** @returns the transition that was taken; undefined if there was none in the table to take */
  step(name: string, waitMs: number): Transition | undefined {
    const { state: from, deadline } = this.#connection;
    const isTimeout = name === "timeout";
    if (!isTimeout) this.#now += waitMs;
    else if (deadline !== undefined) this.#now = Math.max(this.#now, deadline);
    const input = this.#inputOf(name);
    const effects = isTimeout
      ? this.#connection.handleTimeout(this.#now)
      : (calls[name] as Call)(this.#connection, this.#now);
    const { state } = this.#connection;
    const types = effects.map(({ type }) => type);
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
    if (name === "socketLost") return "lost";
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
