import { Contact, type ContactOptions } from "./contact.ts";
import { laptopTime, type SiteTime } from "./time.ts";

/** A push button at the box: LOW while it is pressed, HIGH by the chip's pull-up. */
export class PushButton {
  readonly #contact: Contact;
  readonly #time: SiteTime;
  #isPressed = false;
  #release: object | undefined;

  constructor(options: Omit<ContactOptions, "trueLevel">) {
    this.#time = options.time ?? laptopTime;
    this.#contact = new Contact({ ...options, trueLevel: () => (this.#isPressed ? 0 : 1) });
  }

  get isPressed(): boolean {
    return this.#isPressed;
  }

  get isBouncing(): boolean {
    return this.#contact.isBouncing;
  }

  /** @param forMs also one that is pressed already; a long time is a button that is stuck */
  press(forMs: number): void {
    this.#disarm();
    this.#become(true);
    this.#release = this.#time.after(forMs, () => this.#become(false));
  }

  /** At 10 kHz: a loose wire, or a long one beside a motor. */
  bounce(forMs: number): void {
    this.#contact.bounce(forMs);
  }

  powerOff(): void {
    this.#disarm();
    this.#contact.powerOff();
  }

  #become(isPressed: boolean): void {
    this.#isPressed = isPressed;
    this.#contact.update();
  }

  #disarm(): void {
    if (this.#release !== undefined) this.#time.cancel(this.#release);
    this.#release = undefined;
  }
}
