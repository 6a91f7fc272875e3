import { type StepName, type StepState, type StepView, stepNames } from "./view.ts";

/** The line of steps: which is done, and which is current. */
export class StepLine {
  #current: StepName | "end" = "board";
  readonly #summaries = new Map<StepName, string>();
  readonly #skipped = new Set<StepName>();

  get current(): StepName | "end" {
    return this.#current;
  }

  get steps(): readonly StepView[] {
    const at = this.#index;
    return stepNames.map((name, index) => ({
      name,
      state: this.#stateOf(name, index, at),
      summary: index < at ? (this.#summaries.get(name) ?? null) : null,
    }));
  }

  /** The current step is done; another one than the current is left alone. */
  complete(name: StepName, summary: string): void {
    if (name !== this.#current) return;
    this.#skipped.delete(name);
    this.#advance(name, summary);
  }

  /** The current step is not needed. */
  skip(name: StepName, summary: string): void {
    if (name !== this.#current) return;
    this.#skipped.add(name);
    this.#advance(name, summary);
  }

  /** Back to a step that is done. */
  goTo(name: StepName): void {
    if (stepNames.indexOf(name) < this.#index) this.#current = name;
  }

  get #index(): number {
    return this.#current === "end" ? stepNames.length : stepNames.indexOf(this.#current);
  }

  #advance(name: StepName, summary: string): void {
    this.#summaries.set(name, summary);
    this.#current = stepNames[stepNames.indexOf(name) + 1] ?? "end";
  }

  #stateOf(name: StepName, index: number, at: number): StepState {
    if (index === at) return "current";
    if (index > at) return "todo";
    return this.#skipped.has(name) ? "skipped" : "done";
  }
}
