import { X509Certificate } from "node:crypto";
import { type PolicyDocument, parsePolicy } from "./policy.ts";
import { iotArn } from "./policy-documents.ts";

/** What one certificate stands for, as CreateThing, AttachPolicy and AttachThingPrincipal leave it. */
export interface PrincipalEntry {
  /** PEM, or its SHA-256 fingerprint in hexadecimal with or without colons */
  readonly certificate: string;
  /** default: the certificate id, as AWS has it */
  readonly principalId?: string;
  /** the thing the certificate is attached to; a service has none */
  readonly thingName?: string;
  readonly policies: readonly PolicyDocument[];
  readonly status?: CertificateStatus;
}

export type CertificateStatus = "ACTIVE" | "INACTIVE";

export interface Principal {
  /** SHA-256 of the certificate's DER, in hexadecimal: AWS's certificate id */
  readonly certificateId: string;
  readonly principalId: string;
  readonly thingName: string | undefined;
  readonly policies: readonly PolicyDocument[];
  readonly status: CertificateStatus;
}

/** Certificates to things and policies, in memory; an AWS account's part of the stand-in. */
export class Registry {
  readonly #account: { readonly region: string; readonly account: string };
  readonly #principals = new Map<string, Principal>();
  readonly #refresh: (registry: Registry) => void;

  /**
   * `region` and `account` must be those of the policies' ARNs.
   * @param refresh called before every search: registers here what has changed elsewhere
   */
  constructor(
    account: { readonly region: string; readonly account: string },
    refresh: (registry: Registry) => void = () => {},
  ) {
    iotArn(account, "client/any"); // throws now rather than at the first connection
    this.#account = account;
    this.#refresh = refresh;
  }

  /**
   * Registers a certificate, or registers it anew: connections that are open keep what they had.
   * @throws PolicyError when a policy is not one the stand-in can enforce
   */
  register(entry: PrincipalEntry): Principal {
    const certificateId = certificateIdOf(entry.certificate);
    const principal: Principal = {
      certificateId,
      principalId: entry.principalId ?? certificateId,
      thingName: entry.thingName,
      policies: entry.policies.map(parsePolicy),
      status: entry.status ?? "ACTIVE",
    };
    this.#principals.set(certificateId, principal);
    return principal;
  }

  /** Takes effect at the next connection; an open one is ended with `CloudStandIn.disconnect`. */
  setStatus(certificate: string, status: CertificateStatus): void {
    const certificateId = certificateIdOf(certificate);
    const principal = this.#principals.get(certificateId);
    if (principal === undefined) throw new RangeError(`no such certificate: ${certificateId}`);
    this.#principals.set(certificateId, { ...principal, status });
  }

  find(certificate: string): Principal | undefined {
    this.#refresh(this);
    return this.#principals.get(certificateIdOf(certificate));
  }

  /** The ARN of `client/…`, `topic/…` or `topicfilter/…` in this account. */
  arn(resource: string): string {
    return iotArn(this.#account, resource);
  }
}

/** AWS's id of a certificate, from PEM or a SHA-256 fingerprint. */
export function certificateIdOf(certificate: string): string {
  const fingerprint = certificate.includes("-----BEGIN")
    ? new X509Certificate(certificate).fingerprint256
    : certificate;
  const certificateId = fingerprint.replaceAll(":", "").toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(certificateId)) {
    throw new RangeError("neither a PEM certificate nor a SHA-256 fingerprint");
  }
  return certificateId;
}
