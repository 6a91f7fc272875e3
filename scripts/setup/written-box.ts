import type { EventReport } from "../../device/messages/event.ts";
import type { SerialRecord } from "../../host-sim/esp32/serial-line.ts";
import { ConnectionWatch } from "./connection-watch.ts";
import type { Naming } from "./draft.ts";
import { outcomeWords } from "./open-gate.ts";
import type { ConnectView, OpenView } from "./view.ts";

/** What a box does once its files are written: it connects, and opens. */
export class WrittenBox {
  readonly #watch = new ConnectionWatch();
  #isWritten = false;
  #isOpened = false;
  #outcome: string | null = null;

  /** Its files are written again, or it is another board. */
  forget(): void {
    this.#watch.reset();
    this.#isWritten = false;
    this.#isOpened = false;
    this.#outcome = null;
  }

  setWritten(): void {
    this.#isWritten = true;
  }

  /** A line of the firmware, except for its events. */
  take(record: SerialRecord): void {
    if (record.type === "connection") this.#watch.take(record.state, record.reason);
    if (record.type === "setup" && record.state === "waiting" && this.#isWritten) {
      this.#watch.wait(record.detail ?? "");
    }
  }

  /** The box's report of a command. */
  takeEvent(report: EventReport, { thing, pin }: Naming): void {
    this.#outcome = outcomeWords(report, thing, pin);
    this.#isOpened ||= report.outcome === "opened";
  }

  clearOutcome(): void {
    this.#outcome = null;
  }

  get outcome(): string | null {
    return this.#outcome;
  }

  get isConnected(): boolean {
    return this.#isWritten && this.#watch.isConnected;
  }

  get connectView(): ConnectView {
    const { stages, trouble } = this.#watch;
    return { isWritten: this.#isWritten, stages, trouble };
  }

  openView({ pin, pulseMs }: Naming): OpenView {
    return { pin, pulseMs, outcome: this.#outcome, isOpened: this.#isOpened };
  }
}
