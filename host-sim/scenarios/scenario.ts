import { gatesOf } from "../../device/gate-settings.ts";
import type { CrashReport } from "../../device/messages/crash.ts";
import type { EventReport } from "../../device/messages/event.ts";
import type { GateEvent } from "../../device/messages/gate.ts";
import { eventKey } from "./event-key.ts";
import { World } from "./world.ts";

/** The result of a scenario. */
export interface Outcome {
  /** the lengths of the pulses, in ms */
  readonly pulses: readonly number[];
  /**
   * the broker's events in order: `opened`, the reason of a refusal, or what happened to the gate; after
   * the gate's name and a colon, if it is in the topic
   */
  readonly reported: readonly string[];
  /** from {@link Trial.healed} to the status `online`, in ms; null if the box was never offline */
  readonly backAfterMs: number | null;
  /** violations of the general rules */
  readonly problems: readonly string[];
}

export interface Scenario {
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly expected: {
    readonly pulses: readonly number[];
    readonly reported: readonly string[];
    /** null: never offline */
    readonly backWithinMs: number | null;
  };
  /** starts with a box that has been online for a minute */
  run(trial: Trial): void;
}

/** An event, and the gate in its topic. */
interface Told {
  readonly report: EventReport | GateEvent;
  readonly gateName: string | undefined;
}

/** A change of one pin. */
export interface Edge {
  readonly value: 0 | 1;
  readonly at: number;
  /** the first is 0 */
  readonly gate: number;
}

/** One run of a scenario: a world and its outcome. */
export class Trial {
  readonly world: World;
  /** what the pins are wired to; default: nothing */
  onEdge: ((value: 0 | 1, at: number, gate: number) => void) | undefined;
  /** of every pin, in order */
  readonly edges: Edge[] = [];
  /** how often the box has published its status */
  statuses = 0;
  readonly #pulses: number[] = [];
  readonly #reports: Told[] = [];
  readonly #problems: string[] = [];
  readonly #crashReports = new Map<string, CrashReport>();
  /** by gate */
  readonly #roseAt: number[] = [];
  #healedAt: number | undefined;
  #backAfterMs: number | null = null;

  constructor({ settings = {} }: Pick<Scenario, "settings">, seed: number) {
    this.world = new World(
      {
        onEdge: (value, at, gate) => {
          this.edges.push({ value, at, gate });
          if (value === 1) this.#roseAt[gate] = at;
          else this.#pulses.push(Math.round(at - (this.#roseAt[gate] ?? 0)));
          this.onEdge?.(value, at, gate);
        },
        onEvent: (report, _at, gateName) => this.#reports.push({ report, gateName }),
        onStatus: ({ state }, at) => {
          this.statuses += 1;
          if (state !== "online" || this.#healedAt === undefined) return;
          this.#backAfterMs = Math.round(at - this.#healedAt);
          this.#healedAt = undefined;
        },
        onCrashReport: (report, text) => this.#crashReports.set(text, report),
        onProblem: (problem) => this.#problems.push(problem),
      },
      { settings, seed },
    );
  }

  /** as received by the broker; a repeated report counts once, because QoS 1 may repeat */
  get #received(): readonly Told[] {
    const keys = new Set<string>();
    return this.#reports.filter(({ report, gateName }) => {
      const key = `${gateName} ${eventKey(report)}`;
      const isNew = !keys.has(key);
      keys.add(key);
      return isNew || ("id" in report && report.id === null);
    });
  }

  /** the outcomes of commands */
  get events(): readonly EventReport[] {
    return this.#received.flatMap(({ report }) => ("gate" in report ? [] : [report]));
  }

  /** what happened to the gate */
  get gateEvents(): readonly GateEvent[] {
    return this.#received.flatMap(({ report }) => ("gate" in report ? [report] : []));
  }

  /** as received by the broker; QoS 1 may repeat one, which counts once */
  get crashReports(): readonly CrashReport[] {
    return [...this.#crashReports.values()];
  }

  get outcome(): Outcome {
    return {
      pulses: this.#pulses,
      reported: this.#received.map(({ report, gateName }) => {
        const word = "gate" in report ? report.gate : (report.reason ?? report.outcome);
        return gateName === undefined ? word : `${gateName}: ${word}`;
      }),
      backAfterMs: this.#backAfterMs,
      problems: this.#problems,
    };
  }

  /** The fault is over: from now on, the box must recover. */
  healed(): void {
    this.#healedAt = this.world.now;
    this.#backAfterMs = null;
  }

  /** {@link healed}, then waits for the box to recover. */
  awaitReturn(): void {
    this.healed();
    if (!this.world.timeline.runUntil(() => this.#healedAt === undefined, 60 * 60_000)) {
      this.problem(`not back within an hour: ${this.world.connectionState}`);
    }
  }

  /** An expectation of this scenario only. */
  expect(holds: boolean, what: string): void {
    if (!holds) this.problem(what);
  }

  problem(what: string): void {
    this.#problems.push(what);
  }
}

/** AWS IoT Core accepts one CONNECT per second and client id. */
const minimumBetweenConnectsMs = 1_000;

/** Runs one scenario from power-up until it is idle, and checks the general rules. */
export function runScenario(scenario: Scenario, seed: number): Outcome {
  const trial = new Trial(scenario, seed);
  const { world } = trial;
  world.powerOn();
  world.awaitOnline();
  world.run(60_000);
  scenario.run(trial);
  // Pending work completes.
  world.run(3 * 60_000);
  trial.expect(world.level === 0, "the pin is LOW at the end");
  trial.expect(world.connectionState === "connected", "connected at the end");
  trial.expect(world.device.armedTimers <= 2, `${world.device.armedTimers} timers at the end`);
  trial.expect(world.device.openSockets === 1, `${world.device.openSockets} sockets at the end`);
  for (const [index, at] of world.broker.connects.entries()) {
    const gap = at - (world.broker.connects[index - 1] ?? Number.NEGATIVE_INFINITY);
    trial.expect(gap >= minimumBetweenConnectsMs, `CONNECT ${Math.round(gap)} ms after the last`);
  }
  const longestMs = Math.max(...gatesOf(world.settings).map(({ pulseCapMs }) => pulseCapMs));
  for (const pulseMs of trial.outcome.pulses) {
    trial.expect(pulseMs <= longestMs, `a pulse of ${pulseMs} ms`);
  }
  const opened = trial.events.filter(({ outcome }) => outcome === "opened").length;
  trial.expect(
    opened === trial.outcome.pulses.length,
    `${trial.outcome.pulses.length} pulses and ${opened} events that say opened`,
  );
  return trial.outcome;
}

/** A scenario's own expectations, plus {@link Outcome.problems}: one line per failure. */
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
