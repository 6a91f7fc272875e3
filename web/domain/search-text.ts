/** What is searched when somebody types words: without regard to case and accents. */

/** The text in which a person is found. It begins with the name, so that it also sorts by the name. */
export function searchTextOf({
  name,
  email,
}: {
  readonly name: string;
  readonly email: string | null;
}): string {
  return plain(`${name} ${email ?? ""}`);
}

/** The text in which a gate is found. It begins with the name, so that it also sorts by the name. */
export function gateSearchText(gate: {
  readonly id: string;
  readonly name: string;
  readonly thingName: string;
  readonly output: string | null;
  readonly timeZone: string;
}): string {
  const { id, name, thingName, output, timeZone } = gate;
  return plain(`${name} ${id} ${thingName} ${output ?? ""} ${timeZone}`);
}

/** A pattern for SQL's `like … escape '!'` for each word of the query; all of them must match. */
export function searchPatterns(query: string): readonly string[] {
  return plain(query)
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => `%${word.replace(/[!%_]/g, "!$&")}%`);
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
