import * as v from "valibot";
import { type PageMessage, stepNames } from "./view.ts";

/** What a page sends is untrusted: the longest texts, and only these. */
const shortText = v.pipe(v.string(), v.maxLength(256));
const number = (maximum: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maximum));
const anyNumber = number(1_000_000);
/** Base64 of 64 KB. */
const file = v.strictObject({
  name: shortText,
  content: v.pipe(v.string(), v.maxLength(90_000), v.regex(/^[A-Za-z0-9+/]*={0,2}$/)),
});
const simple = (type: string) => v.strictObject({ type: v.literal(type) });

const choice = v.variant("source", [
  v.strictObject({ source: v.literal("stand-in"), host: shortText, isKept: v.boolean() }),
  v.strictObject({
    source: v.literal("aws"),
    region: shortText,
    profile: shortText,
    isKept: v.boolean(),
  }),
  v.strictObject({
    source: v.literal("files"),
    endpoint: shortText,
    port: anyNumber,
    ca: file,
    certificate: file,
    key: file,
    isKept: v.boolean(),
  }),
]);

const command = v.variant("type", [
  simple("refresh-ports"),
  v.strictObject({ type: v.literal("choose-port"), path: shortText }),
  simple("use-browser-port"),
  simple("write-firmware"),
  simple("keep-firmware"),
  v.strictObject({
    type: v.literal("name"),
    thing: shortText,
    pin: anyNumber,
    pulseMs: anyNumber,
    ledPin: v.nullable(anyNumber),
  }),
  simple("scan"),
  v.strictObject({ type: v.literal("join"), SSID: shortText, password: shortText }),
  v.strictObject({ type: v.literal("certificate"), choice }),
  simple("write-box"),
  simple("open"),
  simple("finish"),
  simple("cancel"),
  v.strictObject({ type: v.literal("go"), step: v.picklist(stepNames) }),
]);

const usbId = v.nullable(number(0xffff));
const message = v.variant("type", [
  v.strictObject({ type: v.literal("command"), command }),
  v.strictObject({ type: v.literal("port-ready"), usbVendorId: usbId, usbProductId: usbId }),
  simple("port-gone"),
  v.strictObject({
    type: v.literal("port-done"),
    id: number(0xffff_ffff),
    error: v.nullable(shortText),
  }),
]);

/** @returns undefined for anything that our own page would not send */
export function readPageMessage(text: string): PageMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const result = v.safeParse(message, value);
  return result.success ? (result.output as PageMessage) : undefined;
}
