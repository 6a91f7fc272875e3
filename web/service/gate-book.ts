import { isDeepStrictEqual } from "node:util";
import type { Gate } from "../domain/entities.ts";
import { type Holidays, holidaysOf, holidayWindow, type KnownHoliday } from "../domain/holidays.ts";
import type { Store } from "../store/store.ts";
import { groupBy } from "./group-by.ts";

/** All gates and their next holidays in memory, so that a box's report needs no query. */
export class GateBook {
  readonly #store: Pick<Store, "gates" | "holidaysBetween">;
  readonly #now: () => number;
  #ids: readonly string[] = [];
  /** in the order of their ids */
  #gates: ReadonlyMap<string, Gate> = new Map();
  #atBoxes: ReadonlyMap<string, readonly Gate[]> = new Map();
  #holidays: readonly KnownHoliday[] = [];
  /** of each gate that was asked for */
  readonly #holidaysOf = new Map<string, Holidays>();
  #reading: Promise<void> = Promise.resolve();

  constructor(store: Pick<Store, "gates" | "holidaysBetween">, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  get ids(): readonly string[] {
    return this.#ids;
  }

  get(id: string): Gate | undefined {
    return this.#gates.get(id);
  }

  /** The gates of this box. */
  at(thingName: string): readonly Gate[] {
    return this.#atBoxes.get(thingName) ?? [];
  }

  get all(): readonly Gate[] {
    return [...this.#gates.values()];
  }

  holidaysOf(gateId: string): Holidays {
    const known = this.#holidaysOf.get(gateId) ?? holidaysOf(gateId, this.#holidays);
    this.#holidaysOf.set(gateId, known);
    return known;
  }

  /**
   * Reads all gates and holidays, one reading after the other. When it fails, the earlier ones stay.
   * @returns the gates that are new or have changed; all gates when a holiday has changed
   * @throws StoreError
   */
  load(): Promise<readonly Gate[]> {
    const reading = this.#reading.then(() => this.#load());
    this.#reading = reading.then(
      () => {},
      () => {},
    );
    return reading;
  }

  async #load(): Promise<readonly Gate[]> {
    const gates = await this.#store.gates();
    const holidays = await this.#store.holidaysBetween(holidayWindow(this.#now()));
    const before = this.#gates;
    this.#gates = new Map(gates.map((gate) => [gate.id, gate]));
    this.#ids = gates.map(({ id }) => id);
    this.#atBoxes = groupBy(gates, ({ thingName }) => thingName);
    if (!isDeepStrictEqual(holidays, this.#holidays)) {
      this.#holidays = holidays;
      this.#holidaysOf.clear();
      return gates;
    }
    return gates.filter((gate) => !isSame(gate, before.get(gate.id)));
  }
}

function isSame(gate: Gate, other: Gate | undefined): boolean {
  return (
    gate.name === other?.name &&
    gate.thingName === other.thingName &&
    gate.output === other.output &&
    gate.timeZone === other.timeZone &&
    gate.isActive === other.isActive
  );
}
