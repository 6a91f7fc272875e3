/** CSV (RFC 4180) that is safe to open in a spreadsheet. */

export type CsvField = string | number | null;

/** Text that starts a formula in a spreadsheet (OWASP, "CSV Injection"), including full-width forms. */
const startsFormula = /^[\s\0]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/**
 * One record, including CRLF. Text that a spreadsheet would read as a formula gets an apostrophe before
 * it, because names and addresses are untrusted. Numbers stay numbers.
 */
export function csvRecord(fields: readonly CsvField[]): string {
  return `${fields.map(csvField).join(",")}\r\n`;
}

function csvField(field: CsvField): string {
  if (field === null) return "";
  if (typeof field === "number") return String(field);
  const text = startsFormula.test(field) ? `'${field}` : field;
  return /[",\r\n]|^'/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
