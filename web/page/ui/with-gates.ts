import type { Administration, KnownGates } from "../io/administration.ts";
import type { Answer } from "../io/service.ts";

/** A list together with the gates that its entries are about. */
export async function withGates<T extends { readonly gate: string | null }>(
  service: Administration,
  asked: Promise<Answer<readonly T[]>>,
): Promise<Answer<readonly [readonly T[], KnownGates]>> {
  const list = await asked;
  if (list.type !== "ok") return list;
  const ids = list.value.flatMap(({ gate }) => (gate === null ? [] : [gate]));
  const known = await service.knownGates(ids);
  return known.type === "ok" ? { type: "ok", value: [list.value, known.value] } : known;
}
