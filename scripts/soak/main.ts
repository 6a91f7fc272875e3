import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { fuzz } from "../../host-sim/soak/fuzz.ts";
import type { GateTotals } from "../../host-sim/soak/gate-days.ts";
import { simulateReconnects } from "../../host-sim/soak/reconnects.ts";
import { simulateYear } from "../../host-sim/soak/year.ts";

const days = 365;
const packets = 1_000_000;
const reconnects = 10_000;
/** The random seed: `npm run soak -- 7` uses 7. */
const seed = Number(process.argv[2] ?? 1);

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function progress(name: string, done: number, all: number): void {
  const share = `${Math.round((100 * done) / all)} %`.padStart(5);
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${name}: ${share}`);
}

/** Samples of the live heap, in KiB. */
class Heap {
  readonly #samples: number[] = [];

  sample(): void {
    collect();
    this.#samples.push(process.memoryUsage().heapUsed / 1024);
  }

  /** Growth from the end of the first quarter to the end of the run, in KiB. */
  get growth(): number {
    const early = this.#samples[Math.floor(this.#samples.length / 4)] ?? 0;
    return (this.#samples.at(-1) ?? 0) - early;
  }
}

/** Growth above this is a leak, not noise. In KiB. */
const maximumGrowth = 1_024;

function gateEventsIn(totals: GateTotals): string {
  const counts = Object.entries(totals).map(([name, { told }]) => `${told} × ${name}`);
  return `the gate: ${counts.join(", ")}`;
}

let hasFailed = false;

function run<T extends { readonly problems: readonly string[] }>(
  name: string,
  all: number,
  samplesEvery: number,
  work: (onProgress: (done: number) => void) => T,
  tell: (result: T) => string,
): void {
  const heap = new Heap();
  const startedAt = performance.now();
  const result = work((done) => {
    if (done % samplesEvery !== 0) return;
    heap.sample();
    progress(name, done, all);
  });
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const problems = [...result.problems];
  if (heap.growth > maximumGrowth) problems.push(`the heap grew by ${Math.round(heap.growth)} KiB`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  say(`${problems.length === 0 ? "pass" : "FAIL"}  ${name}, ${seconds} s: ${tell(result)}`);
  say(
    `      live heap ${heap.growth > 0 ? "+" : ""}${heap.growth.toFixed(0)} KiB from the first quarter to the end`,
  );
  for (const problem of problems) say(`      ${problem}`);
  hasFailed ||= problems.length > 0;
}

run(
  "a year of a busy gate",
  days,
  5,
  (onDay) => simulateYear(days, seed, onDay),
  ({ sent, opened, refused, lostOnTheWay, longestReturnMs, gate, ...others }) =>
    `${sent} commands: ${opened} opened, ${refused} refused, ${lostOnTheWay} lost; ` +
    `${others.wifiLosses} WiFi losses, ${others.brokerRestarts} broker restarts, ${others.powerCuts} power cuts; ` +
    `${gateEventsIn(gate)}; ` +
    `longest recovery ${(longestReturnMs / 1000).toFixed(0)} s`,
);
run(
  "hostile packets",
  packets,
  20_000,
  (onPacket) => fuzz(packets, seed, onPacket),
  ({ commands, mayHaveOpened, pulses, reconnects: count }) =>
    `${packets} packets, ${commands} of them commands with one event each; of the ${mayHaveOpened} damaged ` +
    `packets that still meant open, ${pulses} opened, and no other packet did; ${count} reconnects`,
);
run(
  "reconnects",
  reconnects,
  200,
  (onReconnect) => simulateReconnects(reconnects, seed, onReconnect),
  ({ reconnects: count }) => `${count}, each with one timer and one socket left`,
);
process.exitCode = hasFailed ? 1 : 0;
