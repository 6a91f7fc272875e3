import {
  isStatusReport,
  type StatusReport,
  statusFields,
  type WillReport,
} from "../../device/messages/status.ts";
import type { BoxHealth, BoxState } from "../api.ts";

/** More than any installation has. The limit keeps publishers from filling the memory. */
const maximumBoxes = 10_000;

const unheard = {
  state: "unknown",
  lastSeenAt: null,
  firmware: null,
  ...Object.fromEntries(statusFields().map((name) => [name, null])),
} as BoxHealth;

/** The last report of each box, by thingName. */
export class Boxes {
  readonly #heard = new Map<string, BoxHealth>();

  health(thingName: string): BoxHealth {
    return this.#heard.get(thingName) ?? unheard;
  }

  state(thingName: string): BoxState {
    return this.health(thingName).state;
  }

  hearStatus(thingName: string, status: StatusReport | WillReport, now: number): void {
    const before = this.health(thingName);
    if (isStatusReport(status)) {
      const lastSeenAt = status.state === "online" ? now : before.lastSeenAt;
      this.#keep(thingName, { ...status, lastSeenAt });
      return;
    }
    // The last will has no other fields, so the earlier values are kept.
    this.#keep(thingName, { ...before, state: "offline", firmware: status.firmware });
  }

  hearEvent(thingName: string, now: number): void {
    this.#keep(thingName, { ...this.health(thingName), lastSeenAt: now });
  }

  /** Sets every box to `unknown`, because reports no longer arrive. */
  forgetStates(): void {
    for (const [thingName, health] of this.#heard) {
      this.#heard.set(thingName, { ...health, state: "unknown" });
    }
  }

  #keep(thingName: string, health: BoxHealth): void {
    if (!this.#heard.has(thingName) && this.#heard.size >= maximumBoxes) return;
    this.#heard.set(thingName, health);
  }
}
