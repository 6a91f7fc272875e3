import type { GateLink } from "../cloud/gate-link.ts";
import type { Store } from "../store/store.ts";

/** The database is checked at most once per this period. */
const freshMs = 1_000;

export interface Checks {
  readonly isRunning: boolean;
  readonly canWrite: boolean;
  readonly isListening: boolean;
}

/** Whether a load balancer should send requests to this instance. */
export class Readiness {
  readonly #store: Store;
  readonly #link: GateLink;
  readonly #now: () => number;
  #isStopping = false;
  #write: { readonly at: number; readonly result: Promise<boolean> } | undefined;

  constructor(store: Store, link: GateLink, now: () => number) {
    this.#store = store;
    this.#link = link;
    this.#now = now;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  async check(): Promise<Checks> {
    return {
      isRunning: !this.#isStopping,
      canWrite: await this.#canWrite(),
      isListening: this.#link.isListening,
    };
  }

  /** Reports not ready from now on, so that a load balancer uses another instance. */
  stop(): void {
    this.#isStopping = true;
  }

  #canWrite(): Promise<boolean> {
    const at = this.#now();
    if (this.#write === undefined || at - this.#write.at >= freshMs) {
      const result = this.#store.check().then(
        () => true,
        () => false,
      );
      this.#write = { at, result };
    }
    return this.#write.result;
  }
}
