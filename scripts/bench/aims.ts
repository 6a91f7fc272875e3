/** A measured figure, and its upper limit. Without `most`, the figure is only reported. */
interface Aim {
  readonly part: string;
  readonly name: string;
  readonly most?: number;
  readonly unit: string;
  readonly digits: number;
}

const aims = {
  latency: {
    part: "latency",
    name: "PUBLISH to pin HIGH, p50, vs. MQTT.js",
    most: 1,
    unit: "",
    digits: 2,
  },
  heap: {
    part: "heap",
    name: "live heap per box, vs. MQTT.js",
    most: 0.5,
    unit: "",
    digits: 2,
  },
  refused: {
    part: "storm",
    name: "CONNECTs refused because of AWS's limit",
    most: 0,
    unit: "",
    digits: 0,
  },
  compiled: { part: "xs", name: "library compiled", most: 64, unit: "kB", digits: 1 },
  slots: { part: "xs", name: "slots at rest", most: 12, unit: "kB", digits: 1 },
  steps: { part: "xs", name: "steps from PUBLISH to pin HIGH", unit: "", digits: 0 },
  growth: {
    part: "xs",
    name: "growth over 1,000 reconnects",
    most: 0,
    unit: "slots",
    digits: 0,
  },
  flash: { part: "flash", name: "flashing, vs. Python's esptool", most: 1.2, unit: "", digits: 2 },
  updateOverhead: {
    part: "update",
    name: "bytes of an update beyond its image",
    most: 10,
    unit: "%",
    digits: 1,
  },
  updateLatency: {
    part: "update",
    name: "an open during an update, vs. at rest",
    most: 1.5,
    unit: "",
    digits: 2,
  },
  officeQueries: {
    part: "office",
    name: "queries for a box's status, 2,000 pages open",
    most: 1,
    unit: "",
    digits: 2,
  },
  officeTaps: {
    part: "office",
    name: "p99 of a tap, 2,000 pages open vs. none",
    most: 5,
    unit: "",
    digits: 2,
  },
  officeTapsPostgres: {
    part: "office",
    name: "the same on PostgreSQL",
    most: 5,
    unit: "",
    digits: 2,
  },
  officeStreams: {
    part: "office",
    name: "streams lost meanwhile",
    most: 0,
    unit: "",
    digits: 0,
  },
  history: {
    part: "history",
    name: "a history page of 1,000,000 vs. of 1,000",
    most: 2,
    unit: "",
    digits: 2,
  },
  historyPostgres: {
    part: "history",
    name: "the same on PostgreSQL",
    most: 2,
    unit: "",
    digits: 2,
  },
  settings: {
    part: "flash",
    name: "bytes for the box's files alone",
    most: 5,
    unit: "%",
    digits: 1,
  },
} as const satisfies Record<string, Aim>;

export type AimName = keyof typeof aims;

/** The figures of one run next to their aims. A figure that was never set was not measured. */
export class Aims {
  readonly #figures = new Map<AimName, number>();
  readonly #reasons = new Map<AimName, string>();

  measured(name: AimName, figure: number): void {
    this.#figures.set(name, figure);
  }

  notMeasured(name: AimName, why: string): void {
    this.#reasons.set(name, why);
  }

  /** A heading, and a line for each aim. */
  table(): string {
    const lines = Object.keys(aims).map((name) => this.#line(name as AimName));
    return [columns("aim", "measured", "at most", ""), ...lines].join("\n");
  }

  #line(name: AimName): string {
    const aim: Aim = aims[name];
    const figure = this.#figures.get(name);
    const text = (value: number) => `${value.toFixed(aim.digits)} ${aim.unit}`.trimEnd();
    const most = aim.most === undefined ? "" : text(aim.most);
    if (figure === undefined) {
      const why = this.#reasons.get(name) ?? `the part "${aim.part}" did not run`;
      return columns(aim.name, "", most, `not measured: ${why}`);
    }
    return columns(aim.name, text(figure), most, verdict(aim, figure));
  }
}

/** Compares the exact figure, not the rounded one. */
function verdict({ most }: Aim, figure: number): string {
  if (most === undefined) return "no aim";
  return figure <= most ? "met" : "MISSED";
}

function columns(name: string, figure: string, most: string, result: string): string {
  return `${name.padEnd(42)}${figure.padStart(10)}${most.padStart(10)}  ${result}`.trimEnd();
}
