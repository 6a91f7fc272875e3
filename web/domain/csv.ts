/** CSV as RFC 4180 has it, made to be opened in a spreadsheet. */

export type CsvField = string | number | null;

/** Starts a formula in a spreadsheet (OWASP, "CSV Injection"), the full-width forms too. */
const startsFormula = /^[\s\0]*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/**
 * One record, CRLF included. Text that a spreadsheet would take for a formula is told to be text by
 * an apostrophe before it: names and addresses come from outside. Numbers stay numbers.
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
