import { setImmediate as othersTurn } from "node:timers/promises";
import type { Grant, OpenRequest } from "../domain/entities.ts";
import { portionLength } from "../store/portions.ts";
import type { Store } from "../store/store.ts";
import type { Language } from "../words/languages.ts";
import { Audience } from "./audience.ts";
import type { Boxes } from "./boxes.ts";
import type { SignedIn } from "./context.ts";
import { EventStream } from "./event-stream.ts";
import type { GateBook } from "./gate-book.ts";
import { gateView, grantsByGate } from "./gate-views.ts";
import { groupBy } from "./group-by.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { requestView } from "./views.ts";

/** Enough for a phone, a tablet and a few forgotten tabs. */
export const maximumStreamsOfOne = 6;
const maximumStreams = 2_000;
/** A new stream starts with the requests of this period, because an outcome may have been missed. */
const recentMs = 60_000;
/** The most requests that one reading of the database finds for its readers. */
const mostRequests = 2_000;
/** After this many gates, other work gets its turn. */
const gatesInARow = 200;
/** The longest delay of a Node timer. */
const longestTimeoutMs = 2 ** 31 - 1;

export interface StreamsParts {
  readonly store: Store;
  readonly log: Logger;
  readonly metrics: Metrics;
  now(): number;
  readonly boxes: Boxes;
  readonly gates: GateBook;
  /** called when the gates have been read again */
  readonly gatesWereRead: () => void;
}

interface Reader {
  readonly personId: string;
  readonly tokenHash: string;
  readonly language: Language;
  readonly stream: EventStream;
  readonly expiry: ReturnType<typeof setTimeout>;
  /** all gates are being sent */
  isTelling: boolean;
  /** all gates must be sent again, because the reader's rights have changed meanwhile */
  isStale: boolean;
}

/**
 * The event streams of all people, and what is sent on them. Gates, boxes and everybody's rights are kept in
 * memory, so that a box's report needs no query. The database is read when rights change, for all readers
 * concerned at once.
 */
export class Streams {
  readonly #parts: StreamsParts;
  readonly #readers = new Set<Reader>();
  readonly #byPerson = new Map<string, Set<Reader>>();
  readonly #audience = new Audience<Reader>();
  /** whose rights must be read */
  readonly #stale = new Set<Reader>();
  /** whose rights are being read */
  #reading: ReadonlySet<Reader> = new Set();
  #isReading = false;
  /** boxes with news that can wait until the next sign of life */
  readonly #late = new Set<string>();
  #told = 0;

  constructor(parts: StreamsParts) {
    this.#parts = parts;
  }

