import { startBenchCloud } from "./bench-cloud.ts";
import { measureHeap } from "./heap.ts";
import { measureLatency } from "./latency.ts";
import { quantile } from "./statistics.ts";
import { measureXs, reconnects, type XsFigures } from "./xs.ts";

const rounds = 400;
const count = 1_000;

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function row(name: string, ours: number, peer: number, unit: string, digits = 3): void {
  const figure = (value: number) => `${value.toFixed(digits)} ${unit}`.padStart(14);
  const ratio = (ours / peer).toFixed(2).padStart(7);
  process.stdout.write(`${name.padEnd(34)}${figure(ours)}${figure(peer)}${ratio}\n`);
}

const { ours, mqttJs } = await measureLatency(rounds, (round) =>
  progress(`latency: round ${round}`),
);
progress("");
process.stdout.write(`${"".padEnd(34)}${"ours".padStart(14)}${"MQTT.js".padStart(14)}  ratio\n`);
for (const [name, share] of [
  ["p50", 0.5],
  ["p99", 0.99],
] as const) {
  row(
    `PUBLISH written to pin HIGH, ${name}`,
    quantile(ours.latencies, share),
    quantile(mqttJs.latencies, share),
    "ms",
  );
}
for (const [name, share] of [
  ["p50", 0.5],
  ["p99", 0.99],
] as const) {
  const errors = (values: readonly number[]) => values.map(Math.abs);
  row(
    `pulse width, error, ${name}`,
    quantile(errors(ours.widthErrors), share),
    quantile(errors(mqttJs.widthErrors), share),
    "ms",
  );
}
const { cloud, pem } = await startBenchCloud();
progress(`heap: ${count} boxes of ours`);
const ourHeap = await measureHeap({ make: "ours", count, port: cloud.port, pem });
progress(`heap: ${count} boxes on MQTT.js`);
const peerHeap = await measureHeap({ make: "mqtt-js", count, port: cloud.port, pem });
progress("");
row(`live heap per box, ${count} boxes`, ourHeap / 1024, peerHeap / 1024, "KiB");
await cloud.close();

/** Of a slot on a device, which has 32 bits. */
const slotBytes = 16;

function showXs(ours: XsFigures, unshimmed: XsFigures): void {
  const heading = `on XS${"".padEnd(29)}${"ours".padStart(14)}${"unshimmed".padStart(14)}  ratio`;
  process.stdout.write(`\n${heading}\n`);
  const kilobytes = (name: string, us: number, peer: number) =>
    row(name, us / 1000, peer / 1000, "kB", 1);
  kilobytes("bundle", ours.bundle, unshimmed.bundle);
  if (ours.compiled !== undefined && unshimmed.compiled !== undefined) {
    kilobytes("bundle compiled, aim 64", ours.compiled, unshimmed.compiled);
  }
  const slots = (count: number) => count * slotBytes;
  kilobytes("slots at rest, aim 12", slots(ours.slotsAtRest), slots(unshimmed.slotsAtRest));
  kilobytes("slots after an open", slots(ours.slotsAtPeak), slots(unshimmed.slotsAtPeak));
  row("steps from PUBLISH to pin HIGH", ours.computeOfOpen, unshimmed.computeOfOpen, "", 0);
  const growth = (count: number) => `${count} slots`.padStart(14);
  const name = `growth over ${reconnects} reconnects`.padEnd(34);
  process.stdout.write(`${name}${growth(ours.growth)}${growth(unshimmed.growth)}\n`);
  process.stdout.write(
    "slots of 16 bytes, as on a device, without TLS and drivers; ours lies in flash but for what runs, the other cannot be preloaded\n",
  );
  if (ours.compiled === undefined) {
    process.stdout.write("compiled size: needs the Moddable SDK at $MODDABLE\n");
  }
}

const xs = await measureXs(progress);
progress("");
if (xs === undefined) process.stdout.write("on XS: not measured, npm ci has not built XS here\n");
else showXs(xs.ours, xs.unshimmed);
