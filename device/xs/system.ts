import type getResetReason from "resetReason";
import type Instrumentation from "instrumentation";
import type { ResetReason, System } from "../hal.ts";

/** What of Moddable tells about the device. */
export interface SystemModules {
  readonly instrumentation: typeof Instrumentation;
  readonly getResetReason: typeof getResetReason;
}

export class XsSystem implements System {
  readonly resetReason: ResetReason;
  readonly #modules: SystemModules;

  constructor(modules: SystemModules) {
    this.#modules = modules;
    this.resetReason = reasonOf(modules.getResetReason().string);
  }

  /** Known in builds with instruments alone, which `boom-box build` makes for the ESP32. */
  freeHeap(): number | undefined {
    const { instrumentation } = this.#modules;
    const index = instrumentation.map("System Free Memory");
    const bytes = index === undefined ? undefined : instrumentation.get(index);
    // A desktop tells none at all: 0.
    return bytes === 0 ? undefined : bytes;
  }

  /** On the ESP32 each comes from its hardware: two boxes never come back at the same moments. */
  random(): number {
    return Math.random();
  }
}

/** ESP-IDF's `esp_reset_reason_t` in Moddable's words. After an abort of XS it is "Software". */
function reasonOf(text: string): ResetReason {
  switch (text) {
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
