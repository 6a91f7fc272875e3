import type { Settings } from "../device/config.ts";
import { gatesOf } from "../device/gate-settings.ts";
import { firmwareVersion } from "../device/version.ts";
import type { SimulatedBoxRecord } from "./simulated-box.ts";
import { levelOf } from "./site/contact.ts";

const states = ["network", "time", "tls", "mqtt", "connected", "backoff"] as const;

/** Duration of one time unit of the file, in ms. */
const unitMs = 0.1;

/** One wire of one bit. */
interface Wire {
  readonly name: string;
  /** its identifier in changes: a letter, because `#` and `$` begin other lines */
  readonly code: string;
  value: 0 | 1;
  /** in units */
  changedAt: number;
}

type PinRecord = Extract<SimulatedBoxRecord, { readonly type: "pin" | "input" | "button" }>;

/**
 * A box's records as a Value Change Dump (IEEE 1364-2005, clause 18): each gate's pin, the power, the
 * contacts at the gates and the button if there are any, and the state of the connection, as one-bit
 * wires that PulseView and GTKWave can show. A unit is 100 µs: viewers that store every sample, such as PulseView, can load hours of that.
 */
export class VcdLines {
  readonly #write: (text: string) => void;
  readonly #startedAt = performance.now();
  readonly #powered: Wire;
  /** by the type of record that changes them, and their number */
  readonly #pins = new Map<string, Wire>();
  readonly #connection: ReadonlyMap<string, Wire>;
  #now = 0;

  /** @param date the start, ms since 1970 */
  constructor(settings: Settings, date: number, write: (text: string) => void) {
    this.#write = write;
    const wires: Wire[] = [];
    const add = (name: string, value: 0 | 1): Wire => {
      const code = String.fromCharCode(0x61 + wires.length);
      const wire: Wire = { name, code, value, changedAt: 0 };
      wires.push(wire);
      return wire;
    };
    const addPin = (type: PinRecord["type"], pin: number, value: 0 | 1) =>
      this.#pins.set(`${type}${pin}`, add(`${type}${pin}`, value));
    const { thingName, button } = settings;
    const gates = gatesOf(settings);
    for (const { pin } of gates) addPin("pin", pin, 0);
    this.#powered = add("powered", 1);
    for (const { gateInput } of gates) {
      if (gateInput !== undefined) addPin("input", gateInput.pin, levelOf(gateInput, "closed"));
    }
    if (button !== undefined) addPin("button", button.pin, 1);
    this.#connection = new Map(states.map((state) => [state, add(state, 0)]));
    write(header(thingName, date, wires));
  }

  record(record: SimulatedBoxRecord): void {
    // An edge has its own time, because other actions may have followed it by now.
    const isEdge = record.type === "pin" || record.type === "input" || record.type === "button";
    const now = isEdge ? record.at : performance.now();
    const units = Math.round((now - this.#startedAt) / unitMs);
    switch (record.type) {
      case "pin":
      case "input":
      case "button": {
        const wire = this.#pins.get(`${record.type}${record.pin}`);
        if (wire !== undefined) this.#set(wire, record.value, units);
        break;
      }
      case "power":
        this.#set(this.#powered, record.state === "on" ? 1 : 0, units);
        if (record.state === "off") this.#enter(undefined, units);
        break;
      case "connection":
        this.#enter(record.state, units);
    }
  }

  /** A final time, so that the last levels are visible. */
  end(): void {
    const units = Math.round((performance.now() - this.#startedAt) / unitMs);
    this.#write(`#${Math.max(units, this.#now + 1)}\n`);
  }

  #enter(state: string | undefined, units: number): void {
    for (const [name, wire] of this.#connection) this.#set(wire, name === state ? 1 : 0, units);
  }

  /** Time never goes back, and every level is long enough to be visible. */
  #set(wire: Wire, value: 0 | 1, units: number): void {
    if (wire.value === value) return;
    const at = Math.max(units, this.#now, wire.changedAt + 1);
    this.#write(`${at > this.#now ? `#${at}\n` : ""}${value}${wire.code}\n`);
    this.#now = at;
    wire.value = value;
    wire.changedAt = at;
  }
}

function header(thingName: string, date: number, wires: readonly Wire[]): string {
  return [
    `$date ${new Date(date).toISOString()} $end`,
    `$version boom-box ${firmwareVersion} $end`,
    "$timescale 100 us $end",
    // A thing name may contain characters that are not allowed in an identifier.
    `$scope module ${thingName.replace(/[^A-Za-z0-9_]/g, "_")} $end`,
    ...wires.map(({ name, code }) => `$var wire 1 ${code} ${name} $end`),
    "$upscope $end",
    "$enddefinitions $end",
    "#0",
    "$dumpvars",
    ...wires.map(({ value, code }) => `${value}${code}`),
    "$end",
    "",
  ].join("\n");
}
