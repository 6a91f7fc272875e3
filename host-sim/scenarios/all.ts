import { buttonScenarios } from "./button.ts";
import { claimScenarios } from "./claim.ts";
import { clockScenarios } from "./clock.ts";
import { commandScenarios } from "./commands.ts";
import { connectionScenarios } from "./connection.ts";
import { crashScenarios } from "./crashes.ts";
import { gateInputScenarios } from "./gate-input.ts";
import { manyGatesScenarios } from "./many-gates.ts";
import { powerScenarios } from "./power.ts";
import type { Scenario } from "./scenario.ts";

/** Every known failure: those that users of other openers reported, and those that AWS grades. */
export const scenarios: readonly Scenario[] = [
  ...commandScenarios,
  ...gateInputScenarios,
  ...buttonScenarios,
  ...manyGatesScenarios,
  ...powerScenarios,
  ...crashScenarios,
  ...connectionScenarios,
  ...clockScenarios,
  ...claimScenarios,
];
