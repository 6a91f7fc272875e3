import { notableClockDifferenceMs } from "../../device/messages/clock-difference.ts";
import type { NamedGateStatus } from "../../device/messages/gate.ts";
import {
  isStatusReport,
  type StatusReport,
  statusFields,
  type WillReport,
} from "../../device/messages/status.ts";
import type { BoxHealth, BoxState, NewBoxView } from "../api.ts";
import type { BoxGate } from "../cloud/gate-link.ts";

/** More than any installation has. The limit keeps publishers from filling the memory. */
const maximumBoxes = 10_000;

const unheard = {
  state: "unknown",
  lastSeenAt: null,
  clockDifferenceMs: null,
  firmware: null,
  ...Object.fromEntries(statusFields().map((name) => [name, null])),
} as BoxHealth;

/** The last report of each box, by thingName. */
export class Boxes {
  readonly #heard = new Map<string, BoxHealth>();

  health(thingName: string): BoxHealth {
    return this.#heard.get(thingName) ?? unheard;
  }

  /** The same, with the state of this gate. */
  healthAt({ thingName, output }: BoxGate): BoxHealth {
    const health = this.health(thingName);
    if (output === null) return health;
    return { ...health, gate: namedGate(health, output)?.gate ?? null };
  }

  /** Whether the box said that it has this gate; null: it has not sent a status yet. */
  has({ thingName, output }: BoxGate): boolean | null {
    const health = this.health(thingName);
    if (health.uptimeMs === null) return null;
    return output === null || namedGate(health, output) !== undefined;
  }

  state(thingName: string): BoxState {
    return this.health(thingName).state;
  }

  hearStatus(thingName: string, status: StatusReport | WillReport, now: number): void {
    const before = this.health(thingName);
    if (isStatusReport(status)) {
      const lastSeenAt = status.state === "online" ? now : before.lastSeenAt;
      const { clockDifferenceMs } = before;
      const positions = status.state === "online" ? {} : withoutPositions(status);
      this.#keep(thingName, { ...status, ...positions, lastSeenAt, clockDifferenceMs });
      return;
    }
    // The last will has no other fields, so the earlier values are kept. Where a gate is, only a box
    // that is online knows.
    const { firmware } = status;
    const kept = { ...before, ...withoutPositions(before) };
    this.#keep(thingName, { ...kept, state: "offline", firmware });
  }

  hearEvent(thingName: string, now: number): void {
    this.#keep(thingName, { ...this.health(thingName), lastSeenAt: now });
  }

  hearClock(thingName: string, clockDifferenceMs: number): void {
    this.#keep(thingName, { ...this.health(thingName), clockDifferenceMs });
  }

  /** Those that have sent a status, but no gate of the app is at them; in the order of their names. */
  without(isUsed: (thingName: string) => boolean, most: number): readonly NewBoxView[] {
    return [...this.#heard]
      .filter(([thingName, { state, uptimeMs }]) => {
        const hasStatus = state !== "unknown" || uptimeMs !== null;
        return hasStatus && !isUsed(thingName);
      })
      .map(([thingName, { state, lastSeenAt, firmware, gates }]) => ({
        ...{ thingName, state, lastSeenAt, firmware },
        gates: gates?.map(({ name }) => name) ?? [],
      }))
      .toSorted((one, other) => (one.thingName < other.thingName ? -1 : 1))
      .slice(0, most);
  }

  /** Whose clock is wrong, as far as the other boxes show, if this box's differs from the service's. */
  wrongClock(thingName: string): "box" | "service" | "unknown" {
    const ours = this.health(thingName).clockDifferenceMs ?? 0;
    const others: number[] = [];
    for (const [name, { clockDifferenceMs }] of this.#heard) {
      if (name !== thingName && clockDifferenceMs !== null) others.push(clockDifferenceMs);
    }
    if (others.length === 0) return "unknown";
    const isNear = (one: number, other: number) => Math.abs(one - other) < notableClockDifferenceMs;
    if (others.every((each) => isNear(each, ours))) return "service";
    return others.some((each) => isNear(each, 0)) ? "box" : "unknown";
  }

  /** Sets every box and gate to `unknown`, because reports no longer arrive. */
  forgetStates(): void {
    for (const [thingName, health] of this.#heard) {
      this.#heard.set(thingName, { ...health, ...withoutPositions(health), state: "unknown" });
    }
  }

  #keep(thingName: string, health: BoxHealth): void {
    if (!this.#heard.has(thingName) && this.#heard.size >= maximumBoxes) return;
    this.#heard.set(thingName, health);
  }
}

function namedGate({ gates }: BoxHealth, output: string): NamedGateStatus | undefined {
  return gates?.find(({ name }) => name === output);
}

/** The names stay: they come from the settings of the box. */
function withoutPositions({ gates }: Pick<BoxHealth, "gates">): Pick<BoxHealth, "gate" | "gates"> {
  return { gate: null, gates: gates?.map(({ name }) => ({ name, gate: null })) ?? null };
}
