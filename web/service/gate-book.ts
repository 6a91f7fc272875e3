import type { Gate } from "../domain/entities.ts";
import type { Store } from "../store/store.ts";
import { groupBy } from "./group-by.ts";

/** All gates in memory, so that a box's report needs no query. */
export class GateBook {
  readonly #store: Pick<Store, "gates">;
  #ids: readonly string[] = [];
  /** in the order of their ids */
  #gates: ReadonlyMap<string, Gate> = new Map();
  #atBoxes: ReadonlyMap<string, readonly Gate[]> = new Map();
  #reading: Promise<void> = Promise.resolve();

  constructor(store: Pick<Store, "gates">) {
    this.#store = store;
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

  /**
   * Reads all gates, one reading after the other. When it fails, the earlier ones stay.
   * @returns those that are new or have changed
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
    const before = this.#gates;
    this.#gates = new Map(gates.map((gate) => [gate.id, gate]));
    this.#ids = gates.map(({ id }) => id);
    this.#atBoxes = groupBy(gates, ({ thingName }) => thingName);
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
