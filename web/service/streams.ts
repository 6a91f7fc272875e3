import type { GateView } from "../api.ts";
import type { OpenRequest, Person } from "../domain/entities.ts";
import type { Store } from "../store/store.ts";
import type { SignedIn } from "./context.ts";
import { EventStream } from "./event-stream.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { requestView } from "./views.ts";

/** Enough for a phone, a tablet and a few forgotten tabs. */
export const maximumStreamsOfOne = 6;
const maximumStreams = 2_000;
/** A new stream starts with the requests of this period, because an outcome may have been missed. */
const recentMs = 60_000;
/** The longest delay of a Node timer. */
const longestTimeoutMs = 2 ** 31 - 1;

export interface StreamsParts {
  readonly store: Store;
  readonly log: Logger;
  readonly metrics: Metrics;
  now(): number;
  readonly gateViews: (person: Person) => Promise<readonly GateView[]>;
}

interface Reader {
  readonly personId: string;
  readonly tokenHash: string;
  readonly stream: EventStream;
  readonly expiry: ReturnType<typeof setTimeout>;
  /** to be sent again when the current transmission is done */
  isStale: boolean;
  isTelling: boolean;
}

/** The event streams of all people, and what is sent on them. */
export class Streams {
  readonly #parts: StreamsParts;
  readonly #readers = new Set<Reader>();

  constructor(parts: StreamsParts) {
    this.#parts = parts;
  }

  /** @returns undefined when this person, or everyone together, has too many streams */
  open({ session, person }: SignedIn): EventStream | undefined {
    const { now, metrics } = this.#parts;
    const theirs = [...this.#readers].filter(({ personId }) => personId === person.id);
    if (theirs.length >= maximumStreamsOfOne || this.#readers.size >= maximumStreams) {
      return undefined;
    }
    const stream = new EventStream(() => {
      clearTimeout(reader.expiry);
      this.#readers.delete(reader);
      metrics.streams(this.#readers.size);
    });
    const lifetimeMs = Math.min(longestTimeoutMs, Math.max(0, session.expiresAt - now()));
    const reader: Reader = {
      personId: person.id,
      tokenHash: session.tokenHash,
      stream,
      expiry: setTimeout(() => stream.end(), lifetimeMs),
      isStale: false,
      isTelling: false,
    };
    this.#readers.add(reader);
    metrics.streams(this.#readers.size);
    stream.beat();
    this.#refresh(reader);
    return stream;
  }

  /** Sends the request to the streams of the person who made it. */
  tell(request: OpenRequest): void {
    for (const { personId, stream } of this.#readers) {
      if (personId === request.personId) stream.tellRequest(requestView(request));
    }
  }

  /** A gate, a grant or a person has changed. Sends each stream what is new to it. */
  refreshAll(): void {
    for (const reader of this.#readers) this.#refresh(reader);
  }

  /** Sends a sign of life on every stream. */
  beat(): void {
    for (const { stream } of this.#readers) stream.beat();
  }

  endOfPerson(personId: string): void {
    for (const reader of this.#readers) if (reader.personId === personId) reader.stream.end();
  }

  endOfSession(tokenHash: string): void {
    for (const reader of this.#readers) if (reader.tokenHash === tokenHash) reader.stream.end();
  }

  endAll(): void {
    for (const { stream } of this.#readers) stream.end();
  }

  #refresh(reader: Reader): void {
    reader.isStale = true;
    if (reader.isTelling) return;
    reader.isTelling = true;
    this.#tellAll(reader).catch((error: unknown) => {
      // It is unknown whether the session is still valid. The page reconnects.
      this.#parts.log.warn({ err: error }, "a stream ended because a database read failed");
      reader.stream.end();
    });
  }

  async #tellAll(reader: Reader): Promise<void> {
    try {
      while (reader.isStale && !reader.stream.hasEnded) {
        reader.isStale = false;
        await this.#tellOnce(reader);
      }
    } finally {
      // In the same turn as the last check of isStale, so no change is missed.
      reader.isTelling = false;
    }
  }

  async #tellOnce(reader: Reader): Promise<void> {
    const { store, now, gateViews } = this.#parts;
    const signedIn = await store.session(reader.tokenHash, now());
    if (signedIn === undefined) {
      reader.stream.end();
      return;
    }
    reader.stream.tellGates(await gateViews(signedIn.person));
    await this.#tellRequests(reader);
  }

  async #tellRequests({ stream, personId: person }: Reader): Promise<void> {
    const from = this.#parts.now() - recentMs;
    const { entries } = await this.#parts.store.history({ person, from, limit: 50 });
    for (const entry of entries.toReversed()) stream.tellRequest(requestView(entry));
  }
}
