import { Contact } from "./contact.ts";

/** LOW: the button connects its pin to ground. */
const pressed = 0;

/**
 * A push button at the box. It has been pressed when its level has become LOW and stayed so for its
 * debounce time. One that is LOW at the start, or never released, counts no further press; neither does
 * one that bounces, or whose level changes far more often than people press it.
 */
export class PushButton {
  readonly #contact: Contact;

  constructor({ debounceMs }: { readonly debounceMs: number }) {
    this.#contact = new Contact(debounceMs);
  }

  /** When {@link handleLevel} must be called, in ticks; undefined while nothing changes. */
  get deadline(): number | undefined {
    return this.#contact.deadline;
  }

  /**
   * There were edges until now.
   * @returns whether the button has been pressed
   */
  handleEdges(level: 0 | 1, now: number): boolean {
    const isPressed = this.handleLevel(level, now);
    this.#contact.disturb(now);
    return isPressed;
  }

  /**
   * The level now; it need not have changed.
   * @returns whether the button has been pressed
   */
  handleLevel(level: 0 | 1, now: number): boolean {
    if (!this.#contact.handleLevel(level, now)) return false;
    const { reading } = this.#contact;
    // Without `since`, it is as it was when the box first looked, or could first rely on it.
    return reading.type === "steady" && reading.level === pressed && reading.since !== undefined;
  }
}
