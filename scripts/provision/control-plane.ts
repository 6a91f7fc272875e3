import { UserError } from "../command-line/user-error.ts";

/**
 * The calls of AWS IoT's control plane that provisioning needs, by AWS's names; AWS itself plays it,
 * or a file on this machine (`local-cloud.ts`). What is not there is `undefined`, and taking away or
 * attaching what already is gone or attached succeeds, so that every call may be repeated, except
 * `createCertificateFromCsr`: the same request sent twice makes two certificates.
 *
 * @throws UserError, in one line with what to do, from every call
 */
export interface ControlPlane {
  readonly type: "aws" | "local";
  readonly region: string;
  /** for messages: `AWS IoT Core in eu-central-1` */
  readonly name: string;
  describeThing(thingName: string): Promise<Thing | undefined>;
  createThing(thingName: string, attributes: Readonly<Record<string, string>>): Promise<void>;
  deleteThing(thingName: string): Promise<void>;
  /** ARNs; none when there is no such thing */
  listThingPrincipals(thingName: string): Promise<readonly string[]>;
  attachThingPrincipal(thingName: string, certificateArn: string): Promise<void>;
  detachThingPrincipal(thingName: string, certificateArn: string): Promise<void>;
  /** the document of its default version, JSON */
  getPolicy(policyName: string): Promise<string | undefined>;
  /** @returns false when there is one of that name */
  createPolicy(policyName: string, document: string): Promise<boolean>;
  /** @returns false when something is still attached to it */
  deletePolicy(policyName: string): Promise<boolean>;
  /** ARNs; none when there is no such policy */
  listTargetsForPolicy(policyName: string): Promise<readonly string[]>;
  /** names */
  listAttachedPolicies(certificateArn: string): Promise<readonly string[]>;
  attachPolicy(policyName: string, certificateArn: string): Promise<void>;
  detachPolicy(policyName: string, certificateArn: string): Promise<void>;
  /**
   * Makes an INACTIVE certificate.
   * @throws OutcomeUnknown when it may have been made all the same
   */
  createCertificateFromCsr(request: string): Promise<Certificate>;
  describeCertificate(certificateId: string): Promise<Certificate | undefined>;
  /** ids of those that are INACTIVE and were made since then */
  listInactiveCertificates(since: Date): Promise<readonly string[]>;
  updateCertificate(certificateId: string, status: "ACTIVE" | "INACTIVE"): Promise<void>;
  deleteCertificate(certificateId: string): Promise<void>;
  /** the host name boxes connect to, of the type `iot:Data-ATS` */
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

/** Nobody knows whether the call took effect. */
export class OutcomeUnknown extends UserError {
  override readonly name = "OutcomeUnknown";
}

/** Nothing else would succeed either: no credentials, no region, nobody at the address. */
export class AccountError extends UserError {
  override readonly name = "AccountError";
}

/** Where a resource is: `arn:aws:iot:eu-central-1:123456789012:cert/…` */
export interface Place {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** @throws UserError for what is no ARN of AWS IoT */
export function placeOf(arn: string): Place {
  const [, partition, region, account] = /^arn:([\w-]+):iot:([\w-]+):(\d{12}):/.exec(arn) ?? [];
  if (partition === undefined || region === undefined || account === undefined) {
    throw new UserError(`the answer holds ${JSON.stringify(arn.slice(0, 80))} in place of an ARN`);
  }
  return { partition, region, account };
}
