import { type Case, minuteMs } from "../case.ts";
import { findPattern, minimumGapMs } from "../retries.ts";
import { healthy, type Manners, silent } from "../script.ts";
import { type Transcript, uncertaintyMs } from "../transcript.ts";
import { fail, inWords, pass, type Verdict, warn } from "../verdict.ts";
import { instead } from "./mqtt.ts";

/** Long enough for a client to reset its back-off. */
const heldMs = minuteMs;
const heldThenDropped: Manners = {
  ...healthy,
  steps: [{ type: "wait", ms: heldMs }, { type: "drop" }],
};

const five = Array.from({ length: 5 }, () => silent);

/** Ten times AWS's maximum: with fewer, jitter and growth are harder to distinguish. */
const disconnects = 10;

const noConnack: Case = {
  type: "played",
  name: "backoff-no-connack",
  title: "Connect Jitter Backoff Retries (No CONNACK)",
  isQualifying: true,
  // AWS does it twice, which gives twelve CONNECTs; a third round makes the verdict more reliable.
  script: {
    certificate: "good",
    connections: [
      ...([...five, heldThenDropped, ...five, heldThenDropped, ...five] as [Manners, ...Manners[]]),
      healthy,
    ],
  },
  timeoutMs: 60 * minuteMs,
  needsCalm: true,
  isOver: (seen) => attemptsOf(seen).length >= 18 || seen.first("malformed") !== undefined,
  judge: (seen) => judgeRounds(seen, [5, 6, 6], 12),
};

const serverDisconnect: Case = {
  type: "played",
  name: "backoff-server-disconnect",
  title: "Reconnect Backoff on Server Disconnect",
  isQualifying: false,
  script: {
    certificate: "good",
    // The first connection is dropped during normal operation, later ones before that.
    connections: [
      { ...healthy, steps: [{ type: "wait", ms: 5_000 }, { type: "drop" }] },
      { ...healthy, steps: [{ type: "drop" }] },
    ],
  },
  timeoutMs: 45 * minuteMs,
  needsCalm: true,
  isOver: (seen) => attemptsOf(seen).length > disconnects || seen.first("malformed") !== undefined,
  judge: (seen) => judgeRounds(seen, [disconnects], disconnects + 1),
};

const unstable: Case = {
  type: "played",
  name: "backoff-unstable-connection",
  title: "Reconnect Backoff on Unstable Connection",
  isQualifying: false,
  script: {
    certificate: "good",
    connections: [
      { ...healthy, from: "CONNACK", steps: [{ type: "wait", ms: 100 }, { type: "drop" }] },
    ],
  },
  timeoutMs: 45 * minuteMs,
  needsCalm: true,
  isOver: (seen) => attemptsOf(seen).length > disconnects || seen.first("malformed") !== undefined,
  judge: (seen) => judgeRounds(seen, [disconnects], disconnects + 1),
};

export const backoffCases: readonly Case[] = [noConnack, serverDisconnect, unstable];

/** One CONNECT, and its connection; times in ms. */
interface Attempt {
  readonly openedAt: number;
  readonly connectAt: number;
  readonly closedAt: number | undefined;
}

/** Connections with a CONNECT. */
function attemptsOf(seen: Transcript): Attempt[] {
  return seen.received("connect").map(({ at, connection }) => ({
    openedAt: seen.first("opened", connection)?.at ?? at,
    connectAt: at,
    closedAt: seen.first("closed", connection)?.at,
  }));
}

/**
 * @param rounds how many pauses form a round, before a connection was held and a client may reset
 * its back-off
 * @param minimum required number of CONNECTs
 */
function judgeRounds(seen: Transcript, rounds: readonly number[], minimum: number): Verdict {
  const attempts = attemptsOf(seen);
  if (attempts.length < minimum) {
    if (attempts.length <= 1) return instead(seen, "it did not retry");
    return fail(`${attempts.length} CONNECTs in the available time, ${minimum} required`);
  }
  const pauses: number[] = [];
  const connectGaps: number[] = [];
  for (const [index, attempt] of attempts.slice(1).entries()) {
    const before = attempts[index];
    if (before === undefined) continue;
    connectGaps.push(attempt.connectAt - before.connectAt);
    // Some clients leave a connection open and begin another: the pause then counts from its
    // CONNECT.
    const isEnded = before.closedAt !== undefined && before.closedAt <= attempt.openedAt;
    pauses.push(attempt.openedAt - ((isEnded ? before.closedAt : undefined) ?? before.connectAt));
  }
  const taken = [...pauses];
  const pattern = findPattern({
    rounds: rounds.map((length) => taken.splice(0, length)).filter(({ length }) => length > 0),
    connectGaps,
    uncertaintyMs,
  });
  if (pattern === undefined) return fail("too few attempts for a verdict");
  const told = `${attempts.length} CONNECTs after pauses of ${pauses.map(inSeconds).join(", ")} s`;
  if (pattern.shortestGapMs < minimumGapMs - uncertaintyMs) {
    return fail(
      `two CONNECTs within ${inWords(pattern.shortestGapMs)}, AWS accepts one per second; ${told}`,
    );
  }
  if (pattern.growth !== "exponential") {
    const how = pattern.growth === "constant" ? "do not grow" : "grow linearly";
    return fail(`the pauses ${how}: ${told}`);
  }
  return pattern.hasJitter
    ? pass(`exponential with jitter: ${told}`)
    : warn(`exponential, but without jitter: ${told}`);
}

function inSeconds(ms: number): string {
  return (ms / 1_000).toFixed(ms < 10_000 ? 1 : 0);
}
