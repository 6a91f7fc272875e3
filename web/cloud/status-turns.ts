import { setTimeout as delay } from "node:timers/promises";

/** AWS IoT Core accepts 8 filters in a SUBSCRIBE. */
const filtersAtOnce = 8;
/** With the lasting subscriptions, this stays below the 50 that AWS IoT Core allows on a connection. */
const turnsAtOnce = 5;
/** How long a turn waits for boxes that have never sent a status. */
const patienceMs = 2_000;

export interface Subscriber {
  /** resolves when the broker has acknowledged it */
  subscribe(topics: readonly string[]): Promise<unknown>;
  unsubscribe(topics: readonly string[]): Promise<unknown>;
}

/**
 * Fetches the retained statuses of more boxes than there may be subscriptions on one connection. AWS IoT Core
 * delivers a retained message only to an exact filter, so each topic is subscribed to for a moment. What
 * comes later arrives through a wildcard. One object belongs to one connection.
 */
export class StatusTurns {
  readonly #subscriber: Subscriber;
  readonly #asked = new Set<string>();
  readonly #queue: string[] = [];
  /** the topics of the current turns */
  readonly #awaited = new Map<string, () => void>();
  readonly #ended = new AbortController();
  #turns = 0;

  constructor(subscriber: Subscriber) {
    this.#subscriber = subscriber;
  }

  get isBusy(): boolean {
    return this.#turns > 0;
  }

  /** Asks for each topic once. @throws what the subscriber throws */
  async ask(topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      if (this.#asked.has(topic)) continue;
      this.#asked.add(topic);
      this.#queue.push(topic);
    }
    const free = turnsAtOnce - this.#turns;
    const needed = Math.min(free, Math.ceil(this.#queue.length / filtersAtOnce));
    await Promise.all(Array.from({ length: needed }, () => this.#takeTurns()));
  }

  /** A message has arrived. */
  heard(topic: string): void {
    this.#awaited.get(topic)?.();
  }

  /** The connection has ended. */
  end(): void {
    this.#queue.length = 0;
    this.#ended.abort();
  }

  async #takeTurns(): Promise<void> {
    this.#turns += 1;
    try {
      for (;;) {
        const topics = this.#queue.splice(0, filtersAtOnce);
        if (topics.length === 0) return;
        await this.#turn(topics);
      }
    } finally {
      this.#turns -= 1;
    }
  }

  async #turn(topics: readonly string[]): Promise<void> {
    const { signal } = this.#ended;
    const over = new AbortController();
    const all = Promise.all(
      topics.map((topic) => new Promise<void>((resolve) => this.#awaited.set(topic, resolve))),
    );
    try {
      await this.#subscriber.subscribe(topics);
      const late = delay(patienceMs, undefined, { signal: AbortSignal.any([signal, over.signal]) });
      await Promise.race([all, late.catch(() => {})]);
      if (!signal.aborted) await this.#subscriber.unsubscribe(topics);
    } finally {
      over.abort();
      for (const topic of topics) this.#awaited.delete(topic);
    }
  }
}
