import type { AedesPublishPacket } from "aedes";
import { hasWildcard, matchesFilter } from "./topic-rules.ts";

type Notify = (packet: AedesPublishPacket, done: () => void) => void;

/**
 * Routes messages to subscribers: aedes's `mq`, with AWS's matching instead of MQTT's (`a/#` does
 * not match `a`).
 *
 * Unlike mqemitter, it is synchronous: a subscription is gone when `removeListener` returns, so a
 * taken-over client has left before its successor arrives. A publisher does not wait for its
 * subscribers: each has its own socket, and aedes drops slow ones.
 */
export class TopicBus {
  readonly #exact = new Map<string, Set<Notify>>();
  readonly #wild = new Map<string, Set<Notify>>();
  #closed = false;

  on(filter: string, notify: Notify, done?: () => void): this {
    const table = this.#tableOf(filter);
    const listeners = table.get(filter) ?? new Set();
    table.set(filter, listeners.add(notify));
    done?.();
    return this;
  }

  removeListener(filter: string, notify: Notify, done?: () => void): this {
    const table = this.#tableOf(filter);
    const listeners = table.get(filter);
    listeners?.delete(notify);
    if (listeners?.size === 0) table.delete(filter);
    done?.();
    return this;
  }

  emit(packet: AedesPublishPacket, done: (error?: Error) => void): this {
    if (this.#closed) {
      done(new Error("the broker is closed"));
      return this;
    }
    notifyAll(this.#exact.get(packet.topic), packet);
    for (const [filter, listeners] of this.#wild) {
      if (matchesFilter(filter, packet.topic)) notifyAll(listeners, packet);
    }
    done();
    return this;
  }

  close(done: () => void): this {
    this.#closed = true;
    setImmediate(done);
    return this;
  }

  #tableOf(filter: string): Map<string, Set<Notify>> {
    return hasWildcard(filter) ? this.#wild : this.#exact;
  }
}

function notifyAll(listeners: ReadonlySet<Notify> | undefined, packet: AedesPublishPacket): void {
  for (const notify of listeners ?? []) notify(packet, ignore);
}

function ignore(): void {}
