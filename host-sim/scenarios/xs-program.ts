import { scenarios } from "./all.ts";
import { runScenario } from "./scenario.ts";

declare function issueCommand(message: ArrayBuffer): ArrayBuffer;

// The host calls one at a time: XS does nothing else meanwhile.
Object.assign(globalThis, {
  runScenario(index: number, seed: number) {
    const scenario = scenarios[index];
    if (scenario === undefined) throw new RangeError(`no scenario ${index}`);
    const text = JSON.stringify(runScenario(scenario, seed));
    issueCommand(new TextEncoder().encode(text).buffer);
  },
});
