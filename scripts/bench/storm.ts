import { seededRandom } from "../../host-sim/scenarios/timeline.ts";
import type { MakeStormBox } from "./storm-boxes.ts";

export interface StormOptions {
  readonly boxes: number;
  /** the broker is down from 0 until then; whole seconds */
  readonly outageMs: number;
  /** the broker accepts this many CONNECTs in each second, and closes the other connections */
  readonly connectsPerSecond: number;
  readonly seed: number;
}

/** What the broker observed. Times in ms since it went down; the n-th second is [n, n + 1) s. */
export interface StormResult {
  /** connection attempts in each second, including those during the outage */
  readonly attempts: readonly number[];
  /** boxes online at the end of each second */
  readonly online: readonly number[];
  /** the most CONNECTs in one second after the outage */
  readonly peak: number;
  /** attempts during the outage */
  readonly inVain: number;
  /** CONNECTs refused because of the limit */
  readonly refused: number;
  /** one time for each box, ascending */
  readonly onlineAtMs: readonly number[];
}

/**
 * AWS IoT Core's `Connect requests per second per account` in a copy of "AWS IoT Core endpoints and
 * quotas". AWS can raise it. *(unverified)*: the current page; newer reports say 3,000 in the larger
 * regions.
 */
export const awsConnectsPerSecond = 500;

/** The storm of the picture in docs/: 10,000 gates, one minute without a broker. */
export const pictured: StormOptions = {
  boxes: 10_000,
  outageMs: 60_000,
  connectsPerSecond: awsConnectsPerSecond,
  seed: 1,
};

/** A box that is not online by then counts as lost. */
const endMs = 60 * 60 * 1000;
/** The shortest time until a box knows that it is connected or refused, or that the broker is down. */
const shortestAnswerMs = 20;
const longestAnswerMs = 200;

/**
 * Simulates in virtual time how a fleet loses its broker and reconnects.
 *
 * A real broker is worse: here a refused CONNECT costs nothing, and does not count against the limit.
 * @throws Error when a box does not reconnect within an hour
 */
export function simulateStorm(make: MakeStormBox, options: StormOptions): StormResult {
  const random = seededRandom(options.seed);
  const agenda = new Agenda();
  const broker = new StormBroker(options);
  const onlineAtMs: number[] = [];
  for (let i = 0; i < options.boxes; i++) {
    const box = make(random);
    const wake = (nowMs: number): void => {
      const next = box.wake(nowMs);
      if (next !== "connect") {
        agenda.add(next, wake);
        return;
      }
      const isAccepted = broker.connect(nowMs);
      const answerMs = shortestAnswerMs + random() * (longestAnswerMs - shortestAnswerMs);
      agenda.add(nowMs + Math.round(answerMs), (answeredAt) => {
        if (!isAccepted) {
          agenda.add(box.lost(answeredAt), wake);
          return;
        }
        box.online(answeredAt);
        onlineAtMs.push(answeredAt);
      });
    };
    agenda.add(box.lost(0), wake);
  }
  agenda.run();
  if (onlineAtMs.length < options.boxes) {
    throw new Error(`${options.boxes - onlineAtMs.length} boxes did not reconnect`);
  }
  return { ...broker.seen(onlineAtMs), onlineAtMs };
}

/** When `share` (0–1) of the boxes were online, in ms since the end of the outage. */
export function returnedMs({ onlineAtMs }: StormResult, share: number, outageMs: number): number {
  return (onlineAtMs[Math.ceil(share * onlineAtMs.length) - 1] ?? Number.NaN) - outageMs;
}

class StormBroker {
  readonly #options: StormOptions;
  readonly #attempts: number[] = [];
  #inVain = 0;
  #refused = 0;

  constructor(options: StormOptions) {
    this.#options = options;
  }

  /** @returns whether the box is connected */
  connect(nowMs: number): boolean {
    const { outageMs, connectsPerSecond } = this.#options;
    const second = secondOf(nowMs);
    const before = this.#attempts[second] ?? 0;
    this.#attempts[second] = before + 1;
    if (nowMs < outageMs) {
      this.#inVain += 1;
      return false;
    }
    if (before < connectsPerSecond) return true;
    this.#refused += 1;
    return false;
  }

  seen(onlineAtMs: readonly number[]): Omit<StormResult, "onlineAtMs"> {
    const seconds = secondOf(onlineAtMs.at(-1) ?? 0) + 1;
    const attempts = Array.from({ length: seconds }, (_, second) => this.#attempts[second] ?? 0);
    const online: number[] = [];
    for (const [second] of attempts.entries()) {
      const earlier = online.at(-1) ?? 0;
      const inSecond = onlineAtMs.filter((at) => secondOf(at) === second).length;
      online.push(earlier + inSecond);
    }
    const sinceReturn = attempts.slice(secondOf(this.#options.outageMs));
    const peak = Math.max(...sinceReturn);
    return { attempts, online, peak, inVain: this.#inVain, refused: this.#refused };
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1000);
}

/** A queue of tasks by their millisecond; within one, in the order of insertion. */
class Agenda {
  readonly #due: (((nowMs: number) => void)[] | undefined)[] = [];

  add(atMs: number, run: (nowMs: number) => void): void {
    if (atMs >= endMs) return;
    const others = this.#due[atMs];
    if (others === undefined) this.#due[atMs] = [run];
    else others.push(run);
  }

  run(): void {
    for (let nowMs = 0; nowMs < this.#due.length; nowMs++) {
      for (const run of this.#due[nowMs] ?? []) run(nowMs);
      this.#due[nowMs] = undefined;
    }
  }
}
