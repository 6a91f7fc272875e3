import type { KeyValue } from "../../device/hal.ts";

/**
 * Storage that survives the box, not the process: pass the same one to the box after its restart.
 */
export class MemoryStorage implements KeyValue {
  readonly #values = new Map<string, string>();

  read(key: string): string | undefined {
    return this.#values.get(key);
  }

  write(key: string, value: string): void {
    this.#values.set(key, value);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}
