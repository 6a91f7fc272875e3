/** What a {@link Picker} can find. */
import type { AdminGateView } from "../../api.ts";
import { longestGateName, longestPersonName } from "../../input-limits.ts";
import type { Administration } from "../io/administration.ts";
import type { Choice } from "./picker.tsx";
import { placeOf } from "./place.ts";

const shown = 6;

/** The service searches, because there may be 50,000 people. Nobody is found when it does not answer. */
export async function findPeople(
  service: Administration,
  text: string,
): Promise<readonly Choice[]> {
  const search = text.trim().slice(0, longestPersonName);
  const answer = await service.people({ limit: shown * 2, ...(search !== "" && { search }) });
  if (answer.type !== "ok") return [];
  return answer.value.people
    .filter(({ isActive }) => isActive)
    .map(({ id, name, email }) => ({ id, name, detail: email ?? "" }));
}

/** The first few that the service finds. */
export async function findGates(
  service: Administration,
  text: string,
): Promise<readonly AdminGateView[]> {
  const search = text.trim().slice(0, longestGateName);
  const answer = await service.gates({ limit: shown * 2, ...(search !== "" && { search }) });
  return answer.type === "ok" ? answer.value.gates : [];
}

export function choiceOf(gate: AdminGateView): Choice {
  return { id: gate.id, name: gate.name, detail: placeOf(gate) };
}
