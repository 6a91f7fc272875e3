/**
 * The record of changes that people made in the app: who changed what, when, from which value to which. It
 * has no secret: only the fields that are listed here are recorded.
 */

import type {
  ChangeAction,
  ChangeSubject,
  ChangeView,
  FieldChange,
  FieldValue,
  RecordedField,
} from "../api.ts";

/** Who changes something. */
export interface Author {
  readonly by: ChangeView["by"];
  /** null unless it is a person */
  readonly personId: string | null;
  readonly at: number;
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
} as const satisfies Readonly<Record<ChangeSubject, readonly RecordedField[]>>;

/** What differs. @param before null: it was added. @param after null: it was removed */
export function fieldChanges<K extends RecordedField>(
  fields: readonly K[],
  before: Readonly<Record<K, FieldValue>> | null,
  after: Readonly<Record<K, FieldValue>> | null,
): readonly FieldChange[] {
  const recordedValue = (of: Readonly<Record<K, FieldValue>> | null, field: K) =>
    of === null || of[field] === "" ? null : of[field];
  return fields
    .map((field) => ({
      field,
      from: recordedValue(before, field),
      to: recordedValue(after, field),
    }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}
