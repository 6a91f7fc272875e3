import { setImmediate as othersTurn } from "node:timers/promises";
import { noGrants } from "../domain/access.ts";
import type { OpenRequest } from "../domain/entities.ts";
import { isAdmitted } from "../domain/guests.ts";
import type { Store } from "../store/store.ts";
import type { Language } from "../words/languages.ts";
import { Audience, type Rights } from "./audience.ts";
import type { Boxes } from "./boxes.ts";
import { type Change, readChange, writeChange } from "./change.ts";
import type { GuestIn, SignedIn } from "./context.ts";
import { EventStream } from "./event-stream.ts";
import type { GateBook } from "./gate-book.ts";
import { accessByGate, gateView } from "./gate-views.ts";
import { groupBy } from "./group-by.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { requestView } from "./views.ts";

/** Enough for a phone, a tablet and a few forgotten tabs. */
export const maximumStreamsOfOne = 6;
const maximumStreams = 2_000;
/** A new stream starts with the requests of this period, because an outcome may have been missed. */
export const recentMs = 60_000;
/** The most requests that one reading of the database finds for its readers. */
const mostRequests = 2_000;
/** The rights of more readers than this at once would hold up a tap for too long. */
const readersInARow = 100;
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
  /** the person or the guest */
  readonly id: string;
  /** the person on whom the guest depends; null: it is not a guest */
  readonly inviterId: string | null;
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
 * The event streams of all people and guests, and what is sent on them. Gates, boxes and everybody's rights are kept in
 * memory, so that a box's report needs no query. The database is read when rights change, for all readers
 * concerned at once.
 */
export class Streams {
  readonly #parts: StreamsParts;
  readonly #readers = new Set<Reader>();
  /** by person or guest */
  readonly #byId = new Map<string, Set<Reader>>();
  readonly #audience = new Audience<Reader>();
  /** whose rights must be read */
  readonly #stale = new Set<Reader>();
  #isReading = false;
  /** boxes with news that can wait until the next sign of life */
  readonly #late = new Set<string>();
  #told = 0;

  constructor(parts: StreamsParts) {
    this.#parts = parts;
  }

