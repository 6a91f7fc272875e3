import type { Outcome } from "../../host-sim/advisor/run.ts";
import { inWords } from "../../host-sim/advisor/verdict.ts";
import { resultOf, whyOf } from "./report.ts";

/** What came of each case on each engine, as a page. The engines ran the same cases. */
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
    table([["case", ...engines, `what was seen (${engines[0]})`, "its time"], ...played]),
    "\n## What does not apply\n\n",
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

const heading = (speed: number) => `# What AWS IoT Device Advisor would ask

Made by \`npx boom-box advisor --write docs/advisor.md\`. The cases of AWS IoT Device Advisor, played by
\`host-sim/advisor/\` over real TLS sockets against the firmware in the simulator, on Node and on XS;
\`boom-box advisor --external\` plays them against a board, or any other client. Those with * qualify a
device. AWS's own service has not been asked: where its pages leave open how it judges, the rules are
ours (\`host-sim/advisor/retries.ts\` for what growth and jitter are).

Time was compressed: while nothing was said, the box's clock and timers, and the advisor's, ran ${speed}
times faster (${speed * 20} times during the outage of half an hour); handshakes and packets took their own time.
"Its time" is what the box saw on Node. On either engine TLS is Node's, on the simulated hardware, and
offers the suites of the board and those of TLS 1.3; what the board's own TLS refuses is tested in
\`device/xs/tls/\`. Neither Node's nor the board's sends a TLS alert when it refuses a certificate: hence the
warning. No case moved pin 5. Jitter is by chance, and the pauses differ with each run.

`;
