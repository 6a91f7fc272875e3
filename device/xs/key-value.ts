import type NativeKeyValue from "embedded:storage/key-value";
import type { KeyValue } from "../hal.ts";

type Store = ReturnType<typeof NativeKeyValue.open>;

/**
 * Flash storage, best effort: a store that fails, is full or holds another type counts as empty.
 * The gate must still open, and a restart would not fix it.
 */
export class XsKeyValue implements KeyValue {
  readonly #store: Store | undefined;
  readonly #onFailure: (detail: string) => void;

  constructor(native: typeof NativeKeyValue, onFailure: (detail: string) => void) {
    this.#onFailure = onFailure;
    this.#store = this.#try("open", () => native.open({ path: "boom-box", format: "string" }));
  }

  read(key: string): string | undefined {
    return this.#try("read", () => this.#store?.read(key));
  }

  write(key: string, value: string): void {
    this.#try("write", () => this.#store?.write(key, value));
  }

  delete(key: string): void {
    this.#try("delete", () => this.#store?.delete(key));
  }

  #try<T>(what: string, run: () => T): T | undefined {
    try {
      return run();
    } catch (error) {
      this.#onFailure(`storage: ${what}: ${error}`);
      return undefined;
    }
  }
}
