import type { StatusReport } from "../../device/messages/event.ts";
import type { BoxHealth, BoxState } from "../api.ts";

type Status = StatusReport | { readonly state: "offline"; readonly firmware: string };

/** More boxes than anybody has: whoever may publish must not fill our memory. */
const maximumBoxes = 10_000;

const unheard: BoxHealth = {
  ...{ state: "unknown", lastSeenAt: null, firmware: null, uptimeMs: null, resetReason: null },
  ...{ rssi: null, address: null, certificateEndsAt: null, opened: null, refused: null },
  ...{ connections: null, droppedEvents: null },
};

/** What was last heard of each box, by thingName. */
export class Boxes {
  readonly #heard = new Map<string, BoxHealth>();

  health(thingName: string): BoxHealth {
    return this.#heard.get(thingName) ?? unheard;
  }

  state(thingName: string): BoxState {
    return this.health(thingName).state;
  }

  hearStatus(thingName: string, status: Status, now: number): void {
    const before = this.health(thingName);
    if ("uptimeMs" in status) {
      const { state, firmware, uptimeMs, resetReason, rssi, address } = status;
      const { certificateEndsAt, opened, refused, connections, droppedEvents } = status;
      this.#keep(thingName, {
        ...{ state, firmware, uptimeMs, resetReason, rssi, address },
        ...{ certificateEndsAt, opened, refused, connections, droppedEvents },
        lastSeenAt: state === "online" ? now : before.lastSeenAt,
      });
      return;
    }
    // The will says no more than that: what it was like before stays worth knowing.
    this.#keep(thingName, { ...before, state: "offline", firmware: status.firmware });
  }

  hearEvent(thingName: string, now: number): void {
    this.#keep(thingName, { ...this.health(thingName), lastSeenAt: now });
  }

  /** Nothing is heard any more: how the boxes are is not known until it is heard again. */
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
