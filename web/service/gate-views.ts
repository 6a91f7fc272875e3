import type { GateView } from "../api.ts";
import type { Gate, Grant, Person } from "../domain/entities.ts";
import { mayOpen } from "../domain/grants.ts";
import type { Store } from "../store/store.ts";
import type { Language } from "../words/languages.ts";
import { wordsIn } from "../words/service.ts";
import type { Boxes } from "./boxes.ts";
import { groupBy } from "./group-by.ts";

/** One gate as a person with these grants for it sees it. */
export function gateView(
  gate: Gate,
  grants: readonly Grant[],
  boxes: Boxes,
  now: number,
  language: Language,
): GateView {
  const { state, lastSeenAt, gate: known } = boxes.healthAt(gate);
  const position = known && { ...known, message: wordsIn[language].positions[known.state] };
  const may = mayOpen(gate, grants, now);
  return { id: gate.id, name: gate.name, box: state, lastSeenAt, position, may };
}

/** Every gate for which the person has a grant, even an ended one. Administrators get all gates. */
export async function gateViewsOf(
  store: Store,
  boxes: Boxes,
  { id: personId, isAdministrator }: Person,
  now: number,
  language: Language,
): Promise<readonly GateView[]> {
  const grants = grantsByGate(await store.grants({ personId }));
  const gates = await (isAdministrator ? store.gates() : store.gatesWith([...grants.keys()]));
  return gates.map((gate) => gateView(gate, grants.get(gate.id) ?? [], boxes, now, language));
}

/** @param grants of one person */
export function grantsByGate(grants: readonly Grant[]): ReadonlyMap<string, readonly Grant[]> {
  return groupBy(grants, ({ gateId }) => gateId);
}
