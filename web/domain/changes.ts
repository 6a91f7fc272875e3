/**
 * The record of changes that people made in the app: who changed what, when, from which value to which. It
 * has no secret: only the fields that are listed here are recorded.
 */

/** Who changes something. */
export interface Author {
  /** `provider`: the OpenID provider at a sign-in. `operator`: a command on the server. */
  readonly by: "person" | "provider" | "operator";
  /** null unless it is a person */
  readonly personId: string | null;
  readonly at: number;
}

export const changeSubjects = [
  ...(["person", "passkey", "invitation", "token", "grant"] as const),
  ...(["guest", "gate", "holidays", "webhook"] as const),
];
export type ChangeSubject = (typeof changeSubjects)[number];

export type ChangeAction = "added" | "changed" | "removed";

export type FieldValue = string | number | boolean | null | readonly number[];

export interface FieldChange {
  readonly field: string;
  /** null: there was no value */
  readonly from: FieldValue;
  readonly to: FieldValue;
}

export interface Change {
  readonly id: string;
  readonly at: number;
  readonly by: Author["by"];
  readonly authorId: string | null;
  readonly subject: ChangeSubject;
  readonly subjectId: string;
  readonly action: ChangeAction;
  /** the person whom it is about; null: nobody */
  readonly personId: string | null;
  /** the gate that it is about; null: none, or all */
  readonly gateId: string | null;
  readonly fields: readonly FieldChange[];
}

const hours = ["days", "fromMinute", "toMinute", "endsAt"] as const;
export const recordedFields = {
  person: ["name", "email", "isAdministrator", "isActive"],
  passkey: ["name"],
  invitation: ["expiresAt"],
  token: ["name", ...hours, "perMinute"],
  grant: [...hours, "startsAt", "onHolidays"],
  guest: ["name", "startsAt", "endsAt", "openings"],
  gate: ["name", "thingName", "output", "timeZone", "isActive"],
  holidays: ["name"],
  // Of the address only what comes before a query, which may hold a secret.
  webhook: ["receiver", "events", "isActive"],
} as const satisfies Readonly<Record<ChangeSubject, readonly string[]>>;

/** What differs. @param before null: it was added. @param after null: it was removed */
export function fieldChanges<K extends string>(
  fields: readonly K[],
  before: Readonly<Record<K, FieldValue>> | null,
  after: Readonly<Record<K, FieldValue>> | null,
): readonly FieldChange[] {
  return fields
    .map((field) => ({ field, from: before?.[field] ?? null, to: after?.[field] ?? null }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}
