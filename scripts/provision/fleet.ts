import { parse } from "csv-parse/sync";
import { type NumberSetting, numberLimits, parseSettings } from "../../device/config.ts";
import { readIfPresent } from "../certs/files.ts";
import { checkedThings } from "../certs/names.ts";
import { UserError } from "../command-line/user-error.ts";

/** One line of `boxes.csv`: a box and its settings, besides those that provisioning writes. */
export interface FleetBox {
  readonly thingName: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Boxes in one file. AWS creates 15 certificates a second, so larger fleets need another tool. */
const maximumBoxes = 10_000;

const numbers = Object.keys(numberLimits) as NumberSetting[];
const columns = ["thingName", "SSID", "password", "network", ...numbers];

/**
 * Reads `boxes.csv`: a heading, then one line for each box. `thingName` is required. `SSID` and
 * `password` define its one WiFi network. `network` and the numbers of `settings.json` can be columns
 * too. An empty field leaves the setting unchanged.
 * @throws UserError with all problems of the file, by line, never with a password
 */
export async function readFleet(path: string): Promise<readonly FleetBox[]> {
  const bytes = await readIfPresent(path);
  if (bytes === undefined) throw new UserError(`--from: ${path} does not exist: check the path`);
  const [{ record: heading } = { record: [] }, ...lines] = parseTable(bytes, path);
  checkHeading(heading, path);
  if (lines.length === 0 || lines.length > maximumBoxes) {
    throw new UserError(`--from: ${path} must contain 1–${maximumBoxes} boxes, one per line`);
  }
  const problems: string[] = [];
  const boxes = lines.map(({ record, line }) => {
    const box = boxOf(heading, record);
    const result = parseSettings({ endpoint: "x.test", ...box.settings, thingName: box.thingName });
    if (result.type === "problems") problems.push(`line ${line}: ${result.problems.join(", ")}`);
    return box;
  });
  const names = boxes.map(({ thingName }) => thingName);
  for (const [index, name] of names.entries()) {
    const first = names.findIndex((each) => each.toLowerCase() === name.toLowerCase());
    if (first < index) {
      problems.push(`line ${lines[index]?.line}: ${name} is already on line ${lines[first]?.line}`);
    }
  }
  if (problems.length > 0) {
    const shown = problems.slice(0, 5).join("; ");
    const more = problems.length > 5 ? `; and ${problems.length - 5} more` : "";
    throw new UserError(`--from: ${path}: ${shown}${more}: no box was provisioned`);
  }
  checkedThings(names);
  return boxes;
}

interface TableLine {
  readonly record: readonly string[];
  /** where it begins in the file, from 1; blank lines and quoted line breaks count */
  readonly line: number;
}

function parseTable(bytes: Buffer, path: string): readonly TableLine[] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const options = { bom: true, trim: true, skip_empty_lines: true, info: true };
    // With `info`, the parser returns objects.
    const parsed = parse(text, options) as unknown as readonly ParsedLine[];
    const file = Buffer.from(text);
    let [end, endLine] = [0, 1];
    return parsed.map(({ record, info }) => {
      const read = file.subarray(end, info.bytes).toString("utf8");
      const blank = read.slice(0, read.length - read.trimStart().length);
      const line = endLine + lineBreaksIn(blank);
      end = info.bytes;
      endLine += lineBreaksIn(read);
      return { record, line };
    });
  } catch (cause) {
    // The parser's message may quote a line that contains a password.
    const { lines } = Object(cause) as { lines?: unknown };
    const where = typeof lines === "number" ? `line ${lines} ` : "";
    throw new UserError(
      `--from: ${path}: ${where}is not valid CSV in UTF-8 with as many fields as the heading: correct it`,
      { cause },
    );
  }
}

interface ParsedLine {
  readonly record: readonly string[];
  /** `bytes`: where the record ends in the file */
  readonly info: { readonly bytes: number };
}

function lineBreaksIn(text: string): number {
  return text.split(/\r\n|\r|\n/).length - 1;
}

function checkHeading(heading: readonly string[], path: string): void {
  const unknown = heading.filter((name) => !columns.includes(name));
  const isTwice = new Set(heading).size < heading.length;
  if (heading.includes("thingName") && unknown.length === 0 && !isTwice) return;
  throw new UserError(
    `--from: ${path} must begin with a heading: thingName and any of ${columns.slice(1).join(", ")}, each once`,
  );
}

function boxOf(heading: readonly string[], fields: readonly string[]): FleetBox {
  const given = new Map(
    heading.flatMap((name, index) => (fields[index] ? [[name, fields[index]]] : [])),
  );
  const settings: Record<string, unknown> = {};
  for (const name of numbers) {
    const text = given.get(name);
    if (text !== undefined) settings[name] = /^\d{1,10}$/.test(text) ? Number(text) : text;
  }
  const [network, SSID, password] = ["network", "SSID", "password"].map((name) => given.get(name));
  if (network !== undefined) settings.network = network;
  if (SSID !== undefined || password !== undefined) {
    settings.networks = [{ SSID, ...(password === undefined ? {} : { password }) }];
  }
  return { thingName: given.get("thingName") ?? "", settings };
}
