import { X509Certificate } from "node:crypto";
import { type PolicyDocument, parsePolicy } from "./policy.ts";
import { iotArn } from "./policy-documents.ts";

/**
 * What one certificate is attached to, as after CreateThing, AttachPolicy and AttachThingPrincipal.
 */
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

/** Maps certificates to things and policies, in memory: the account side of the stand-in. */
export class Registry {
  readonly #account: { readonly region: string; readonly account: string };
  readonly #principals = new Map<string, Principal>();
  readonly #refresh: (registry: Registry) => void;

  /**
   * `region` and `account` must match the policies' ARNs.
   * @param refresh called before every lookup: registers changes made elsewhere
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
   * Registers a certificate, or replaces it: open connections keep the previous entry.
   * @throws PolicyError when the stand-in cannot enforce a policy
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

  /** Takes effect at the next connection. To end an open one, call `CloudStandIn.disconnect`. */
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
    throw new RangeError("not a PEM certificate or a SHA-256 fingerprint");
  }
  return certificateId;
}
