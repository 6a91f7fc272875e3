import type { StormOptions, StormResult } from "./storm.ts";

const width = 900;
const height = 620;
const left = 84;
const right = 24;
const endSeconds = 180;
const ours = "#0b57d0";
const peer = "#b3500f";
const limit = "#a40000";
const muted = "#444";

interface Panel {
  readonly top: number;
  readonly bottom: number;
  /** 0 at the bottom, 1 at the top */
  readonly share: (value: number) => number;
}

/** A logarithmic scale of four decades with a margin; zero is at the bottom. */
const connects: Panel = {
  top: 102,
  bottom: 362,
  share: (value) => (value < 1 ? 0 : Math.log10(value) / 4.15),
};
const online: Panel = { top: 430, bottom: 552, share: (percent) => percent / 100 };

/** A standalone SVG with a white background, so that it is readable on dark pages too. */
export function drawStorm(
  options: StormOptions,
  results: { readonly ours: StormResult; readonly mqttJs: StormResult },
): string {
  const { boxes, outageMs, connectsPerSecond } = options;
  const outageSeconds = outageMs / 1000;
  const count = boxes.toLocaleString("en");
  const percents = ({ online: counts }: StormResult) => counts.map((n) => (100 * n) / boxes);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${count} boxes come back to a broker that was offline for ${outageSeconds} s</title>`,
    `<desc id="desc">${description(options, results)}</desc>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10" fill="#fff" stroke="#b8bec6"/>`,
    `<g font-family="Helvetica,Arial,'Liberation Sans',sans-serif" font-size="14" fill="#111">`,
    text(left, 34, `${count} boxes, a broker offline for ${outageSeconds} s`, heading),
    legend(left, 60, ours, "Boom Box: exponential, full jitter"),
    legend(left + 300, 60, peer, "MQTT.js by default: every second"),
    shade(connects, outageSeconds),
    shade(online, outageSeconds),
    text(left, 90, "connection attempts per second", bold),
    ...[1, 10, 100, 1_000, 10_000].map((value) =>
      rule(connects, value, value.toLocaleString("en")),
    ),
    text(xOf(outageSeconds / 2), connects.bottom - 10, "broker offline", centered),
    line(connects, results.mqttJs.attempts, peer),
    line(connects, results.ours.attempts, ours),
    limitLine(connectsPerSecond),
    text(left, 418, "boxes online, %", bold),
    ...[0, 50, 100].map((value) => rule(online, value, `${value}`)),
    line(online, percents(results.mqttJs), peer),
    line(online, percents(results.ours), ours),
    ...ticks(connects),
    ...ticks(online),
    text(xOf(endSeconds / 2), height - 18, "seconds since the broker went offline", centered),
    "</g>",
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}

const heading = `font-size="18" font-weight="bold"`;
const bold = `font-weight="bold"`;
const centered = `text-anchor="middle" fill="${muted}"`;

function description(
  { connectsPerSecond }: StormOptions,
  results: { readonly ours: StormResult; readonly mqttJs: StormResult },
): string {
  const seconds = ({ attempts }: StormResult) => attempts.length;
  return [
    `While the broker is offline, boxes on MQTT.js try about ten thousand times a second; ours fewer and fewer.`,
    `When it is back, ours send ${results.ours.peak} CONNECTs a second at most, below the limit of ${connectsPerSecond};`,
    `the others ${results.mqttJs.peak}, of which all but ${connectsPerSecond} are refused.`,
    `All boxes on MQTT.js are online after ${seconds(results.mqttJs)} s, all of ours after ${seconds(results.ours)} s.`,
  ].join(" ");
}

function xOf(seconds: number): number {
  return left + (Math.min(seconds, endSeconds) / endSeconds) * (width - left - right);
}

function yOf({ top, bottom, share }: Panel, value: number): number {
  return bottom - share(value) * (bottom - top);
}

/** Two decimals are precise enough, and equal on every machine. */
function figure(value: number): string {
  return String(Number(value.toFixed(2)));
}

function text(x: number, y: number, words: string, attributes = ""): string {
  return `<text x="${figure(x)}" y="${figure(y)}" ${attributes}>${words}</text>`;
}

function legend(x: number, y: number, color: string, words: string): string {
  const stroke = `<path d="M${x} ${y - 5}h28" stroke="${color}" stroke-width="3"/>`;
  return `${stroke}${text(x + 36, y, words)}`;
}

function shade({ top, bottom }: Panel, untilSeconds: number): string {
  const to = figure(xOf(untilSeconds) - left);
  return `<rect x="${left}" y="${top}" width="${to}" height="${bottom - top}" fill="#eef1f5"/>`;
}

function rule(panel: Panel, value: number, label: string): string {
  const y = yOf(panel, value);
  const path = `<path d="M${left} ${figure(y)}H${width - right}" stroke="#d5dae0"/>`;
  return `${path}${text(left - 8, y + 5, label, `text-anchor="end" fill="${muted}"`)}`;
}

function ticks({ bottom }: Panel): string[] {
  const seconds = [0, 30, 60, 90, 120, 150, 180];
  return seconds.map((second) => {
    const x = figure(xOf(second));
    return `<path d="M${x} ${bottom}v5" stroke="#111"/>${text(xOf(second), bottom + 21, `${second}`, centered)}`;
  });
}

/** One point in the middle of each second; the last value continues to the end. */
function line(panel: Panel, values: readonly number[], color: string): string {
  const points = values
    .slice(0, endSeconds)
    .map((value, second) => `${figure(xOf(second + 0.5))} ${figure(yOf(panel, value))}`);
  const last = panel === online ? (values.at(-1) ?? 0) : 0;
  const end = `L${figure(xOf(values.length + 0.5))} ${figure(yOf(panel, last))}H${width - right}`;
  return `<path d="M${points.join("L")}${end}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`;
}

function limitLine(connectsPerSecond: number): string {
  const y = yOf(connects, connectsPerSecond);
  const words = `AWS IoT Core's limit: ${connectsPerSecond} CONNECTs per second and account`;
  const path = `<path d="M${left} ${figure(y)}H${width - right}" stroke="${limit}" stroke-width="2" stroke-dasharray="8 5"/>`;
  return `${path}${text(width - right - 4, y - 8, words, `text-anchor="end" fill="${limit}"`)}`;
}
