import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { Aims } from "./aims.ts";
import { startBenchCloud } from "./cloud.ts";
import { measureFlash } from "./flash.ts";
import { measureHeap } from "./heap.ts";
import { measureHistory } from "./history.ts";
import { measureLatency } from "./latency.ts";
import { measureOffice, type OfficeResult } from "./office.ts";
import { measureReturn } from "./return.ts";
import { quantile } from "./statistics.ts";
import { pictured, returnedMs, type StormOptions, simulateStorm } from "./storm.ts";
import { makeMqttJsStormBox, makeOurStormBox } from "./storm-boxes.ts";
import { drawStorm } from "./storm-chart.ts";
import { heading, nameWidth, note, progress, row } from "./table.ts";
import { measureUpdate } from "./update.ts";
import { measureLoad, measureTapToPulse } from "./web.ts";
import { measureXs, reconnects, type XsFigures } from "./xs.ts";

const aims = new Aims();

const noPostgres = "$BOOM_BOX_BENCH_POSTGRES must name an empty database";

const quantiles = [
  ["p50", 0.5],
  ["p99", 0.99],
] as const;

async function latency(): Promise<void> {
  const rounds = 400;
  const { ours, mqttJs } = await measureLatency(rounds, (round) =>
    progress(`latency: round ${round}`),
  );
  progress("");
  const median = (values: readonly number[]) => quantile(values, 0.5);
  aims.measured("latency", median(ours.latencies) / median(mqttJs.latencies));
  heading("", "ours", "MQTT.js");
  for (const [name, share] of quantiles) {
    row(
      `PUBLISH written to pin HIGH, ${name}`,
      quantile(ours.latencies, share),
      quantile(mqttJs.latencies, share),
      "ms",
    );
  }
  for (const [name, share] of quantiles) {
    const errors = (values: readonly number[]) => values.map(Math.abs);
    row(
      `pulse width, error, ${name}`,
      quantile(errors(ours.widthErrors), share),
      quantile(errors(mqttJs.widthErrors), share),
      "ms",
    );
  }
}

async function heap(): Promise<void> {
  const count = 1_000;
  const { cloud, pem } = await startBenchCloud();
  progress(`heap: ${count} of our boxes`);
  const ours = await measureHeap({ make: "ours", count, port: cloud.port, pem });
  progress(`heap: ${count} boxes on MQTT.js`);
  const peer = await measureHeap({ make: "mqtt-js", count, port: cloud.port, pem });
  progress("");
  aims.measured("heap", ours / peer);
  row(`live heap per box, ${count} boxes`, ours / 1024, peer / 1024, "KiB");
  await cloud.close();
}

async function comeBack(): Promise<void> {
  const options = { boxes: 100, outages: 3, outageMs: 5_000 };
  const returns = await measureReturn(options, progress);
  progress("");
  heading(`\nafter ${options.outageMs / 1000} s without a broker`, "ours", "MQTT.js");
  for (const [name, share] of quantiles) {
    const seconds = (values: readonly number[]) => quantile(values, share) / 1000;
    row(`time to online, ${name}`, seconds(returns.ours), seconds(returns["mqtt-js"]), "s");
  }
  note(
    `${options.outages} outages, each with ${options.boxes} boxes of each kind at the same time; the stand-in has no rate limits.`,
    "MQTT.js tries every second, so it reconnects sooner after a short outage. Ours backs off with jitter",
    "after each failure, so that a large fleet does not reconnect all at once: see the storm.",
  );
}

async function storm(): Promise<void> {
  progress(`storm: ${pictured.boxes} boxes`);
  const run = (options: StormOptions) => ({
    ours: simulateStorm(makeOurStormBox, options),
    mqttJs: simulateStorm(makeMqttJsStormBox, options),
  });
  const { ours, mqttJs } = run(pictured);
  const { boxes, outageMs, connectsPerSecond } = pictured;
  aims.measured("refused", ours.refused);
  const blink = run({ ...pictured, outageMs: 1_000 });
  progress("");
  heading(`\n${boxes} boxes, ${outageMs / 1000} s of outage`, "ours", "MQTT.js");
  row(`most CONNECTs a second, limit ${connectsPerSecond}`, ours.peak, mqttJs.peak, "", 0);
  row("CONNECTs over the limit, refused", ours.refused, mqttJs.refused, "", 0);
  row("attempts during the outage", ours.inVain, mqttJs.inVain, "", 0);
  for (const [name, share] of [["half", 0.5] as const, ["99 %", 0.99] as const]) {
    const seconds = (result: typeof ours) => returnedMs(result, share, outageMs) / 1000;
    row(`time to ${name} online`, seconds(ours), seconds(mqttJs), "s", 1);
  }
  row("most a second after 1 s of outage", blink.ours.peak, blink.mqttJs.peak, "", 0);
  const picture = join("docs", "reconnect-storm.svg");
  await writeFile(join(projectRoot, picture), drawStorm(pictured, { ours, mqttJs }));
  note(
    "In virtual time, with the firmware's own connection and back-off, and a model of MQTT.js's defaults.",
    `The broker closes connections over the limit. If it sent a CONNACK, MQTT.js would not retry. ${picture}`,
  );
}