  /**
   * @param language of the sentences on the stream
   * @returns undefined when this person or guest, or everyone together, has too many streams
   */
  open(client: SignedIn | GuestIn, language: Language): EventStream | undefined {
    const { now } = this.#parts;
    const { id } = "person" in client ? client.person : client.guest;
    const endsAt = "person" in client ? client.session.expiresAt : client.guest.endsAt;
    const isOver = this.#of(id).size >= maximumStreamsOfOne;
    if (isOver || this.#readers.size >= maximumStreams) return undefined;
    const stream = new EventStream(() => this.#remove(reader));
    const lifetimeMs = Math.min(longestTimeoutMs, Math.max(0, endsAt - now()));
    const reader: Reader = {
      id,
      inviterId: "guest" in client ? client.guest.inviterId : null,
      tokenHash: client.session.tokenHash,
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

  /** Sends the request to the streams of the person or guest who made it. */
  tell(request: OpenRequest): void {
    const id = request.personId ?? request.guestId;
    if (id === null) return;
    this.#tellRequest(request, id);
    // Every instance hears the boxes.
    const isOfBox = request.state === "opened" || request.state === "refused";
    if (!isOfBox) this.#announce({ type: "request", id: request.id, of: id });
  }

  #tellRequest(request: OpenRequest, id: string): void {
    const view = requestView(request);
    for (const { stream } of this.#of(id)) stream.tellRequest(view);
    // It may have taken an opening, or given it back.
    if (request.guestId !== null) this.#readRights(this.#of(id));
  }

  /** Listens to the other instances. @throws nothing */
  listen(): void {
    const { store, log } = this.#parts;
    const hear = (change: Change) => {
      this.#hear(change).catch((error: unknown) => {
        log.warn({ err: error, change: change.type }, "a change of another instance was not read");
      });
    };
    store.changes.listen({
      onChange: (text) => hear(readChange(text) ?? { type: "all" }),
      onListening: () => hear({ type: "all" }),
    });
  }

  /** Tells the other instances, and does here what they do. @throws StoreError */
  #changed(change: Change): Promise<void> {
    this.#announce(change);
    return this.#hear(change);
  }

  async #hear(change: Change): Promise<void> {
    switch (change.type) {
      case "all":
        return this.refreshAll();
      case "gates":
        return this.#readGates();
      case "person": {
        const guests = [...this.#readers].filter(({ inviterId }) => inviterId === change.id);
        this.#readRights([...this.#of(change.id), ...guests]);
        return;
      }
      case "grants":
        for (const id of change.people) this.#readRights(this.#of(id));
        return;
      case "request": {
        if (this.#of(change.of).size === 0) return;
        const request = await this.#parts.store.request(change.id);
        if (request !== undefined) this.#tellRequest(request, change.of);
      }
    }
  }

  #announce(change: Change): void {
    this.#parts.store.changes.publish(writeChange(change));
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
  gatesChanged(): Promise<void> {
    return this.#changed({ type: "gates" });
  }

  async #readGates(): Promise<void> {
    const { gates, gatesWereRead } = this.#parts;
    const changed = await gates.load();
    gatesWereRead();
    // The gates of one reader after the other let a tap come between.
    if (changed.length > gatesInARow) this.tellBoxes();
    else for (const { id } of changed) this.#tellViewers(id);
  }

  /** A person was changed, and with the person perhaps the guests whom the person has invited. */
  personChanged(personId: string): Promise<void> {
    return this.#changed({ type: "person", id: personId });
  }

  /** Grants were added, changed or removed. @param people whose they were or are */
  grantsChanged(people: readonly string[]): Promise<void> {
    return this.#changed({ type: "grants", people: [...new Set(people)] });
  }

  /** Anything may have changed, by another instance or with time. @throws StoreError */
  async refreshAll(): Promise<void> {
    await this.#readGates();
    this.#readRights(this.#readers);
  }

  /** A gate was deleted, with everything that belongs to it. @throws StoreError */
  gateDeleted(): Promise<void> {
    return this.#changed({ type: "all" });
  }

  /** Sends a sign of life on every stream. */
  beat(): void {
    for (const { stream } of this.#readers) stream.beat();
    for (const thingName of this.#late) this.tellBox(thingName);
    this.#late.clear();
  }

  /** Of a person or a guest who was changed, so that nothing of the old session remains. */
  endOf(id: string): Promise<void> {
    for (const { stream } of this.#of(id)) stream.end();
    return this.personChanged(id);
  }

  endOfSession(tokenHash: string): void {
    for (const reader of this.#readers) if (reader.tokenHash === tokenHash) reader.stream.end();
  }

  endAll(): void {
    for (const { stream } of this.#readers) stream.end();
  }

  #of(id: string): ReadonlySet<Reader> {
    return this.#byId.get(id) ?? new Set();
  }

  #add(reader: Reader): void {
    this.#readers.add(reader);
    this.#byId.set(reader.id, new Set([...this.#of(reader.id), reader]));
    this.#parts.metrics.streams(this.#readers.size);
  }

  #remove(reader: Reader): void {
    clearTimeout(reader.expiry);
    this.#readers.delete(reader);
    this.#stale.delete(reader);
    this.#audience.delete(reader);
    const others = [...this.#of(reader.id)].filter((other) => other !== reader);
    if (others.length === 0) this.#byId.delete(reader.id);
    else this.#byId.set(reader.id, new Set(others));
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
      const readers = [...this.#stale].slice(0, readersInARow);
      for (const reader of readers) this.#stale.delete(reader);
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
    this.#isReading = false;
  }

  async #readRightsOf(readers: readonly Reader[]): Promise<void> {
    const { store, now, gates } = this.#parts;
    const people = readers.filter(({ inviterId }) => inviterId === null);
    const guests = readers.filter(({ inviterId }) => inviterId !== null);
    const ids = { people: idsOf(people), guests: idsOf(guests) };
    const [ofPeople, ofGuests, requests] = await Promise.all([
      this.#rightsOfPeople(people),
      this.#rightsOfGuests(guests),
      store.requestsSince(ids, now() - recentMs, mostRequests),
    ]);
    const rights = new Map([...ofPeople, ...ofGuests]);
    const seen = [...rights.values()].flatMap(({ accesses }) => [...accesses.keys()]);
    // Another instance has added a gate.
    if (seen.some((gateId) => gates.get(gateId) === undefined)) await this.#readGates();
    const requestsOf = groupBy(requests, ({ personId, guestId }) => personId ?? guestId);
    for (const reader of readers) {
      if (reader.stream.hasEnded) continue;
      const theirs = rights.get(reader);
      if (theirs === undefined) {
        reader.stream.end();
        continue;
      }
      this.#audience.set(reader, theirs);
      this.#tellGates(reader, requestsOf.get(reader.id));
    }
  }

  /** Without those whose session has ended. */
  async #rightsOfPeople(readers: readonly Reader[]): Promise<Map<Reader, Rights>> {
    const { store, now } = this.#parts;
    const [people, grants] = await Promise.all([
      store.sessions(hashesOf(readers), now()),
      store.grantsOf(idsOf(readers)),
    ]);
    const grantsOf = groupBy(grants, ({ personId }) => personId);
    const rights = new Map<Reader, Rights>();
    for (const reader of readers) {
      const person = people.get(reader.tokenHash);
      if (person === undefined) continue;
      const accesses = accessByGate(grantsOf.get(reader.id) ?? []);
      rights.set(reader, { isAdministrator: person.isAdministrator, accesses });
    }
    return rights;
  }

  /** Without those whose link has ended or was revoked. */
  async #rightsOfGuests(readers: readonly Reader[]): Promise<Map<Reader, Rights>> {
    const { store, now } = this.#parts;
    const guests = await store.guestSessions(hashesOf(readers));
    const rights = new Map<Reader, Rights>();
    for (const reader of readers) {
      const guest = guests.get(reader.tokenHash);
      if (guest === undefined || !isAdmitted(guest, now())) continue;
      const accesses = new Map([[guest.gateId, { type: "guest", guest } as const]]);
      rights.set(reader, { isAdministrator: false, accesses });
    }
    return rights;
  }

  #tellViewers(gateId: string): void {
    const { gates, now } = this.#parts;
    const gate = gates.get(gateId);
    if (gate === undefined) return;
    for (const [{ stream, language }, access] of this.#audience.of(gateId)) {
      stream.tellGate(gateView(this.#parts, gate, access, now(), language));
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
    const { gates, now } = this.#parts;
    const { stream, language } = reader;
    const rights = this.#audience.rightsOf(reader);
    if (rights === undefined) return;
    const { accesses, isAdministrator } = rights;
    for (const id of isAdministrator ? gates.ids : [...accesses.keys()].toSorted()) {
      if (reader.isStale || stream.hasEnded) return;
      const gate = gates.get(id);
      if (gate !== undefined) {
        const access = accesses.get(id) ?? noGrants;
        stream.tellGate(gateView(this.#parts, gate, access, now(), language));
      }
      this.#told += 1;
      if (this.#told % gatesInARow === 0) await othersTurn();
      if (!stream.hasRoom) await stream.room();
    }
    if (reader.isStale || stream.hasEnded) return;
    // A gate may have been deleted.
    stream.withdraw((id) => gates.get(id) !== undefined && (isAdministrator || accesses.has(id)));
  }
}

function idsOf(readers: readonly Reader[]): readonly string[] {
  return [...new Set(readers.map(({ id }) => id))];
}

function hashesOf(readers: readonly Reader[]): readonly string[] {
  return readers.map(({ tokenHash }) => tokenHash);
}
