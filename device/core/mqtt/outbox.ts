/** A message that waits for its PUBACK. */
export interface OutgoingMessage {
  readonly topic: string;
  /** text is sent in UTF-8 */
  readonly payload: string | Uint8Array;
  readonly retain: boolean;
  /** when the queue is full, this message may be dropped before others */
  readonly isExpendable: boolean;
}

export interface InFlight {
  readonly message: OutgoingMessage;
  readonly packetIdentifier: number;
  readonly sentAt: number;
  readonly dup: boolean;
}

/** Maximum number in flight; AWS IoT Core allows 100. */
const maximumInFlight = 8;

/**
 * Maximum number kept while offline. Commands need a connection, but the gate can be moved without
 * one: its events are expendable.
 */
const maximumWaiting = 64;

/**
 * Outgoing QoS 1 messages, in order, each kept until it is acknowledged. The outbox is kept across
 * connections: messages in flight when a connection broke are sent as new on the next one, because
 * the session is clean.
 */
export class Outbox {
  #waiting: OutgoingMessage[] = [];
  #inFlight: InFlight[] = [];
  #dropped = 0;

  /** messages dropped because {@link maximumWaiting} others waited */
  get dropped(): number {
    return this.#dropped;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#inFlight.length === 0;
  }

  /**
   * A retained message replaces an older one that still waits for the same topic.
   * @returns the message that was dropped to make room: the oldest expendable one, if any
   */
  add(message: OutgoingMessage): OutgoingMessage | undefined {
    if (message.retain) {
      this.#waiting = this.#waiting.filter((other) => other.topic !== message.topic);
    }
    this.#waiting.push(message);
    if (this.#waiting.length <= maximumWaiting) return undefined;
    this.#dropped += 1;
    const expendable = this.#waiting.findIndex(({ isExpendable }) => isExpendable);
    return this.#waiting.splice(Math.max(0, expendable), 1)[0];
  }

  /** The next message that may be sent now. It is then in flight. */
  takeNext(now: number, nextIdentifier: () => number): InFlight | undefined {
    if (this.#inFlight.length >= maximumInFlight) return undefined;
    const message = this.#waiting.shift();
    if (message === undefined) return undefined;
    const entry = { message, packetIdentifier: nextIdentifier(), sentAt: now, dup: false };
    this.#inFlight.push(entry);
    return entry;
  }

  /** Those sent at `sentBefore` or earlier, marked as sent again now [MQTT-3.3.1-1]. */
  takeOverdue(now: number, sentBefore: number): InFlight[] {
    const overdue: InFlight[] = [];
    // Each keeps its place: the next connection sends them in their original order [MQTT-4.6.0-1].
    this.#inFlight = this.#inFlight.map((entry) => {
      if (entry.sentAt > sentBefore) return entry;
      const again = { ...entry, sentAt: now, dup: true };
      overdue.push(again);
      return again;
    });
    return overdue;
  }

  /** The earliest send time of the unacknowledged messages; Infinity if there are none. */
  get oldestSentAt(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { sentAt } of this.#inFlight) if (sentAt < oldest) oldest = sentAt;
    return oldest;
  }

  /** @returns the message that this acknowledges; undefined if there is none */
  acknowledge(packetIdentifier: number): OutgoingMessage | undefined {
    const index = this.#inFlight.findIndex((entry) => entry.packetIdentifier === packetIdentifier);
    return index < 0 ? undefined : this.#inFlight.splice(index, 1)[0]?.message;
  }

  uses(packetIdentifier: number): boolean {
    return this.#inFlight.some((entry) => entry.packetIdentifier === packetIdentifier);
  }

  /** Forgets a message, if it is not in flight. */
  withdraw(message: OutgoingMessage): void {
    this.#waiting = this.#waiting.filter((other) => other !== message);
  }

  /** The connection is gone: all unacknowledged messages wait again, ahead of later ones. */
  disconnect(): void {
    this.#waiting.unshift(...this.#inFlight.map(({ message }) => message));
    this.#inFlight = [];
  }
}
