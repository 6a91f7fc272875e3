import type { EventReport } from "../../device/messages/event.ts";
import { World } from "./world.ts";

/** What a scenario shows. */
export interface Outcome {
  /** how long the pin was HIGH each time, in ms */
  readonly pulses: readonly number[];
  /** each event as the broker got it, in order: `opened`, or the reason of a refusal */
  readonly reported: readonly string[];
  /** from {@link Trial.healed} to the status `online`, in ms; null where the box was never away */
  readonly backAfterMs: number | null;
  /** what must never happen, and did */
  readonly problems: readonly string[];
}

export interface Scenario {
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly expected: {
    readonly pulses: readonly number[];
    readonly reported: readonly string[];
    /** null: is never away */
    readonly backWithinMs: number | null;
  };
  /** begins with a box that has been online for a minute */
  run(trial: Trial): void;
}

/** One run of a scenario: a world, and what came of it. */
export class Trial {
  readonly world: World;
  readonly #pulses: number[] = [];
  readonly #events: EventReport[] = [];
  readonly #problems: string[] = [];
  #roseAt = 0;
  #healedAt: number | undefined;
  #backAfterMs: number | null = null;

  constructor({ settings = {} }: Pick<Scenario, "settings">, seed: number) {
    this.world = new World(
      {
        onEdge: (value, at) => {
          if (value === 1) this.#roseAt = at;
          else this.#pulses.push(Math.round(at - this.#roseAt));
        },
        onEvent: (report) => this.#events.push(report),
        onStatus: ({ state }, at) => {
          if (state !== "online" || this.#healedAt === undefined) return;
          this.#backAfterMs = Math.round(at - this.#healedAt);
          this.#healedAt = undefined;
        },
        onProblem: (problem) => this.#problems.push(problem),
      },
      { settings, seed },
    );
  }

  /** as the broker got them; the same report twice counts once, as QoS 1 may repeat */
  get events(): readonly EventReport[] {
    const texts = new Set<string>();
    return this.#events.filter((event) => {
      const text = JSON.stringify(event);
      return event.id === null || !texts.has(text) ? texts.add(text) : false;
    });
  }

  get outcome(): Outcome {
    return {
      pulses: this.#pulses,
      reported: this.events.map(({ outcome, reason }) => reason ?? outcome),
      backAfterMs: this.#backAfterMs,
      problems: this.#problems,
    };
  }

  /** The disturbance is over: from now on it is the box's affair to come back. */
  healed(): void {
    this.#healedAt = this.world.now;
    this.#backAfterMs = null;
  }

  /** {@link healed}, and the box is given the time to come back. */
  awaitReturn(): void {
    this.healed();
    if (!this.world.timeline.runUntil(() => this.#healedAt === undefined, 60 * 60_000)) {
      this.problem(`not back within an hour: ${this.world.connectionState}`);
    }
  }

  /** Something that this scenario alone looks at has to hold. */
  expect(holds: boolean, what: string): void {
    if (!holds) this.problem(what);
  }

  problem(what: string): void {
    this.#problems.push(what);
  }
}

/** AWS IoT Core takes one CONNECT per second and client id. */
const minimumBetweenConnectsMs = 1_000;

/** Runs one scenario from power-up to a quiet end, and looks at what must hold in each. */
export function runScenario(scenario: Scenario, seed: number): Outcome {
  const trial = new Trial(scenario, seed);
  const { world } = trial;
  world.powerOn();
  world.awaitOnline();
  world.run(60_000);
  scenario.run(trial);
  // Whatever is under way comes to its end.
  world.run(3 * 60_000);
  trial.expect(world.level === 0, "the pin is LOW at the end");
  trial.expect(world.connectionState === "connected", "connected at the end");
  trial.expect(world.device.armedTimers <= 2, `${world.device.armedTimers} timers at the end`);
  trial.expect(world.device.openSockets === 1, `${world.device.openSockets} sockets at the end`);
  for (const [index, at] of world.broker.connects.entries()) {
    const gap = at - (world.broker.connects[index - 1] ?? Number.NEGATIVE_INFINITY);
    trial.expect(gap >= minimumBetweenConnectsMs, `CONNECT ${Math.round(gap)} ms after the last`);
  }
  const { settings } = world;
  for (const pulseMs of trial.outcome.pulses) {
    trial.expect(pulseMs <= settings.pulseCapMs, `a pulse of ${pulseMs} ms`);
  }
  const opened = trial.events.filter(({ outcome }) => outcome === "opened").length;
  trial.expect(
    opened === trial.outcome.pulses.length,
    `${trial.outcome.pulses.length} pulses and ${opened} events that say opened`,
  );
  return trial.outcome;
}

/** A scenario's own expectations, and {@link Outcome.problems}: one line for each that does not hold. */
export function judge({ expected }: Scenario, outcome: Outcome): string[] {
  const problems = [...outcome.problems];
  const differs = (name: string, is: unknown, wanted: unknown) => {
    const [seen, right] = [JSON.stringify(is), JSON.stringify(wanted)];
    if (seen !== right) problems.push(`${name}: ${seen}, not ${right}`);
  };
  differs("pulses", outcome.pulses, expected.pulses);
  differs("reported", outcome.reported, expected.reported);
  const { backAfterMs } = outcome;
  const { backWithinMs } = expected;
  if ((backAfterMs === null) !== (backWithinMs === null)) {
    problems.push(`back after ${backAfterMs} ms, expected within ${backWithinMs}`);
  } else if (backAfterMs !== null && backWithinMs !== null && backAfterMs > backWithinMs) {
    problems.push(`back after ${backAfterMs} ms, later than ${backWithinMs}`);
  }
  return problems;
}
