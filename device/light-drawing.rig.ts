import { lightPatterns } from "./status-light.ts";

const rows = [
  ["pulse", "the button is pressed"],
  ["connected", "connected"],
  ["mqtt", "the broker refuses the box"],
  ["tls", "no TLS connection"],
  ["time", "no time server answers"],
  ["network", "no network, or no address"],
] as const satisfies readonly (readonly [keyof typeof lightPatterns, string])[];

const shownMs = 4_000;
const left = 250;
const width = 560;
const rowHeight = 34;
const top = 34;

/** The patterns of the status light over time, as the code has them: docs/light.svg. */
export function drawLight(): string {
  const height = top + rows.length * rowHeight + 8;
  const x = (ms: number) => left + Math.round((ms / shownMs) * width);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${left + width + 20} ${height}" font-family="system-ui, sans-serif" font-size="15">`,
    "<title>What the status light says</title>",
    `<rect width="100%" height="100%" fill="#fffefa"/>`,
  ];
  for (let second = 0; second <= shownMs / 1_000; second++) {
    const at = x(second * 1_000);
    lines.push(
      `<path d="M${at} ${top - 8}V${height - 8}" stroke="#d8d4c8"/>`,
      `<text x="${at}" y="18" text-anchor="middle" fill="#555">${second} s</text>`,
    );
  }
  rows.forEach(([state, words], index) => {
    const y = top + index * rowHeight;
    lines.push(`<text x="12" y="${y + 19}" fill="#222">${words}</text>`);
    for (const [from, to] of shining(state)) {
      lines.push(
        `<rect x="${x(from)}" y="${y + 4}" width="${Math.max(1, x(to) - x(from))}" height="20" rx="3" fill="#e0a800"/>`,
      );
    }
  });
  return `${[...lines, "</svg>"].join("\n")}\n`;
}

/** When it shines, in ms: from, to. */
function shining(state: keyof typeof lightPatterns): [number, number][] {
  const pattern = lightPatterns[state];
  if (pattern === "off") return [];
  if (pattern === "on") return [[0, shownMs]];
  const spans: [number, number][] = [];
  for (let at = 0, step = 0; at < shownMs; step++) {
    const ms = pattern[step % pattern.length] ?? shownMs;
    if (step % 2 === 0) spans.push([at, Math.min(shownMs, at + ms)]);
    at += ms;
  }
  return spans;
}
