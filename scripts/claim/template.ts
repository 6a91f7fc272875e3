import type { Subject } from "../provision/subject.ts";
import { markOf, policyNamesOf } from "../provision/subject.ts";

/** The stand-in's template. */
export const defaultTemplate = "boom-box";

/** The request of `CreateProvisioningTemplate`: see AWS IoT Core, "Provisioning templates". */
export interface TemplateRequest {
  readonly templateName: string;
  readonly templateBody: string;
  readonly enabled: true;
  readonly type: "FLEET_PROVISIONING";
  readonly provisioningRoleArn: string;
  readonly preProvisioningHook?: {
    readonly payloadVersion: "2020-04-01";
    readonly targetArn: string;
  };
}

export interface TemplateOptions {
  readonly template: string;
  readonly prefix: string;
  /** an IAM role that AWS IoT can assume, with the managed policy AWSIoTThingsRegistration */
  readonly roleArn: string;
  /** a Lambda function that decides whether a thing name belongs to the fleet */
  readonly hookArn?: string;
}

/** Registers the thing that the box names, its certificate, and the policies of all boxes. */
export function templateRequest(options: TemplateOptions): TemplateRequest {
  const { template, prefix, roleArn, hookArn } = options;
  return {
    templateName: template,
    templateBody: JSON.stringify(templateBody(prefix)),
    enabled: true,
    type: "FLEET_PROVISIONING",
    provisioningRoleArn: roleArn,
    ...(hookArn === undefined
      ? {}
      : { preProvisioningHook: { payloadVersion: "2020-04-01", targetArn: hookArn } }),
  };
}

function templateBody(prefix: string) {
  const box: Subject = { type: "box", name: "", prefix };
  const certificateId = "AWS::IoT::Certificate::Id";
  const [policy, updatePolicy, shadowPolicy, logPolicy, gatesPolicy] = policyNamesOf(box).map(
    (PolicyName) => ({
      Type: "AWS::IoT::Policy",
      Properties: { PolicyName },
    }),
  );
  return {
    Parameters: { ThingName: { Type: "String" }, [certificateId]: { Type: "String" } },
    Resources: {
      thing: {
        Type: "AWS::IoT::Thing",
        Properties: { ThingName: { Ref: "ThingName" }, AttributePayload: markOf(box) },
        // When a box claims again, its thing exists already.
        OverrideSettings: { AttributePayload: "MERGE" },
      },
      certificate: {
        Type: "AWS::IoT::Certificate",
        Properties: { CertificateId: { Ref: certificateId }, Status: "Active" },
      },
      policy,
      updatePolicy,
      shadowPolicy,
      logPolicy,
      gatesPolicy,
    },
  };
}
