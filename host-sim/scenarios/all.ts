import { claimScenarios } from "./claim.ts";
import { clockScenarios } from "./clock.ts";
import { commandScenarios } from "./commands.ts";
import { connectionScenarios } from "./connection.ts";
import { powerScenarios } from "./power.ts";
import type { Scenario } from "./scenario.ts";

/** Every way to go wrong that we know of: what users of other openers reported, and what AWS grades. */
export const scenarios: readonly Scenario[] = [
  ...commandScenarios,
  ...powerScenarios,
  ...connectionScenarios,
  ...clockScenarios,
  ...claimScenarios,
];
