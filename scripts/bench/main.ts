import { startBenchCloud } from "./bench-cloud.ts";
import { measureHeap } from "./heap.ts";
import { measureLatency } from "./latency.ts";
import { quantile } from "./statistics.ts";

const rounds = 400;
const count = 1_000;

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function row(name: string, ours: number, peer: number, unit: string): void {
  const figure = (value: number) => `${value.toFixed(3)} ${unit}`.padStart(14);
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
