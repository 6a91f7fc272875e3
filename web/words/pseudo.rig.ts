/**
 * Pseudo-languages, made from English: each sentence is in brackets, 40 % longer and with accents, but still
 * readable. What is not in brackets on the page is a sentence that nobody can translate, or data.
 */

const accents: Readonly<Record<string, string>> = {
  ...{ a: "åå", e: "éé", i: "îî", o: "öö", u: "ûû", y: "ýý" },
  ...{ A: "Åå", E: "Éé", I: "Îî", O: "Öö", U: "Ûû", c: "ç", n: "ñ", s: "š", S: "Š" },
};
/** Around an argument, which is data and stays as it is. */
const [start, end] = ["\ue000", "\ue001"];

export interface PseudoLanguage {
  readonly tag: string;
  readonly direction: "ltr" | "rtl";
}

export const longer: PseudoLanguage = { tag: "en-XA", direction: "ltr" };
export const mirrored: PseudoLanguage = { tag: "en-XB", direction: "rtl" };

/** The same sentences, and functions that return such sentences. */
export function pseudo<T extends object>(words: T, direction: "ltr" | "rtl"): T {
  return translated(words, direction) as T;
}

function translated(value: unknown, direction: "ltr" | "rtl", name = ""): unknown {
  // They are no sentences.
  if (name === "language" || name === "locale") return value;
  if (typeof value === "string") return sentence(value, direction);
  if (typeof value === "function") {
    return (...given: readonly unknown[]) => sentence(value(...given.map(marked)), direction);
  }
  if (Array.isArray(value)) return value.map((each) => translated(each, direction));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, its]) => [key, translated(its, direction, key)]),
  );
}

function marked(argument: unknown): unknown {
  return typeof argument === "string" ? `${start}${argument}${end}` : argument;
}

function sentence(text: string, direction: "ltr" | "rtl"): string {
  // A sign, such as a cross.
  if (!/\p{L}/u.test(text)) return text;
  const parts = text.split(new RegExp(`${start}(.*?)${end}`, "s"));
  const written = parts.map((part, index) => (index % 2 === 1 ? part : accented(part, direction)));
  return `⟦${written.join("")}⟧`;
}

/** From right to left, the letters of each word are too, as in Arabic. */
function accented(text: string, direction: "ltr" | "rtl"): string {
  const long = text.replace(/\p{L}/gu, (letter) => accents[letter] ?? letter);
  return direction === "ltr" ? long : long.replace(/\p{L}+/gu, (word) => `\u202e${word}\u202c`);
}