/** The size of an XS slot on a 32-bit device. */
const slotBytes = 16;

function showXs(ours: XsFigures, unshimmed: XsFigures): void {
  heading("\non XS", "ours", "unshimmed");
  const kilobytes = (name: string, us: number, peer: number) =>
    row(name, us / 1000, peer / 1000, "kB", 1);
  kilobytes("bundle", ours.bundle, unshimmed.bundle);
  if (ours.compiled !== undefined && unshimmed.compiled !== undefined) {
    kilobytes("bundle compiled", ours.compiled, unshimmed.compiled);
  }
  const slots = (count: number) => count * slotBytes;
  kilobytes("slots at rest", slots(ours.slotsAtRest), slots(unshimmed.slotsAtRest));
  kilobytes("slots after an open", slots(ours.slotsAtPeak), slots(unshimmed.slotsAtPeak));
  row("steps from PUBLISH to pin HIGH", ours.computeOfOpen, unshimmed.computeOfOpen, "", 0);
  const growth = (count: number) => `${count} slots`.padStart(14);
  const name = `growth over ${reconnects} reconnects`.padEnd(nameWidth);
  process.stdout.write(`${name}${growth(ours.growth)}${growth(unshimmed.growth)}\n`);
  note(
    "A slot has 16 bytes, as on a device. Without TLS and drivers. Ours is in flash except for its state; the other cannot be preloaded.",
  );
  aims.measured("slots", slots(ours.slotsAtRest) / 1000);
  aims.measured("steps", ours.computeOfOpen);
  aims.measured("growth", ours.growth);
  if (ours.compiled === undefined)
    aims.notMeasured("compiled", "needs the Moddable SDK at $MODDABLE");
  else aims.measured("compiled", ours.compiled / 1000);
}

async function onXs(): Promise<void> {
  const xs = await measureXs(progress);
  progress("");
  if (xs !== undefined) {
    showXs(xs.ours, xs.unshimmed);
    return;
  }
  for (const name of ["compiled", "slots", "steps", "growth"] as const) {
    aims.notMeasured(name, "XS is not built");
  }
}

async function web(): Promise<void> {
  const { taps, bare } = await measureTapToPulse(400, (round) => progress(`web: round ${round}`));
  progress("web: 100 people");
  const load = await measureLoad(100, 10);
  progress("");
  heading("\nstaff app", "tap", "bare publish");
  for (const [name, share] of quantiles) {
    row(`to pin HIGH, ${name}`, quantile(taps, share), quantile(bare, share), "ms");
  }
  const perSecond = (load.answered / load.seconds).toFixed(0);
  const answers = [...load.answers].map(([status, count]) => `${count} × ${status}`).join(", ");
  note(
    `${load.people} people tap continuously for ${load.seconds} s: ${perSecond} requests a second;`,
    `answers ${answers}; ${load.pulses} pulses; ${load.recorded} of ${load.answered} requests recorded`,
    "Measured from the request's first byte, through session, grant, SQLite, broker and box, on loopback.",
  );
}

const officeSize = {
  ...{ gates: 10_000, people: 50_000, pages: 2_000 },
  ...{ tapsPerSecond: 20, statusesPerSecond: 20, seconds: 20 },
};

async function office(): Promise<void> {
  const postgres = process.env.BOOM_BOX_BENCH_POSTGRES;
  const onSqlite = await officeOn("SQLite", undefined);
  const results = [onSqlite];
  aims.measured("officeTaps", tapRatio(onSqlite));
  if (postgres === undefined) {
    aims.notMeasured("officeTapsPostgres", noPostgres);
  } else {
    const onPostgres = await officeOn("PostgreSQL", postgres);
    results.push(onPostgres);
    aims.measured("officeTapsPostgres", tapRatio(onPostgres));
  }
  const worst = (figure: (result: OfficeResult) => number) => Math.max(...results.map(figure));
  aims.measured(
    "officeQueries",
    worst(({ queriesPerStatus }) => queriesPerStatus),
  );
  aims.measured(
    "officeStreams",
    worst(({ lostStreams }) => lostStreams),
  );
}

