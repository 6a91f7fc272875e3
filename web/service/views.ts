/** Converts stored entities to what the page receives. */
import type { HistoryEntry, PersonSummary, RequestView } from "../api.ts";
import type { OpenRequest, Person } from "../domain/entities.ts";

export function personSummary({ id, name, isAdministrator }: Person): PersonSummary {
  return { id, name, isAdministrator };
}

export function requestView(request: OpenRequest): RequestView {
  const { id, gateId: gate, state, reason, at, pulseMs } = request;
  return { id, gate, state, reason, at, pulseMs };
}

/** @param forAdministrator whether to include the client's address */
export function historyEntry(
  entry: OpenRequest & { personName: string | null; isAdministrator: boolean; gateName: string },
  forAdministrator: boolean,
): HistoryEntry {
  const { personId, personName, isAdministrator, gateName, address, sentAt, endedAt, via } = entry;
  const isKnown = personId !== null && personName !== null;
  return {
    ...requestView(entry),
    person: isKnown ? { id: personId, name: personName, isAdministrator } : null,
    gateName,
    address: forAdministrator ? address : null,
    sentAt,
    endedAt,
    via,
  };
}
