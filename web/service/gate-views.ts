import type { GateView, GuestPass } from "../api.ts";
import { type Access, mayUse, noGrants } from "../domain/access.ts";
import type { Gate, Grant, InvitedGuest } from "../domain/entities.ts";
import type { Store } from "../store/store.ts";
import type { Language } from "../words/languages.ts";
import { wordsIn } from "../words/service.ts";
import type { Asker } from "./asker.ts";
import type { Boxes } from "./boxes.ts";
import type { GateBook } from "./gate-book.ts";
import { groupBy } from "./group-by.ts";

/** What is in memory about gates. */
export interface KnownGates {
  readonly boxes: Boxes;
  readonly gates: GateBook;
}

/** One gate as somebody with this access to it sees it. */
export function gateView(
  { boxes, gates }: KnownGates,
  gate: Gate,
  access: Access,
  now: number,
  language: Language,
): GateView {
  const { state, lastSeenAt, gate: known } = boxes.healthAt(gate);
  const position = known && { ...known, message: wordsIn[language].positions[known.state] };
  const may = mayUse(gate, access, gates.holidaysOf(gate.id), now);
  return {
    id: gate.id,
    name: gate.name,
    box: state,
    lastSeenAt,
    position,
    may,
    pass: access.type === "guest" ? passOf(access.guest) : null,
  };
}

function passOf({ startsAt, endsAt, openings, used }: InvitedGuest): GuestPass {
  return { startsAt, endsAt, left: Math.max(0, openings - used) };
}

/**
 * Every gate for which the person has a grant, even an ended one. Administrators get all gates, and a guest
 * the one of the link.
 */
export async function gateViewsOf(
  store: Store,
  known: KnownGates,
  asker: Asker,
  now: number,
  language: Language,
): Promise<readonly GateView[]> {
  if (asker.type === "guest") {
    const { guest } = asker;
    const gate = await store.gate(guest.gateId);
    const access = { type: "guest", guest } as const;
    return gate === undefined ? [] : [gateView(known, gate, access, now, language)];
  }
  const { id: personId, isAdministrator } = asker.person;
  const accesses = accessByGate(await store.grants({ personId }));
  const gates = await (isAdministrator ? store.gates() : store.gatesWith([...accesses.keys()]));
  return gates.map((gate) =>
    gateView(known, gate, accesses.get(gate.id) ?? noGrants, now, language),
  );
}

/** @param grants of one person */
export function accessByGate(grants: readonly Grant[]): ReadonlyMap<string, Access> {
  const byGate = groupBy(grants, ({ gateId }) => gateId);
  return new Map([...byGate].map(([gateId, some]) => [gateId, { type: "grants", grants: some }]));
}
