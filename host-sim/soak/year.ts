import { isStatusReport } from "../../device/messages/status.ts";
import { car } from "../scenarios/surroundings.ts";
import { seededRandom } from "../scenarios/timeline.ts";
import { World } from "../scenarios/world.ts";
import { GateDays, type GateTotals, gateDaysSettings } from "./gate-days.ts";
import { Ledger, type Totals } from "./ledger.ts";

export interface YearResult extends Totals {
  readonly days: number;
  readonly powerCuts: number;
  readonly brokerRestarts: number;
  readonly wifiLosses: number;
  /** from the end of a fault to `online`, the maximum, in ms */
  readonly longestReturnMs: number;
  readonly gate: GateTotals;
  readonly problems: readonly string[];
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Enough to diagnose the error. */
const maximumProblems = 20;

/**
 * A busy gate, day after day: a hundred openings with problems (double taps, copies, stale and
 * damaged commands), WiFi lost daily, the broker restarted weekly, the power cut monthly, every
 * second time during a pulse. A contact shows the gate, which is opened by hand, held open and stuck
 * once a day.
 */
export function simulateYear(
  days: number,
  seed: number,
  onDay: (day: number) => void = () => {},
): YearResult {
  const random = seededRandom(seed);
  const between = (from: number, to: number) => from + random() * (to - from);
  const problems: string[] = [];
  const onProblem = (problem: string) => {
    if (problems.length < maximumProblems) problems.push(problem);
  };
  const ledger = new Ledger(onProblem);
  let roseAt = 0;
  let isCut = false;
  let healedAt: number | undefined;
  let longestReturnMs = 0;
  const counts = { powerCuts: 0, brokerRestarts: 0, wifiLosses: 0 };

  const world = new World(
    {
      onEdge(value, at) {
        gate.handleEdge(value, at);
        if (value === 1) {
          roseAt = at;
          ledger.rose(at, world.surroundings.latencyMs);
          return;
        }
        const widthMs = at - roseAt;
        const isWhole = Math.abs(widthMs - world.settings.pulseMs) < 1e-6;
        if (!isWhole && !isCut) onProblem(`a pulse of ${widthMs} ms`);
        if (widthMs > world.settings.pulseCapMs) onProblem(`over the cap: ${widthMs} ms`);
      },
      onEvent(report) {
        if ("gate" in report) gate.reported(report);
        else ledger.reported(report);
      },
      onStatus(status, at) {
        if (status.state !== "online" || !isStatusReport(status)) return;
        const { droppedEvents } = status;
        if (droppedEvents > 0) onProblem(`${droppedEvents} events dropped`);
        if (healedAt !== undefined) longestReturnMs = Math.max(longestReturnMs, at - healedAt);
        healedAt = undefined;
      },
      onProblem,
    },
    { seed, settings: gateDaysSettings },
  );
  const gate = new GateDays(world);

  let lastId = 0;
  function send(isGood: boolean, changes: Readonly<Record<string, unknown>> = {}): string {
    lastId += 1;
    const id = `y-${lastId}`;
    // An offline box gets no command: the staff app disables its button.
    if (world.open({ id, ...changes })) ledger.sent(id, isGood, world.now);
    return id;
  }

  /** One user at the gate. */
  function visit(): void {
    const kind = random();
    if (kind < 0.06) {
      send(true);
      world.timeline.after(between(50, 2_500), () => send(true));
    } else if (kind < 0.1) {
      send(false, { issuedAt: world.date - 2 * hour, expiresAt: world.date - hour });
    } else if (kind < 0.12) {
      send(false, { action: "close" });
    } else {
      send(true);
    }
  }

  function loseWiFi(): void {
    counts.wifiLosses += 1;
    ledger.disturbed(world.now);
    world.reachNetworks([]);
    world.timeline.after(between(10 * second, 30 * minute), () => {
      world.reachNetworks([car]);
      healedAt = world.now;
    });
  }

  function restartBroker(): void {
    counts.brokerRestarts += 1;
    ledger.disturbed(world.now);
    world.surroundings.reach = { type: "fails", reason: "refused", afterMs: 20 };
    world.broker.dropAll();
    world.timeline.after(between(5 * second, 2 * minute), () => {
      world.surroundings.reach = { type: "works" };
      healedAt = world.now;
    });
  }

  function cutPower(isInPulse: boolean): void {
    counts.powerCuts += 1;
    if (isInPulse) send(true);
    world.timeline.after(isInPulse ? between(31, 530) : 0, () => {
      ledger.disturbed(world.now);
      isCut = true;
      world.powerOff();
      isCut = false;
      healedAt = undefined;
      world.timeline.after(between(second, minute), () => {
        world.powerOn();
        healedAt = world.now;
      });
    });
  }

  world.powerOn();
  world.awaitOnline();
  for (let today = 1; today <= days; today++) {
    gate.begin(() => send(true));
    for (let i = 0; i < 100; i++) world.timeline.after(between(0, 18 * hour), visit);
    world.timeline.after(between(0, 18 * hour), loseWiFi);
    // At night, when nothing else happens.
    if (today % 7 === 0) world.timeline.after(20 * hour, restartBroker);
    if (today % 30 === 0) world.timeline.after(22 * hour, () => cutPower(today % 60 === 0));
    world.run(day);
    ledger.settle(world.now);
    onDay(today);
  }
  world.run(hour);
  ledger.settle(world.now, true);
  for (const [name, { caused, told }] of Object.entries(gate.totals)) {
    if (caused !== told) onProblem(`${name}: caused ${caused} times, told ${told} times`);
  }
  if (world.connectionState !== "connected") onProblem("not connected at the end");
  if (world.level === 1) onProblem("HIGH at the end");
  return { days, ...counts, ...ledger.totals, longestReturnMs, gate: gate.totals, problems };
}
