import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "../../host-sim/scenarios/scenario.ts";
import { bundleForEngine } from "../../host-sim/xs/bundle/for-engine.ts";
import { load } from "../../host-sim/xs/loader.ts";

const program = { entries: ["host-sim/scenarios/xs-program.ts"], mayRepeat: true };

/**
 * Runs scenarios on XS. The shipped library and a simulation in virtual time around it run in the
 * same engine. `binary` is the result of `findEngine()`.
 * @throws EngineError when the engine fails
 */
export async function runScenariosOnXs(
  binary: string,
  count: number,
  seed: number,
  onOutcome: (index: number, outcome: Outcome) => void,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-scenarios-"));
  try {
    const modules = await bundleForEngine(directory, program);
    let index = 0;
    const engine = await load(
      {
        binary,
        computeLimit: 20_000_000_000,
        answerTimeoutMs: 300_000,
        onMessage(message) {
          onOutcome(index, JSON.parse(Buffer.from(message).toString()) as Outcome);
          return new Uint8Array();
        },
      },
      modules.map(({ file }) => file),
    );
    try {
      for (index = 0; index < count; index++) {
        await engine.evaluate(`runScenario(${index}, ${seed});`);
      }
    } finally {
      await engine.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
