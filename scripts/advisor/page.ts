import type { Outcome } from "../../host-sim/advisor/run.ts";
import { inWords } from "../../host-sim/advisor/verdict.ts";
import { resultOf, whyOf } from "./report.ts";

/** A page with the result of each case on each engine. Both engines ran the same cases. */
export function advisorPage(
  runs: Readonly<Record<string, readonly Outcome[]>>,
  speed: number,
): string {
  const engines = Object.keys(runs);
  const first = Object.values(runs)[0] ?? [];
  const rows = first.map((outcome, index) => [
    `${outcome.case.title}${outcome.case.isQualifying ? " *" : ""}`,
    ...engines.map((engine) => {
      const own = runs[engine]?.[index];
      return own === undefined ? "not run" : resultOf(own);
    }),
    whyOf(outcome),
    timeOf(outcome),
  ]);
  const played = rows.filter((_, index) => first[index]?.type === "judged");
  const others = first.filter(({ type }) => type === "not applicable");
  return [
    heading(speed),
    table([["case", ...engines, `details (${engines[0]})`, "box time"], ...played]),
    "\n## Cases that do not apply\n\n",
    table([["case", "why"], ...others.map((outcome) => [outcome.case.title, whyOf(outcome)])]),
  ].join("");
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`)
    .join("");
}

function timeOf(outcome: Outcome): string {
  if (outcome.type !== "judged" || outcome.clientMs < 1) return "";
  return inWords(outcome.clientMs);
}

const heading = (speed: number) => `# AWS IoT Device Advisor's cases

Made by \`npx boom-box advisor --write docs/advisor.md\`. \`host-sim/advisor/\` runs the cases of AWS IoT Device
Advisor over real TLS sockets against the firmware in the simulator, on Node and on XS.
\`boom-box advisor --external\` runs them against a board, or any other client. Cases with * are required to qualify a device.
AWS's own service was not used. If AWS does not document how it judges a case, the rules are ours
(\`host-sim/advisor/retries.ts\` defines growth and jitter).

Time was compressed. While nothing was sent, the clocks and timers of the box and of the advisor ran ${speed} times
faster (${speed * 20} times during the outage of half an hour). Handshakes and packets took their real time.
The column "box time" is the time by the box's clock on Node.

On both engines, the simulated hardware uses Node's TLS. It offers the cipher suites of the board and those of TLS 1.3.
Tests in \`device/xs/tls/\` cover what the board's own TLS refuses. Neither Node's TLS nor the board's sends an alert when
it refuses a certificate, which causes the warning.

No case moved pin 5. Jitter is random, so the pauses differ with each run.

`;
