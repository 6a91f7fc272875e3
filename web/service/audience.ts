import type { Grant, Person } from "../domain/entities.ts";

/** What a person may see: the gates with a grant, or as an administrator all of them. */
export interface Rights {
  readonly person: Person;
  /** by gate */
  readonly grants: ReadonlyMap<string, readonly Grant[]>;
}

/** Which readers may see a gate, as last read from the database. */
export class Audience<Reader> {
  readonly #rights = new Map<Reader, Rights>();
  readonly #administrators = new Set<Reader>();
  /** without the administrators */
  readonly #byGate = new Map<string, Set<Reader>>();

  rightsOf(reader: Reader): Rights | undefined {
    return this.#rights.get(reader);
  }

  set(reader: Reader, rights: Rights): void {
    this.delete(reader);
    this.#rights.set(reader, rights);
    if (rights.person.isAdministrator) {
      this.#administrators.add(reader);
      return;
    }
    for (const gateId of rights.grants.keys()) {
      const others = this.#byGate.get(gateId);
      if (others === undefined) this.#byGate.set(gateId, new Set([reader]));
      else others.add(reader);
    }
  }

  delete(reader: Reader): void {
    const rights = this.#rights.get(reader);
    if (rights === undefined) return;
    this.#rights.delete(reader);
    this.#administrators.delete(reader);
    for (const gateId of rights.grants.keys()) {
      const others = this.#byGate.get(gateId);
      others?.delete(reader);
      if (others?.size === 0) this.#byGate.delete(gateId);
    }
  }

  /** The readers who may see this gate, each with the grants for it. */
  *of(gateId: string): Generator<readonly [Reader, readonly Grant[]]> {
    for (const readers of [this.#administrators, this.#byGate.get(gateId) ?? []]) {
      for (const reader of readers) {
        yield [reader, this.#rights.get(reader)?.grants.get(gateId) ?? []];
      }
    }
  }
}
