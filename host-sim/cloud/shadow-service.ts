import { isThingName } from "../../device/messages/topics.ts";
import { rejected } from "./shadow-request.ts";
import {
  rejection,
  type ShadowMessage,
  type ShadowOperation,
  type Shadows,
  shadowOperations,
} from "./shadows.ts";

export interface ShadowServiceOptions {
  readonly shadows: Shadows;
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** to everybody who has subscribed */
  readonly publish: (message: { readonly topic: string; readonly payload: string }) => void;
  /** how long AWS takes for an answer; default 0: at once, so that no request is ever in flight */
  readonly answerMs?: number;
}

/**
 * Shadows on reserved topics: answers requests and publishes every change. Unlike an answer of Jobs,
 * an answer here reaches everybody who has subscribed to its topic.
 */
export class ShadowService {
  readonly #options: ShadowServiceOptions;
  readonly #unwatch: () => void;
  readonly #inFlight = new WeakMap<object, number>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: ShadowServiceOptions) {
    this.#options = options;
    this.#unwatch = options.shadows.watch((thingName, messages) => {
      for (const message of messages) this.#publish(thingName, message);
    });
  }

  /** @param connection whose request it is. @returns false for all other topics */
  handle(connection: object, topic: string, payload: Uint8Array): boolean {
    const read = readShadowTopic(topic);
    if (read === undefined) return false;
    const { thingName, operation } = read;
    const { shadows, now, answerMs = 0 } = this.#options;
    if (answerMs === 0) {
      this.#answer(thingName, operation, textOf(payload));
      return true;
    }
    const inFlight = this.#inFlight.get(connection) ?? 0;
    if (inFlight >= shadows.limits.inFlight) {
      const refusal = rejected(429, "Too many requests");
      this.#publish(thingName, rejection(operation, refusal, undefined, now()));
      return true;
    }
    this.#inFlight.set(connection, inFlight + 1);
    // The payload's buffer may be used again before the answer.
    const text = textOf(payload);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#inFlight.set(connection, (this.#inFlight.get(connection) ?? 1) - 1);
      this.#answer(thingName, operation, text);
    }, answerMs);
    this.#timers.add(timer);
    return true;
  }

  /** Requests that are not answered yet get no answer. */
  close(): void {
    this.#unwatch();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #answer(thingName: string, operation: ShadowOperation, text: string | undefined): void {
    const { shadows, now } = this.#options;
    const answer =
      text === undefined
        ? rejection(operation, notUtf8, undefined, now())
        : shadows.request(thingName, operation, text, now());
    if (answer !== undefined) this.#publish(thingName, answer);
  }

  #publish(thingName: string, { path, payload }: ShadowMessage): void {
    this.#options.publish({ topic: `${shadowRootOf(thingName)}/${path}`, payload });
  }
}

const notUtf8 = rejected(415, "Unsupported documented encoding; supported encoding is UTF-8");

/** The levels in front of `/get` and `/update`. A policy or a filter may name any thing. */
export function shadowRootOf(thingName: string): string {
  return `$aws/things/${thingName}/shadow`;
}

function readShadowTopic(
  topic: string,
): { readonly thingName: string; readonly operation: ShadowOperation } | undefined {
  const [first, second, thingName = "", third, last, ...rest] = topic.split("/");
  const operation = shadowOperations.find((each) => each === last);
  if (first !== "$aws" || second !== "things" || third !== "shadow") return undefined;
  if (operation === undefined || rest.length > 0 || !isThingName(thingName)) return undefined;
  return { thingName, operation };
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(payload);
  } catch {
    return undefined;
  }
}
