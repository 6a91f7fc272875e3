import { consistsOf, hyphen, isDigit, underscore } from "../../characters.ts";
import { areEqual } from "./der.ts";
import type { Extensions } from "./extensions.ts";

/**
 * Whether a certificate is for this host (RFC 6125, 6.4): only subjectAltName, never the common
 * name. A `*` stands for one whole label, the left-most, with at least two more to its right.
 * @param host a DNS name, or a dotted IPv4 address, which only iPAddress can match
 */
export function isForHost(
  { dnsNames, addresses }: Pick<Extensions, "dnsNames" | "addresses">,
  host: string,
): boolean {
  const address = parseAddress(host);
  if (address !== undefined) return addresses.some((each) => areEqual(each, address));
  const name = host.toLowerCase();
  if (!isDnsName(name)) return false;
  return dnsNames.some((each) => matches(each.toLowerCase(), name));
}

function matches(pattern: string, name: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === name;
  const rest = pattern.slice(1);
  // The end of the name that matches consists of labels: it contains no second star.
  return rest.includes(".", 1) && name.slice(name.indexOf(".")) === rest;
}

/** RFC 1123, 2.1. The last label of a name is never all digits, so no address looks like one. */
function isDnsName(text: string): boolean {
  const labels = text.split(".");
  return (
    text.length <= 253 &&
    labels.every(isLabel) &&
    !consistsOf(labels.at(-1) ?? "", isDigit, 1, Number.POSITIVE_INFINITY)
  );
}

function isLabel(label: string): boolean {
  return consistsOf(label, isLabelUnit, 1, 63) && !label.startsWith("-") && !label.endsWith("-");
}

/** lower case, for comparison */
const isLabelUnit = (unit: number) =>
  (unit >= 0x61 && unit <= 0x7a) || isDigit(unit) || unit === underscore || unit === hyphen;

function parseAddress(host: string): Uint8Array | undefined {
  const parts = host.split(".");
  if (parts.length !== 4 || !parts.every(isByte)) return undefined;
  return Uint8Array.from(parts.map(Number));
}

/** 0–255 in decimal, without leading zeros, which some parsers read as octal */
function isByte(text: string): boolean {
  const isDecimal = consistsOf(text, isDigit, 1, 3) && (text.length === 1 || !text.startsWith("0"));
  return isDecimal && Number(text) <= 255;
}
