import type getResetReason from "resetReason";
import type { ResetReason, System } from "../hal.ts";

/** The part of Moddable and the board that describes the device. */
export interface SystemModules {
  /** in bytes; undefined if the platform cannot report it */
  readonly freeHeap: () => number | undefined;
  readonly getResetReason: typeof getResetReason;
}

export class XsSystem implements System {
  readonly resetReason: ResetReason;
  readonly #modules: SystemModules;

  constructor(modules: SystemModules) {
    this.#modules = modules;
    this.resetReason = resetReasonOf(modules.getResetReason);
  }

  freeHeap(): number | undefined {
    return this.#modules.freeHeap();
  }

  /**
   * On the ESP32, each value comes from the hardware, so two boxes do not reconnect at the same
   * moments.
   */
  random(): number {
    return Math.random();
  }
}

/** ESP-IDF's `esp_reset_reason_t` as Moddable names it. After XS aborts, it is "Software". */
export function resetReasonOf(ask: typeof getResetReason): ResetReason {
  switch (ask().string) {
    case "Power-On":
      return "power-on";
    case "External Pin":
      return "external";
    case "Software":
      return "software";
    case "Panic":
      return "panic";
    case "Interrupt WDT":
    case "Task WDT":
    case "Other WDT":
      return "watchdog";
    case "Brownout":
      return "brownout";
    case "Deep Sleep":
      return "deep-sleep";
    default:
      return "unknown";
  }
}
