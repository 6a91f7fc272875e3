/**
 * The forms of a word that a number can need, by the categories of Unicode's CLDR. `#` stands for the
 * number. All our languages have `one` and `other`; some also have `many`, for whole millions.
 */
export interface PluralForms {
  readonly one: string;
  readonly other: string;
}

/**
 * How a language writes numbers, and words after a number.
 * @param locale BCP 47, such as `de-DE`
 */
export function numbersIn(locale: string) {
  const rules = new Intl.PluralRules(locale);
  const format = new Intl.NumberFormat(locale);
  return {
    /** 12345 → "12,345" */
    number: (value: number): string => format.format(value),
    /** 2, { one: "# gate", other: "# gates" } → "2 gates" */
    count: (value: number, { one, other }: PluralForms): string =>
      (rules.select(value) === "one" ? one : other).replace("#", format.format(value)),
  };
}
