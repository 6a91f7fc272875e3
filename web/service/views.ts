/** Converts stored entities to what the page receives. */
import type { GuestSummary, HistoryEntry, PersonSummary, RequestView } from "../api.ts";
import type { InvitedGuest, OpenRequest, Person } from "../domain/entities.ts";
import type { Store } from "../store/store.ts";
import { deletedPerson } from "../words/untranslated.ts";

type StoredEntry = Awaited<ReturnType<Store["history"]>>["entries"][number];

export function personSummary({ id, name, isAdministrator }: Person): PersonSummary {
  return { id, name, isAdministrator };
}

export function guestSummary({ id, name, inviterName }: InvitedGuest): GuestSummary {
  // A guest whose inviter was deleted has no session, so this name is never shown.
  return { id, name, inviterName: inviterName ?? deletedPerson };
}

export function requestView(request: OpenRequest): RequestView {
  const { id, gateId: gate, state, reason, at, pulseMs } = request;
  return { id, gate, state, reason, at, pulseMs };
}

/** @param forAdministrator whether to include the client's address */
export function historyEntry(entry: StoredEntry, forAdministrator: boolean): HistoryEntry {
  const { personId, personName, isAdministrator, gateName, address, sentAt, endedAt, via } = entry;
  const { guestId, guestName, inviterName } = entry;
  return {
    ...requestView(entry),
    person: personId === null ? null : { id: personId, name: personName, isAdministrator },
    guest:
      guestId !== null && guestName !== null ? { id: guestId, name: guestName, inviterName } : null,
    gateName,
    address: forAdministrator ? address : null,
    sentAt,
    endedAt,
    via,
  };
}
