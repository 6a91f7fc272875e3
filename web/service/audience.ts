import { type Access, noGrants } from "../domain/access.ts";

/** What a person or a guest may see: the gates with an access, or as an administrator all of them. */
export interface Rights {
  readonly isAdministrator: boolean;
  /** by gate */
  readonly accesses: ReadonlyMap<string, Access>;
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
    if (rights.isAdministrator) {
      this.#administrators.add(reader);
      return;
    }
    for (const gateId of rights.accesses.keys()) {
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
    for (const gateId of rights.accesses.keys()) {
      const others = this.#byGate.get(gateId);
      others?.delete(reader);
      if (others?.size === 0) this.#byGate.delete(gateId);
    }
  }

  /** The readers who may see this gate, each with the access to it. */
  *of(gateId: string): Generator<readonly [Reader, Access]> {
    for (const readers of [this.#administrators, this.#byGate.get(gateId) ?? []]) {
      for (const reader of readers) {
        yield [reader, this.#rights.get(reader)?.accesses.get(gateId) ?? noGrants];
      }
    }
  }
}