async function officeOn(database: string, url: string | undefined): Promise<OfficeResult> {
  const result = await measureOffice(officeSize, url, (text) =>
    progress(text === "" ? "" : `${text} (${database})`),
  );
  const { alone, withPages, queriesPerStatus, events, lostStreams } = result;
  progress("");
  heading(`\nan office, ${database}`, "with pages", "alone");
  for (const [name, share] of quantiles) {
    row(
      `tap to answer, ${name}`,
      quantile(withPages.taps, share),
      quantile(alone.taps, share),
      "ms",
    );
  }
  row("taps accepted", withPages.accepted, alone.accepted, "", 0);
  row("CPU, of one core", withPages.cpu * 100, alone.cpu * 100, "%", 0);
  const { gates, people, pages, tapsPerSecond, statusesPerSecond, seconds } = officeSize;
  note(
    `${gates} gates, ${people} people, ${pages} open pages; ${tapsPerSecond} taps and ${statusesPerSecond} statuses a second, ${seconds} s each;`,
    `${queriesPerStatus} queries for a status; ${events} events to all pages, ${lostStreams} streams lost. In one process, without sockets.`,
  );
  return result;
}

async function history(): Promise<void> {
  aims.measured("history", await historyOn("SQLite", undefined));
  const postgres = process.env.BOOM_BOX_BENCH_POSTGRES;
  if (postgres === undefined) aims.notMeasured("historyPostgres", noPostgres);
  else aims.measured("historyPostgres", await historyOn("PostgreSQL", postgres));
}

/** @returns the worst ratio */
async function historyOn(database: string, url: string | undefined): Promise<number> {
  const figures = await measureHistory(url, progress);
  progress("");
  heading(`\na history page, p50, ${database}`, "a million", "a thousand");
  for (const { page, few, many } of figures) row(page, many, few, "ms");
  return Math.max(...figures.map(({ few, many }) => many / few));
}

function tapRatio({ alone, withPages }: OfficeResult): number {
  return quantile(withPages.taps, 0.99) / quantile(alone.taps, 0.99);
}

async function flash(): Promise<void> {
  const figures = await measureFlash(process.env, progress);
  progress("");
  if (typeof figures === "string") {
    note(`flash: ${figures}`);
    for (const name of ["flash", "settings"] as const) aims.notMeasured(name, figures);
    return;
  }
  const { ours, esptool, settings, setting } = figures;
  heading("\nflashing a board", "ours", "esptool");
  row("from the first byte to the last", ours.seconds, esptool.seconds, "s", 2);
  row("to the board", ours.bytes / 1000, esptool.bytes / 1000, "kB", 1);
  note(
    `${setting}, over TCP; both compress, and verify each part by its MD5.`,
    `The box's files alone: ${settings.bytes} bytes in ${settings.seconds.toFixed(2)} s.`,
  );
  aims.measured("flash", ours.seconds / esptool.seconds);
  aims.measured("settings", (settings.bytes / ours.bytes) * 100);
}

async function update(): Promise<void> {
  const { imageBytes, seconds, wireBytes, openAtRest, openDuring } = await measureUpdate(progress);
  progress("");
  const overhead = (wireBytes / imageBytes - 1) * 100;
  const slower = quantile(openDuring, 0.5) / quantile(openAtRest, 0.5);
  heading("\nupdate over the air", "ours", "image");
  row("on the wire, TLS included", wireBytes / 1000, imageBytes / 1000, "kB", 1);
  heading("", "during", "at rest");
  for (const [name, share] of quantiles) {
    row(
      `publish to event, ${name}`,
      quantile(openDuring, share),
      quantile(openAtRest, share),
      "ms",
    );
  }
  note(
    `1 MB in ${seconds.toFixed(1)} s over the stand-in, in blocks of 4 KB, each written before the next;`,
    "the box rests for 10 ms after each, as on the chip. The slot is in memory.",
  );
  aims.measured("updateOverhead", overhead);
  aims.measured("updateLatency", slower);
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  latency,
  heap,
  return: comeBack,
  storm,
  web,
  office,
  history,
  flash,
  update,
  xs: onXs,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  const known = Object.keys(parts).join(", ");
  process.stderr.write(`the benchmark has no part ${unknown.join(", ")}: use ${known}\n`);
  process.exitCode = 2;
} else {
  for (const [name, run] of Object.entries(parts)) {
    if (asked.length === 0 || asked.includes(name)) await run();
  }
  note("", aims.table());
}
