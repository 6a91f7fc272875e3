import type { AnyCase } from "../case.ts";
import { backoffCases } from "./backoff.ts";
import { inapplicableCases } from "./inapplicable.ts";
import { jobCase } from "./job.ts";
import { longDuration } from "./long-duration.ts";
import { mqttCases } from "./mqtt.ts";
import { policyCase } from "./policy.ts";
import { retryCases } from "./retry.ts";
import { shadowCases } from "./shadow.ts";
import { tlsCases } from "./tls.ts";

/** Every known case of AWS IoT Device Advisor, short ones first. */
export const allCases: readonly AnyCase[] = [
  ...tlsCases,
  ...mqttCases,
  ...retryCases,
  ...shadowCases,
  jobCase,
  ...backoffCases,
  longDuration,
  policyCase,
  ...inapplicableCases,
];
