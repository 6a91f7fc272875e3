import type { PolicyDocument, PolicyStatement } from "../../cloud/policy.ts";
import type { PolicyCase } from "../case.ts";
import { fail, pass, type Verdict } from "../verdict.ts";

export const policyCase: PolicyCase = {
  type: "policy",
  name: "device-policies",
  title: "Device Certificate Attached Policies Don't Contain Wildcards",
  isQualifying: false,
};

/** Wildcards in Allow statements. A wildcard in a Deny grants nothing. */
export function judgePolicies(policies: readonly PolicyDocument[]): Verdict {
  if (policies.length === 0) return fail("no policy");
  const allowed = policies.flatMap(({ Statement }) => Statement.filter(isAllow));
  const wild = allowed.flatMap(({ Action, Resource }) =>
    [...listOf(Action), ...listOf(Resource)].filter((word) => /[*?]/.test(word)),
  );
  if (wild.length > 0) return fail(`wildcards in Allow statements: ${wild.join(", ")}`);
  const actions = new Set(allowed.flatMap(({ Action }) => listOf(Action)));
  return pass(`no wildcard in Allow statements: ${[...actions].join(", ")}`);
}

function isAllow({ Effect }: PolicyStatement): boolean {
  return Effect === "Allow";
}

function listOf(words: string | readonly string[]): readonly string[] {
  return typeof words === "string" ? [words] : words;
}
