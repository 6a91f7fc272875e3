import { failureOf } from "./failure.ts";
import type { Activity, Failure } from "./view.ts";

const cancelled: Failure = {
  cause: "It was cancelled.",
  wayOut: "Start it again when you are ready.",
  field: null,
};

/** What is done for the person: one thing at a time, and why the last one failed. */
export class Work {
  readonly #onChange: () => void;
  #activity: Activity | null = null;
  #failure: Failure | null = null;
  #running: AbortController | undefined;
  #end: Promise<void> = Promise.resolve();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  get activity(): Activity | null {
    return this.#activity;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  /** What is done at once. */
  step(work: () => void): void {
    this.#failure = null;
    try {
      work();
    } catch (error) {
      this.#failure = failureOf(error);
    }
    this.#onChange();
  }

  /**
   * What takes its time. A failure for the person is kept; a bug is thrown.
   * @param said what is being done
   */
  run(
    said: string,
    isCancellable: boolean,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const running = this.#perform(said, isCancellable, work);
    this.#end = running.catch(() => {});
    return running;
  }

  /** @param share from 0 to 1 */
  progress(words: string, share: number | null): void {
    if (this.#activity === null) return;
    this.#activity = { ...this.#activity, words, share };
    this.#onChange();
  }

  /** What has failed works now. */
  clearFailure(): void {
    this.#failure = null;
  }

  cancel(): void {
    this.#running?.abort();
  }

  /** When nothing is under way any more. */
  get ended(): Promise<void> {
    return this.#end;
  }

  async #perform(
    said: string,
    isCancellable: boolean,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    this.#failure = null;
    this.#activity = { words: said, share: null, isCancellable };
    this.#onChange();
    try {
      await work(running.signal);
    } catch (error) {
      this.#failure = running.signal.aborted ? cancelled : failureOf(error);
    } finally {
      this.#running = undefined;
      this.#activity = null;
      this.#onChange();
    }
  }
}
