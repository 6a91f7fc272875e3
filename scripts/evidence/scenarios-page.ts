import { scenarios } from "../../host-sim/scenarios/all.ts";
import { judge, type Outcome, runScenario } from "../../host-sim/scenarios/scenario.ts";
import { type Row, scenarioTable } from "../../host-sim/scenarios/table.ts";
import { runScenariosOnXs } from "./scenarios-on-xs.ts";

/** Each seed gives other jitter; the outcome must be the same. XS runs the first seed only. */
const seeds = [1, 2, 3];
const engines = ["Node", "XS"];

/** Runs every scenario on both engines. `binary` is the result of `findEngine()`. */
export async function makeScenariosPage(
  binary: string,
  onProgress: (done: number, all: number) => void = () => {},
): Promise<{ readonly text: string; readonly failures: number; readonly rows: readonly Row[] }> {
  const onXs: Outcome[] = [];
  await runScenariosOnXs(binary, scenarios.length, seeds[0] ?? 1, (index, outcome) => {
    onXs[index] = outcome;
    onProgress(index + 1, scenarios.length);
  });
  const rows = scenarios.map((scenario, index): Row => {
    const outcomes = seeds.map((seed) => runScenario(scenario, seed));
    const xs = onXs[index];
    return {
      scenario,
      outcomes,
      verdicts: {
        Node: outcomes.flatMap((outcome) => judge(scenario, outcome)),
        ...(xs === undefined ? {} : { XS: judge(scenario, xs) }),
      },
    };
  });
  const failures = rows.filter(({ verdicts }) =>
    engines.some((engine) => verdicts[engine]?.length !== 0),
  ).length;
  return { text: `${heading}${scenarioTable(rows, engines)}`, failures, rows };
}

const heading = `# Failure scenarios

Made by \`npm run scenarios\`. Each row is a scenario in \`host-sim/scenarios/\`. It runs the whole firmware in
virtual time, on Node and on XS. The table shows what pin 5 did, what the box reported to the broker, and
how long it took from the end of the disturbance to the status \`online\`. That time is the longest of three
runs with different jitter: the firmware waits up to two minutes between attempts, with full jitter.

Every row also passes these checks: pin 5 is LOW at the end, no pulse is longer than its cap, there are as
many \`opened\` events as pulses, no two CONNECTs come within a second, and one socket is open at the end.

`;
