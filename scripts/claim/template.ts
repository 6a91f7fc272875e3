import type { Subject } from "../provision/subject.ts";
import { markOf, policyNameOf } from "../provision/subject.ts";

/** The one that the stand-in has. */
export const defaultTemplate = "boom-box";

/** What `CreateProvisioningTemplate` is sent: see AWS IoT Core, "Provisioning templates". */
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
  /** an IAM role that AWS IoT may assume, with the managed policy AWSIoTThingsRegistration */
  readonly roleArn: string;
  /** a Lambda function that decides whether a thing's name is one of the fleet's */
  readonly hookArn?: string;
}

/** The thing that the box names, its certificate, and the policy that all boxes have. */
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
  return {
    Parameters: { ThingName: { Type: "String" }, [certificateId]: { Type: "String" } },
    Resources: {
      thing: {
        Type: "AWS::IoT::Thing",
        Properties: { ThingName: { Ref: "ThingName" }, AttributePayload: markOf(box) },
        // A box that claims again finds its thing there.
        OverrideSettings: { AttributePayload: "MERGE" },
      },
      certificate: {
        Type: "AWS::IoT::Certificate",
        Properties: { CertificateId: { Ref: certificateId }, Status: "Active" },
      },
      policy: { Type: "AWS::IoT::Policy", Properties: { PolicyName: policyNameOf(box) } },
    },
  };
}