  /**
   * @param language of the sentences on the stream
   * @returns undefined when this person, or everyone together, has too many streams
   */
  open({ session, person }: SignedIn, language: Language): EventStream | undefined {
    const { now } = this.#parts;
    const isOver = this.#of(person.id).size >= maximumStreamsOfOne;
    if (isOver || this.#readers.size >= maximumStreams) return undefined;
    const stream = new EventStream(() => this.#remove(reader));
    const lifetimeMs = Math.min(longestTimeoutMs, Math.max(0, session.expiresAt - now()));
    const reader: Reader = {
      personId: person.id,
      tokenHash: session.tokenHash,
      language,
      stream,
      expiry: setTimeout(() => stream.end(), lifetimeMs),
      isTelling: false,
      isStale: false,
    };
    this.#add(reader);
    stream.beat();
    this.#readRights([reader]);
    return stream;
  }

  /** Sends the request to the streams of the person who made it. */
  tell(request: OpenRequest): void {
    if (request.personId === null) return;
    const view = requestView(request);
    for (const { stream } of this.#of(request.personId)) stream.tellRequest(view);
  }

  /** Sends what a box has reported to everybody who may see its gates. */
  tellBox(thingName: string): void {
    for (const { id } of this.#parts.gates.at(thingName)) this.#tellViewers(id);
  }

  /** Does the same at the next sign of life. */
  tellBoxLater(thingName: string): void {
    this.#late.add(thingName);
  }

  /** Sends what is known about all boxes. */
  tellBoxes(): void {
    for (const reader of this.#readers) this.#tellGates(reader);
  }

  /** A gate was added or changed. @throws StoreError */
  async gatesChanged(): Promise<void> {
    const { gates, gatesWereRead } = this.#parts;
    const changed = await gates.load();
    gatesWereRead();
    for (const { id } of changed) this.#tellViewers(id);
  }

  /** A person was changed. */
  personChanged(personId: string): void {
    this.#readRights(this.#of(personId));
  }

  /** A grant was added, changed or removed. @param personId whose it is now; undefined: nobody's */
  grantChanged(grantId: string, personId: string | undefined): void {
    const had = (reader: Reader) => {
      const grants = this.#audience.rightsOf(reader)?.grants.values() ?? [];
      return [...grants].some((some) => some.some(({ id }) => id === grantId));
    };
    const concerned = [...this.#readers].filter(
      (reader) => reader.personId === personId || this.#reading.has(reader) || had(reader),
    );
    this.#readRights(concerned);
  }

  /** Anything may have changed, by another instance or with time. @throws StoreError */
  async refreshAll(): Promise<void> {
    await this.gatesChanged();
    this.#readRights(this.#readers);
  }

  /** Sends a sign of life on every stream. */
  beat(): void {
    for (const { stream } of this.#readers) stream.beat();
    for (const thingName of this.#late) this.tellBox(thingName);
    this.#late.clear();
  }

  endOfPerson(personId: string): void {
    for (const { stream } of this.#of(personId)) stream.end();
  }

  endOfSession(tokenHash: string): void {
    for (const reader of this.#readers) if (reader.tokenHash === tokenHash) reader.stream.end();
  }

  endAll(): void {
    for (const { stream } of this.#readers) stream.end();
  }

  #of(personId: string): ReadonlySet<Reader> {
    return this.#byPerson.get(personId) ?? new Set();
  }

  #add(reader: Reader): void {
    this.#readers.add(reader);
    this.#byPerson.set(reader.personId, new Set([...this.#of(reader.personId), reader]));
    this.#parts.metrics.streams(this.#readers.size);
  }

  #remove(reader: Reader): void {
    clearTimeout(reader.expiry);
    this.#readers.delete(reader);
    this.#stale.delete(reader);
    this.#audience.delete(reader);
    const others = [...this.#of(reader.personId)].filter((other) => other !== reader);
    if (others.length === 0) this.#byPerson.delete(reader.personId);
    else this.#byPerson.set(reader.personId, new Set(others));
    this.#parts.metrics.streams(this.#readers.size);
  }

  #readRights(readers: Iterable<Reader>): void {
    for (const reader of readers) this.#stale.add(reader);
    if (!this.#isReading) void this.#readAllRights();
  }

  /** Never rejects. */
  async #readAllRights(): Promise<void> {
    this.#isReading = true;
    while (this.#stale.size > 0) {
      const readers = [...this.#stale].slice(0, portionLength);
      for (const reader of readers) this.#stale.delete(reader);
      this.#reading = new Set(readers);
      try {
        await this.#readRightsOf(readers);
      } catch (error) {
        // It is unknown whether the sessions are still valid. The pages reconnect.
        this.#parts.log.warn(
          { err: error, streams: readers.length },
          "streams ended because a database read failed",
        );
        for (const { stream } of readers) stream.end();
      }
      await othersTurn();
    }
    this.#reading = new Set();
    this.#isReading = false;
  }

  async #readRightsOf(readers: readonly Reader[]): Promise<void> {
    const { store, now, gates } = this.#parts;
    const ids = [...new Set(readers.map(({ personId }) => personId))];
    const hashes = readers.map(({ tokenHash }) => tokenHash);
    const [people, grants, requests] = await Promise.all([
      store.sessions(hashes, now()),
      store.grantsOf(ids),
      store.requestsSince(ids, now() - recentMs, mostRequests),
    ]);
    // Another instance has added a gate.
    if (grants.some(({ gateId }) => gates.get(gateId) === undefined)) await this.gatesChanged();
    const grantsOf = groupBy(grants, ({ personId }) => personId);
    const requestsOf = groupBy(requests, ({ personId }) => personId);
    for (const reader of readers) {
      const { personId, tokenHash, stream } = reader;
      if (stream.hasEnded) continue;
      const person = people.get(tokenHash);
      if (person === undefined) {
        stream.end();
        continue;
      }
      const theirs: readonly Grant[] = grantsOf.get(personId) ?? [];
      this.#audience.set(reader, { person, grants: grantsByGate(theirs) });
      this.#tellGates(reader, requestsOf.get(personId));
    }
  }

  #tellViewers(gateId: string): void {
    const { gates, boxes, now } = this.#parts;
    const gate = gates.get(gateId);
    if (gate === undefined) return;
    for (const [{ stream, language }, grants] of this.#audience.of(gateId)) {
      stream.tellGate(gateView(gate, grants, boxes, now(), language));
    }
  }

  /** @param requests sent after the gates */
  #tellGates(reader: Reader, requests: readonly OpenRequest[] = []): void {
    this.#tellAllGates(reader).then(
      () => {
        for (const request of requests) reader.stream.tellRequest(requestView(request));
      },
      (error: unknown) => {
        this.#parts.log.error({ err: error }, "a stream ended because a gate could not be sent");
        reader.stream.end();
      },
    );
  }

  async #tellAllGates(reader: Reader): Promise<void> {
    reader.isStale = true;
    if (reader.isTelling) return;
    reader.isTelling = true;
    try {
      while (reader.isStale && !reader.stream.hasEnded) {
        reader.isStale = false;
        await this.#tellGatesOnce(reader);
      }
    } finally {
      // In the same turn as the last check of isStale, so no change is missed.
      reader.isTelling = false;
    }
  }

  async #tellGatesOnce(reader: Reader): Promise<void> {
    const { gates, boxes, now } = this.#parts;
    const { stream, language } = reader;
    const rights = this.#audience.rightsOf(reader);
    if (rights === undefined) return;
    const { grants, person } = rights;
    for (const id of person.isAdministrator ? gates.ids : [...grants.keys()].toSorted()) {
      if (reader.isStale || stream.hasEnded) return;
      const gate = gates.get(id);
      if (gate !== undefined) {
        stream.tellGate(gateView(gate, grants.get(id) ?? [], boxes, now(), language));
      }
      this.#told += 1;
      if (this.#told % gatesInARow === 0) await othersTurn();
      if (!stream.hasRoom) await stream.room();
    }
    if (reader.isStale || stream.hasEnded || person.isAdministrator) return;
    stream.withdraw((id) => grants.has(id));
  }
}
