import type { GateView } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { mayOpen } from "../domain/grants.ts";
import type { Store } from "../store/store.ts";
import { words } from "../words/service.ts";
import type { Boxes } from "./boxes.ts";

/** Every gate for which the person has a grant, even an ended one. Administrators get all gates. */
export async function gateViewsOf(
  store: Store,
  boxes: Boxes,
  person: Person,
  now: number,
): Promise<readonly GateView[]> {
  const grants = await store.grants({ personId: person.id });
  const views: GateView[] = [];
  for (const gate of await store.gates()) {
    const theirs = grants.filter(({ gateId }) => gateId === gate.id);
    if (theirs.length === 0 && !person.isAdministrator) continue;
    const { state, lastSeenAt, gate: known } = boxes.healthAt(gate);
    const position = known && { ...known, message: words.positions[known.state] };
    const may = mayOpen(gate, theirs, now);
    views.push({ id: gate.id, name: gate.name, box: state, lastSeenAt, position, may });
  }
  return views;
}
