import { isIPv4 } from "node:net";
import { isGateName } from "../../device/messages/topics.ts";

/** The faults around a box, and their ends (docs/faults.md). */
export type Fault =
  | { readonly fault: "wifi-off" | "wifi-on" }
  /** replaces the access point that the box has joined */
  | {
      readonly fault: "access-point";
      /** IPv4, the address that the box gets there */
      readonly address: string;
      /** dBm */
      readonly rssi: number;
    }
  | { readonly fault: "broker-down" | "broker-up" }
  /** each way */
  | { readonly fault: "latency"; readonly ms: number }
  | { readonly fault: "loss"; readonly percent: number }
  /** offset of the time servers, from the box's next request on */
  | { readonly fault: "clock-skew"; readonly ms: number }
  /** the box's own clock, now */
  | { readonly fault: "clock-jump"; readonly ms: number }
  | { readonly fault: "ntp-blocked" | "ntp-answers" }
  | { readonly fault: "power-cut"; readonly forMs: number }
  /** somebody opens the gate without the box */
  | ({ readonly fault: "gate-by-hand" } & AtGate)
  /** something keeps the gate where it is */
  | ({ readonly fault: "gate-held" | "gate-released" } & AtGate)
  /** the contact at the gate; without one, nothing happens */
  | ({ readonly fault: "contact-stuck"; readonly level: number } & AtGate)
  | ({ readonly fault: "contact-free" } & AtGate)
  /** at 10 kHz */
  | ({ readonly fault: "contact-bounce"; readonly forMs: number } & AtGate)
  /** the button at the box; without one, nothing happens */
  | { readonly fault: "button-press"; readonly forMs: number }
  /** at 10 kHz */
  | { readonly fault: "button-bounce"; readonly forMs: number };

/** Which of a box's named gates it is; absent: the first. */
interface AtGate {
  readonly gate?: string;
}

export type FaultName = Fault["fault"];

/** One field of a fault in a file. */
export type FaultField =
  | {
      readonly type: "number";
      readonly minimum: number;
      readonly maximum: number;
      readonly default?: number;
    }
  | { readonly type: "address" }
  /** the name of a gate; may be absent */
  | { readonly type: "gate" };

const gate: FaultField = { type: "gate" };
const year = 366 * 24 * 60 * 60 * 1000;
const skew: FaultField = { type: "number", minimum: -20 * year, maximum: 20 * year };

/** Every fault, with its fields besides the name. */
export const faultFields: ReadonlyMap<string, Readonly<Record<string, FaultField>>> = new Map(
  Object.entries({
    "wifi-off": {},
    "wifi-on": {},
    "access-point": {
      address: { type: "address" },
      rssi: { type: "number", minimum: -100, maximum: 0, default: -70 },
    },
    "broker-down": {},
    "broker-up": {},
    latency: { ms: { type: "number", minimum: 0, maximum: 10_000 } },
    loss: { percent: { type: "number", minimum: 0, maximum: 100 } },
    "clock-skew": { ms: skew },
    "clock-jump": { ms: skew },
    "ntp-blocked": {},
    "ntp-answers": {},
    "power-cut": { forMs: { type: "number", minimum: 0, maximum: 600_000, default: 1_000 } },
    "gate-by-hand": { gate },
    "gate-held": { gate },
    "gate-released": { gate },
    "contact-stuck": { level: { type: "number", minimum: 0, maximum: 1 }, gate },
    "contact-free": { gate },
    "contact-bounce": {
      forMs: { type: "number", minimum: 1, maximum: 600_000, default: 1_000 },
      gate,
    },
    "button-press": { forMs: { type: "number", minimum: 1, maximum: 600_000, default: 200 } },
    "button-bounce": { forMs: { type: "number", minimum: 1, maximum: 600_000, default: 1_000 } },
  } satisfies Record<FaultName, Readonly<Record<string, FaultField>>>),
);

/** A field's value, or undefined if it is invalid. */
export function readField(field: FaultField, value: unknown): number | string | undefined {
  if (field.type === "address") {
    return typeof value === "string" && isIPv4(value) ? value : undefined;
  }
  if (field.type === "gate") {
    return typeof value === "string" && isGateName(value) ? value : undefined;
  }
  const given = value ?? field.default;
  const isValid =
    typeof given === "number" &&
    Number.isInteger(given) &&
    given >= field.minimum &&
    given <= field.maximum;
  return isValid ? given : undefined;
}

export function describeField(field: FaultField): string {
  if (field.type === "gate") return "the name of a gate";
  return field.type === "address"
    ? "an IPv4 address"
    : `a whole number, ${field.minimum}–${field.maximum}`;
}

/** `1 h`, `2 min`, `1.5 s`, `200 ms` */
export function span(ms: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1_000],
  ] as const;
  const [name, length] = units.find(([, each]) => ms >= each) ?? ["ms", 1];
  return `${Math.round((ms / length) * 10) / 10} ${name}`;
}

/** `1 h ahead`, `2 min behind` */
function off(ms: number): string {
  return ms === 0 ? "right" : `${span(Math.abs(ms))} ${ms > 0 ? "ahead" : "behind"}`;
}

function named({ gate: name }: AtGate): string {
  return name === undefined ? "" : ` ${name}`;
}

/** A fault in words, for logs and terminals. */
export function describeFault(fault: Fault): string {
  switch (fault.fault) {
    case "wifi-off":
      return "the WiFi is off";
    case "wifi-on":
      return "the WiFi is on";
    case "access-point":
      return `another access point, ${fault.rssi} dBm, address ${fault.address}`;
    case "broker-down":
      return "the broker is down";
    case "broker-up":
      return "the broker is up";
    case "latency":
      return `latency ${span(fault.ms)} each way`;
    case "loss":
      return `loss ${fault.percent} %`;
    case "clock-skew":
      return `the time servers are ${off(fault.ms)}`;
    case "clock-jump":
      return `the box's clock jumps ${fault.ms < 0 ? "back" : "ahead"} by ${span(Math.abs(fault.ms))}`;
    case "ntp-blocked":
      return "time servers do not answer";
    case "ntp-answers":
      return "time servers answer";
    case "power-cut":
      return `the power is cut for ${span(fault.forMs)}`;
    case "gate-by-hand":
      return `somebody opens the gate${named(fault)} without the box`;
    case "gate-held":
      return `the gate${named(fault)} is held where it is`;
    case "gate-released":
      return `the gate${named(fault)} is no longer held`;
    case "contact-stuck":
      return `the contact${named(fault)} is stuck at ${fault.level === 1 ? "HIGH" : "LOW"}`;
    case "contact-free":
      return `the contact${named(fault)} is no longer stuck`;
    case "contact-bounce":
      return `the contact${named(fault)} bounces for ${span(fault.forMs)}`;
    case "button-press":
      return `the button is pressed for ${span(fault.forMs)}`;
    case "button-bounce":
      return `the button bounces for ${span(fault.forMs)}`;
  }
}
