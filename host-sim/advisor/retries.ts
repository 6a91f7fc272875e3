/**
 * Classifies a client's pauses between attempts, from the times a broker observed. AWS IoT Device
 * Advisor requires exponential growth with jitter; it has not published how it measures them.
 */
export interface RetryTimes {
  /**
   * Rounds of pauses, ms, each from the end of one connection to the start of the next. Between
   * rounds, a connection was held, after which a client may, but need not, reset its back-off.
   */
  readonly rounds: readonly (readonly number[])[];
  /** ms between each CONNECT and the previous one */
  readonly connectGaps: readonly number[];
  /** measurement error, in ms */
  readonly uncertaintyMs: number;
}

export type Growth = "constant" | "linear" | "exponential";

export interface RetryPattern {
  readonly growth: Growth;
  /** the pauses deviate from the rule by more than the measurement error */
  readonly hasJitter: boolean;
  /** the shortest time between two CONNECTs, in ms */
  readonly shortestGapMs: number;
}

/** With fewer, no verdict is possible. */
export const minimumPauses = 5;

/** AWS IoT Core accepts one CONNECT per second and client id. */
export const minimumGapMs = 1_000;

interface Model {
  readonly growth: Growth;
  /** ceiling of the n-th pause (from 1), up to a fitted factor */
  readonly ceiling: (n: number) => number;
  /** from this pause on, the ceiling is constant */
  readonly capAt: number;
  /** required advantage, in log-likelihood, over a model with 0 */
  readonly handicap: number;
}

/** Random pauses without growth often seem to grow: growth has to be clear. */
const growthHandicap = 2;

/**
 * Finds the rule that explains the pauses best. A pause with full jitter is uniform from 0 to its
 * ceiling; one without jitter equals the ceiling. The likelihood of uniform pauses prefers the
 * lowest ceilings that cover all of them, which finds the rule in both cases. Ceilings may stop
 * growing at any pause.
 * @returns undefined if there are fewer than {@link minimumPauses}
 */
export function findPattern({
  rounds,
  connectGaps,
  uncertaintyMs,
}: RetryTimes): RetryPattern | undefined {
  const pauses = rounds.flat().map((pause) => Math.max(pause, 1));
  if (pauses.length < minimumPauses) return undefined;
  const anew = rounds.flatMap((round) => round.map((_, index) => index + 1));
  const onwards = pauses.map((_, index) => index + 1);
  let best: { model: Model; numbers: readonly number[]; score: number } | undefined;
  for (const numbers of rounds.length > 1 ? [anew, onwards] : [anew]) {
    for (const model of models(Math.max(...numbers))) {
      const score = scoreOf(model, numbers, pauses);
      if (best === undefined || score > best.score) best = { model, numbers, score };
    }
  }
  if (best === undefined) return undefined;
  const { model, numbers } = best;
  return {
    growth: model.growth,
    hasJitter: !isExact(model, numbers, pauses, uncertaintyMs),
    shortestGapMs: Math.min(...connectGaps),
  };
}

function models(last: number): Model[] {
  const found: Model[] = [{ growth: "constant", ceiling: () => 1, capAt: 1, handicap: 0 }];
  for (let capAt = 2; capAt <= last; capAt++) {
    const until = (n: number) => Math.min(n, capAt);
    found.push({ growth: "linear", ceiling: until, capAt, handicap: growthHandicap });
    for (const base of [1.5, 2, 3]) {
      const ceiling = (n: number) => base ** until(n);
      found.push({ growth: "exponential", ceiling, capAt, handicap: growthHandicap });
    }
  }
  return found;
}

function scoreOf(model: Model, numbers: readonly number[], pauses: readonly number[]): number {
  const ceilings = numbers.map(model.ceiling);
  const factor = Math.max(...pauses.map((pause, index) => pause / (ceilings[index] ?? 1)));
  const logLikelihood = -ceilings.reduce((sum, ceiling) => sum + Math.log(factor * ceiling), 0);
  return logLikelihood - model.handicap;
}

/**
 * The last pause below the cap is measured most precisely. It predicts the earlier ones without
 * jitter.
 */
function isExact(
  { ceiling, capAt }: Model,
  numbers: readonly number[],
  pauses: readonly number[],
  uncertaintyMs: number,
): boolean {
  const longestOf = (isCounted: (n: number) => boolean) =>
    Math.max(...pauses.filter((_, index) => isCounted(numbers[index] ?? 1)));
  const lastBelow = Math.max(...numbers.filter((n) => n < capAt));
  const factor = longestOf((n) => n === lastBelow) / ceiling(lastBelow);
  const cap = longestOf((n) => n >= capAt);
  return pauses.every((pause, index) => {
    const n = numbers[index] ?? 1;
    const expected = n >= capAt ? cap : factor * ceiling(n);
    return Math.abs(pause - expected) <= 2 * uncertaintyMs + 0.05 * expected;
  });
}
