import { UserError } from "../command-line/user-error.ts";

/**
 * The calls of AWS IoT's control plane that provisioning needs, by AWS's names. AWS implements it, or
 * a file on this machine (`local-control-plane.ts`). A missing resource is `undefined`.
 * Deleting a missing resource succeeds, and so does attaching an attached one. So every call can be
 * repeated except `createCertificateFromCsr`, which creates another certificate each time.
 *
 * Every call can throw a UserError of one line that says what to do.
 */
export interface ControlPlane {
  readonly type: "aws" | "local";
  readonly region: string;
  /** for messages: `AWS IoT Core in eu-central-1` */
  readonly name: string;
  describeThing(thingName: string): Promise<Thing | undefined>;
  createThing(thingName: string, attributes: Readonly<Record<string, string>>): Promise<void>;
  deleteThing(thingName: string): Promise<void>;
  /** ARNs; empty if the thing does not exist */
  listThingPrincipals(thingName: string): Promise<readonly string[]>;
  attachThingPrincipal(thingName: string, certificateArn: string): Promise<void>;
  detachThingPrincipal(thingName: string, certificateArn: string): Promise<void>;
  /** the JSON document of the default version */
  getPolicy(policyName: string): Promise<string | undefined>;
  /** @returns false if a policy with that name exists */
  createPolicy(policyName: string, document: string): Promise<boolean>;
  /** @returns false if the policy is still attached */
  deletePolicy(policyName: string): Promise<boolean>;
  /** ARNs; empty if the policy does not exist */
  listTargetsForPolicy(policyName: string): Promise<readonly string[]>;
  /** names */
  listAttachedPolicies(certificateArn: string): Promise<readonly string[]>;
  attachPolicy(policyName: string, certificateArn: string): Promise<void>;
  detachPolicy(policyName: string, certificateArn: string): Promise<void>;
  /**
   * Creates an INACTIVE certificate.
   * @throws OutcomeUnknown when the certificate may have been created despite the error
   */
  createCertificateFromCsr(request: string): Promise<Certificate>;
  describeCertificate(certificateId: string): Promise<Certificate | undefined>;
  /** the IDs of INACTIVE certificates that were created since then */
  listInactiveCertificates(since: Date): Promise<readonly string[]>;
  updateCertificate(certificateId: string, status: "ACTIVE" | "INACTIVE"): Promise<void>;
  deleteCertificate(certificateId: string): Promise<void>;
  /** the `iot:Data-ATS` endpoint, to which boxes connect */
  describeEndpoint(): Promise<string>;
}

export interface Thing {
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Certificate {
  readonly certificateId: string;
  readonly certificateArn: string;
  /** `ACTIVE`, `INACTIVE`, `REVOKED`, … */
  readonly status: string;
  readonly certificatePem: string;
}

/** It is not known whether the call took effect. */
export class OutcomeUnknown extends UserError {
  override readonly name = "OutcomeUnknown";
}

/** An error that affects all calls: no credentials, no region, no answer from the endpoint. */
export class AccountError extends UserError {
  override readonly name = "AccountError";
}

/** The region and account of a resource: `arn:aws:iot:eu-central-1:123456789012:cert/…` */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** @throws UserError if it is not an ARN of AWS IoT */
export function placeOf(arn: string): Place {
  const [, partition, region, account] = /^arn:([\w-]+):iot:([\w-]+):(\d{12}):/.exec(arn) ?? [];
  if (partition === undefined || region === undefined || account === undefined) {
    throw new UserError(
      `the answer contains ${JSON.stringify(arn.slice(0, 80))} instead of an ARN: check --endpoint-url`,
    );
  }
  return { partition, region, account };
}
