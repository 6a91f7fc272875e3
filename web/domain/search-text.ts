/** What is searched when somebody types words: without regard to case and accents. */

/** The text in which a person is found. */
export function searchTextOf({
  name,
  email,
}: {
  readonly name: string;
  readonly email: string | null;
}): string {
  return plain(`${name} ${email ?? ""}`);
}

/** The words that must all occur in the text. */
export function searchWords(query: string): readonly string[] {
  return plain(query)
    .split(/\s+/)
    .filter((word) => word !== "");
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
