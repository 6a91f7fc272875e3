import type { PolicyDocument } from "../cloud/policy.ts";
import type { AdvisorBroker } from "./broker.ts";
import type { AnyCase, Case } from "./case.ts";
import { judgePolicies } from "./cases/policy.ts";
import type { Pace } from "./pace.ts";
import { healthy } from "./script.ts";
import { fail, type Verdict } from "./verdict.ts";

/** A running client under test. */
export interface RunningClient {
  /** an error that the broker did not see; undefined if there is none */
  problem(): string | undefined;
  /** Resolves when it has stopped completely. */
  stop(): Promise<void>;
}

export interface AdvisorOptions {
  readonly cases: readonly AnyCase[];
  readonly broker: AdvisorBroker;
  readonly pace: Pace;
  /**
   * Creates a client for each case, or says why the case does not apply to it; undefined: an external
   * client that connects by itself and stays
   */
  readonly startClient: ((played: Case) => RunningClient | string) | undefined;
  /** undefined: not known */
  readonly policies: readonly PolicyDocument[] | undefined;
  /** how long a client may take to connect, in real ms */
  readonly patienceMs: number;
  onProgress?(progress: Progress): void;
  onOutcome?(outcome: Outcome): void;
}

export interface Progress {
  readonly case: AnyCase;
  /** from 1 */
  readonly number: number;
  readonly all: number;
  /** `calming`: an external client is given a stable connection */
  readonly state: "waiting" | "playing" | "calming";
  /** ms of the client's time */
  readonly elapsedMs: number;
  readonly connections: number;
}

export type Outcome =
  | {
      readonly type: "judged";
      readonly case: AnyCase;
      readonly verdict: Verdict;
      /** duration in ms of the client's time, and in real ms */
      readonly clientMs: number;
      readonly realMs: number;
    }
  | { readonly type: "not applicable"; readonly case: AnyCase; readonly reason: string };

/** After this many ms, an external client may consider a connection stable. */
const calmMs = 60_000;

/** Plays the cases one after another. @returns their outcomes, in order */
export async function runAdvisor(options: AdvisorOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [index, each] of options.cases.entries()) {
    const outcome = await runCase(each, index + 1, options);
    outcomes.push(outcome);
    options.onOutcome?.(outcome);
  }
  return outcomes;
}

async function runCase(each: AnyCase, number: number, options: AdvisorOptions): Promise<Outcome> {
  switch (each.type) {
    case "inapplicable":
      return { type: "not applicable", case: each, reason: each.reason };
    case "policy": {
      if (options.policies === undefined) {
        const reason = "the policy of an external client is not known here";
        return { type: "not applicable", case: each, reason };
      }
      const verdict = judgePolicies(options.policies);
      return { type: "judged", case: each, verdict, clientMs: 0, realMs: 0 };
    }
    case "played":
      return playCase(each, number, options);
  }
}

async function playCase(each: Case, number: number, options: AdvisorOptions): Promise<Outcome> {
  const { broker, pace, startClient, patienceMs, cases, onProgress } = options;
  const tell = (state: Progress["state"]) => (elapsedMs: number, connections: number) =>
    onProgress?.({ case: each, number, all: cases.length, state, elapsedMs, connections });
  const common = { broker, pace, patienceMs };
  if (startClient === undefined && each.needsCalm === true) {
    const calm = { ...each, ...calmness };
    await new Stage({ ...common, played: calm, onProgress: tell("calming") }).over;
  }
  const clientSince = pace.now();
  const realSince = performance.now();
  const stage = new Stage({ ...common, played: each, onProgress: tell("playing") });
  tell("waiting")(0, 0);
  const client = startClient?.(each);
  if (typeof client === "string") {
    stage.end();
    return { type: "not applicable", case: each, reason: client };
  }
  await stage.over;
  const clientMs = pace.now() - clientSince;
  const isExternal = startClient === undefined && stage.transcript.connections > 0;
  if (isExternal && each.uses?.(stage.transcript) === false) {
    await broker.finish();
    return { type: "not applicable", case: each, reason: "the client does nothing of this kind" };
  }
  const verdict = each.judge(stage.transcript);
  const problem = client?.problem();
  await broker.finish();
  await client?.stop();
  return {
    type: "judged",
    case: each,
    verdict: problem === undefined ? verdict : fail(problem),
    clientMs,
    realMs: performance.now() - realSince,
  };
}

/** A case that ends when a connection has been held. */
const calmness: Pick<Case, "script" | "timeoutMs" | "isOver"> = {
  script: {
    certificate: "good",
    connections: [{ ...healthy, steps: [{ type: "wait", ms: calmMs }, { type: "drop" }] }],
  },
  timeoutMs: 10 * calmMs,
  isOver: (seen) => seen.all("closed").some(({ by }) => by === "advisor"),
};

interface StageOptions {
  readonly broker: AdvisorBroker;
  readonly pace: Pace;
  readonly played: Pick<Case, "script" | "timeoutMs" | "isOver">;
  readonly patienceMs: number;
  readonly onProgress: (elapsedMs: number, connections: number) => void;
}

const progressEveryMs = 500;

/** Runs one script until its case is finished, its time is up, or no client has connected. */
class Stage {
  readonly over: Promise<void>;
  /** Ends the script early. */
  readonly end: () => void;
  readonly transcript;

  constructor({ broker, pace, played, patienceMs, onProgress }: StageOptions) {
    // Until a client has connected, nothing can be accelerated.
    const release = pace.hold();
    let resolve = () => {};
    this.over = new Promise<void>((done) => {
      resolve = done;
    });
    let startedAt: number | undefined;
    let timeout = {};
    const end = () => {
      release();
      clearTimeout(patience);
      clearInterval(ticking);
      pace.clear(timeout);
      resolve();
    };
    this.end = end;
    const patience = setTimeout(end, patienceMs);
    const ticking = setInterval(() => {
      if (startedAt === undefined) return;
      onProgress(pace.now() - startedAt, this.transcript.connections);
    }, progressEveryMs);
    this.transcript = broker.begin(played.script, () => {
      if (startedAt === undefined) {
        startedAt = pace.now();
        release();
        clearTimeout(patience);
        timeout = pace.set(end, played.timeoutMs);
      }
      if (played.isOver(this.transcript)) end();
    });
  }
}
