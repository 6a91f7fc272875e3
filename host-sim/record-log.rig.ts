import type { SimulatedBoxRecord } from "./simulated-box.ts";

/** What a box has said, and a way to wait for it. */
export class RecordLog {
  /** oldest first; a test may clear it */
  readonly all: SimulatedBoxRecord[] = [];
  readonly #watchers = new Set<() => void>();

  readonly add = (record: SimulatedBoxRecord): void => {
    this.all.push(record);
    for (const watch of [...this.#watchers]) watch();
  };

  /** The first record, past or future, that has these values. @param from its index at least */
  first(wanted: Readonly<Record<string, unknown>>, from = 0): Promise<SimulatedBoxRecord> {
    const fits = (each: SimulatedBoxRecord) =>
      Object.entries(wanted).every(([name, value]) => Reflect.get(each, name) === value);
    return new Promise((resolve) => {
      const look = () => {
        const found = this.all.slice(from).find(fits);
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      look();
    });
  }
}
