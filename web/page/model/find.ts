/** Finds entries of a list by what a person types. Pure. */

/** Whether every word of `query` occurs in `text`, without regard to case and accents. */
export function matches(text: string, query: string): boolean {
  const plainText = plain(text);
  return plain(query)
    .split(/\s+/)
    .every((word) => plainText.includes(word));
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
