/**
 * What the service keeps: people, gates, who may open what, and a record of every request. One
 * contract (`store.contract.ts`) for every database. Each call is one transaction: when its promise
 * resolves, it is on the disk; when it rejects, nothing of it happened. One exception: where the
 * connection to a database server breaks in the middle of a commit (`unavailable`), nobody knows.
 *
 * Every call may reject with a {@link StoreError}. People and gates are never deleted, only
 * deactivated, so that the records keep their names; and the records hold no foreign keys, so that
 * nothing is refused a record for what it names, be it an unknown gate.
 */
import type { HistoryQuery } from "../api.ts";
import type {
  ForeignEvent,
  Gate,
  Grant,
  Invitation,
  OpenRequest,
  Passkey,
  Person,
  RequestStep,
  Session,
  SignInAttempt,
} from "../domain/entities.ts";

/** Why something was not kept: a `conflict` is the caller's to tell, the others the operator's to mend. */
export class StoreError extends Error {
  readonly kind: "conflict" | "busy" | "full" | "unavailable";
  constructor(kind: StoreError["kind"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.kind = kind;
  }
}

export interface Store {
  // people
  /** @throws StoreError conflict where id or oidcSubject is taken; so does updatePerson */
  createPerson(person: Person): Promise<void>;
  /** One that becomes inactive loses sessions and invitations with it. @returns undefined: unknown id */
  updatePerson(
    id: string,
    changes: Partial<Omit<Person, "id" | "createdAt">>,
  ): Promise<Person | undefined>;
  person(id: string): Promise<Person | undefined>;
  personByOidc(oidcSubject: string): Promise<Person | undefined>;
  people(): Promise<readonly (Person & { readonly passkeys: number })[]>;

  // passkeys, invitations, sessions
  passkey(credentialId: string): Promise<Passkey | undefined>;
  passkeysOf(personId: string): Promise<readonly Passkey[]>;
  /** The counter never goes back. */
  usePasskey(credentialId: string, counter: number, at: number): Promise<void>;
  /** @returns how many were removed */
  deletePasskeys(personId: string): Promise<number>;
  /** Replaces what invitations the person had. */
  createInvitation(invitation: Invitation): Promise<void>;
  /** Undefined where it is over, or the person inactive. */
  invitation(tokenHash: string, now: number): Promise<Invitation | undefined>;
  /** The invitation is used up and the passkey kept, both or neither. @returns false where it was used or over already, or is not that person's; @throws StoreError conflict where the credential is known */
  acceptInvitation(tokenHash: string, passkey: Passkey, now: number): Promise<boolean>;
  createSignInAttempt(attempt: SignInAttempt): Promise<void>;
  /** Uses it up. @returns false where it was never made, is used or over already, or is of another kind */
  takeSignInAttempt(tokenHash: string, kind: SignInAttempt["kind"], now: number): Promise<boolean>;
  createSession(session: Session): Promise<void>;
  /** The session and its person, who is active; undefined otherwise. */
  session(
    tokenHash: string,
    now: number,
  ): Promise<{ readonly session: Session; readonly person: Person } | undefined>;
  deleteSession(tokenHash: string): Promise<void>;
  /** @returns how many ended */
  deleteSessionsOf(personId: string): Promise<number>;

  // gates and grants
  /** @throws StoreError conflict where id or thingName is taken */
  createGate(gate: Gate): Promise<void>;
  updateGate(id: string, changes: Partial<Omit<Gate, "id">>): Promise<Gate | undefined>;
  gate(id: string): Promise<Gate | undefined>;
  gates(): Promise<readonly Gate[]>;
  /** @throws StoreError conflict where person or gate is unknown */
  createGrant(grant: Grant): Promise<void>;
  updateGrant(grant: Grant): Promise<boolean>;
  deleteGrant(id: string): Promise<boolean>;
  grants(filter?: {
    readonly personId?: string;
    readonly gateId?: string;
  }): Promise<readonly Grant[]>;

  // the records
  /** @returns the request under that id: the new one, or the one that was there before (`isNew` false) */
  recordRequest(
    request: OpenRequest,
  ): Promise<{ readonly request: OpenRequest; readonly isNew: boolean }>;
  /** Moves a request forward; one that has ended stays as it is, but for `unanswered`, which a late word of the box may end. @returns the request as it is now; undefined: unknown id */
  advanceRequest(id: string, step: RequestStep): Promise<OpenRequest | undefined>;
  request(id: string): Promise<OpenRequest | undefined>;
  /** Those not ended yet: after a crash, to be told what became of them. */
  openRequests(): Promise<readonly OpenRequest[]>;
  /** An event of a box that answers no request of ours; the same twice is kept once. */
  recordForeignEvent(event: ForeignEvent): Promise<void>;
  foreignEvents(limit: number): Promise<readonly ForeignEvent[]>;
  /**
   * Newest first, with the names people and gates have now (an unknown gate's id stands for its name).
   * @throws RangeError for an `after` that {@link HistoryQuery} could not have got from `next` (see
   * `isHistoryPosition`), or a limit that is none of 1–200
   */
  history(query: HistoryQuery): Promise<{
    readonly entries: readonly (OpenRequest & {
      readonly personName: string | null;
      readonly isAdministrator: boolean;
      readonly gateName: string;
    })[];
    readonly next: string | null;
  }>;
  /** Deletes requests and foreign events older than `before`, and sessions, invitations, attempts that are over; in batches, so that others get their turn. @returns how many records */
  prune(before: number, now: number): Promise<number>;

  /** Whether the database can be written to now. @throws StoreError */
  check(): Promise<void>;
  close(): Promise<void>;
}
