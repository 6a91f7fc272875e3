import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serviceClientIdPrefix } from "../../device/messages/topics.ts";
import {
  boxGatesPolicy,
  boxLogPolicy,
  boxPolicy,
  boxShadowPolicy,
  boxUpdatePolicy,
  servicePolicy,
} from "../../host-sim/cloud/policy-documents.ts";
import { projectRoot } from "../../host-sim/project-root.ts";

const textOf = (...path: string[]) => readFileSync(join(projectRoot, ...path), "utf8");
const actionsIn = (text: string) =>
  [...new Set(Array.from(text.matchAll(/"(iot:[A-Z]\w+)"/g), ([, action]) => action))].sort();

describe("the policies that docs/aws.md shows", () => {
  const scope = { region: "eu-central-1", account: "123456789012", prefix: "gate" };
  const [, later = ""] = textOf("docs", "aws.md").split("\n## The policies\n");
  const [section = ""] = later.split("\n## ");
  const shown = Array.from(section.matchAll(/```json\n(.+?)\n```/gs), ([, json = ""]) =>
    JSON.parse(json.replaceAll("REGION", scope.region).replaceAll("ACCOUNT", scope.account)),
  );

  it("are the attached ones, for a box and for the service", () => {
    assert.deepEqual(shown, [
      boxPolicy(scope),
      boxUpdatePolicy({ ...scope, topics: "aws" }),
      boxShadowPolicy(scope),
      boxLogPolicy(scope),
      boxGatesPolicy(scope),
      servicePolicy({ ...scope, clientIdPrefix: serviceClientIdPrefix }),
    ]);
  });
});

describe("the permissions that docs/aws.md lists for provisioning", () => {
  it("match the calls that are made", () => {
    const [, section = ""] = textOf("docs", "aws.md").split("\n## Permissions\n");
    assert.deepEqual(actionsIn(section), actionsIn(textOf("scripts", "provision", "aws.ts")));
  });
});

describe("the permissions that docs/aws.md lists for updates", () => {
  it("match the calls that are made, and the role that is passed", () => {
    const [, later = ""] = textOf("docs", "aws.md").split("\n## Firmware updates\n");
    const [section = ""] = later.split("\n## ");
    const [, operator = ""] = section.split("3. **These permissions**");
    const made = textOf("scripts", "update", "aws-cloud.ts");
    const callsIn = (text: string) =>
      [
        ...new Set(Array.from(text.matchAll(/"((?:iot|s3):[A-Z]\w+)"/g), ([, call]) => call)),
      ].sort();
    assert.deepEqual(callsIn(operator), callsIn(made));
    assert.match(operator, /"iam:PassRole"/);
  });
});
