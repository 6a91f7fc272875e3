import assert from "node:assert/strict";
import { type InputSource, keys, type PointerType, type RemoteBrowser } from "./webdriver.rig.ts";

/** What a person does with the page, and sees. */
export class Hands {
  readonly #browser: RemoteBrowser;

  constructor(browser: RemoteBrowser) {
    this.#browser = browser;
  }

  /** @param expression of JavaScript; it becomes true within 10 s */
  async until(expression: string): Promise<void> {
    const end = Date.now() + 10_000;
    while (!(await this.#browser.evaluate(`Boolean(${expression})`))) {
      if (Date.now() > end) {
        const text = await this.#browser.evaluate("document.body.innerText");
        assert.fail(`never true: ${expression}\nThe page shows:\n${text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits until the page shows the text. */
  async sees(text: string): Promise<void> {
    await this.until(`document.body?.innerText.includes(${JSON.stringify(text)})`);
  }

  /** Waits until the slide can be used. */
  async ready(): Promise<void> {
    await this.until(`document.querySelector('.slide[data-control="ready"]')`);
  }

  /** Presses the button with this text. */
  async press(text: string, pointerType: PointerType = "mouse"): Promise<void> {
    const button = `[...document.querySelectorAll("button, summary")].find((each) => each.innerText.trim() === ${JSON.stringify(text)})`;
    await this.until(button);
    await this.pressAt(button, pointerType);
  }

  /** Presses the middle of an element. @param element an expression of JavaScript */
  async pressAt(element: string, pointerType: PointerType = "mouse"): Promise<void> {
    const { x, y } = await this.#middle(element);
    await this.#point(pointerType, [
      { type: "pointerMove", duration: 0, x, y },
      { type: "pointerDown", button: 0 },
      { type: "pause", duration: 50 },
      { type: "pointerUp", button: 0 },
    ]);
  }

  /** Slides from the knob over this part of the way, at the pace of a thumb. */
  async slide(pointerType: PointerType, part = 1): Promise<void> {
    const knob = await this.#middle('document.querySelector(".slide-knob")');
    const track = await this.#middle('document.querySelector(".slide")');
    const way = (track.width - knob.width) * part;
    const moves = 12;
    await this.#point(pointerType, [
      { type: "pointerMove", duration: 0, x: knob.x, y: knob.y },
      { type: "pointerDown", button: 0 },
      ...Array.from({ length: moves }, (_, index) => ({
        type: "pointerMove" as const,
        duration: 20,
        x: Math.round(knob.x + (way * (index + 1)) / moves),
        y: knob.y + Math.round(10 * Math.sin(index)),
      })),
      { type: "pause", duration: 50 },
      { type: "pointerUp", button: 0 },
    ]);
  }

  /** Holds the key down for so long. */
  async hold(key: keyof typeof keys, durationMs: number): Promise<void> {
    await this.#browser.perform({
      type: "key",
      id: "keyboard",
      actions: [
        { type: "keyDown", value: keys[key] },
        { type: "pause", duration: durationMs },
        { type: "keyUp", value: keys[key] },
      ],
    });
  }

  async #point(
    pointerType: PointerType,
    actions: Extract<InputSource, { type: "pointer" }>["actions"],
  ): Promise<void> {
    const id = `a ${pointerType}`;
    await this.#browser.perform({ type: "pointer", id, parameters: { pointerType }, actions });
  }

  async #middle(element: string): Promise<{ x: number; y: number; width: number }> {
    const expression = `((element) => {
      element.scrollIntoView({ block: "center" });
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x: Math.round(x + width / 2), y: Math.round(y + height / 2), width };
    })(${element})`;
    const place = await this.#browser.evaluate(expression);
    return place as { x: number; y: number; width: number };
  }
}
