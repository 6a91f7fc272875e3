import { base64OfPem } from "../core/issued-certificate.ts";

/** A certificate that AWS IoT Core made and that stands for nothing yet. */
export interface IssuedCertificate {
  /** DER, base64 */
  readonly certificate: string;
  /** to be shown to RegisterThing, within the hour */
  readonly ownershipToken: string;
}

/** Why a claim came to nothing, and who can do something about it; see {@link SessionError}. */
export interface ClaimError {
  readonly who: "peer" | "transport" | "person";
  readonly reason: ClaimFailure;
  readonly detail: string;
}

export type ClaimFailure =
  /** AWS IoT Core said no, and why */
  | "rejected"
  /** the claim's own certificate, or its policy */
  | "not-authorized"
  | "no-answer"
  | "protocol"
  /** an answer that cannot be read, or is not what was asked for */
  | "answer"
  /** the image holds no request for a certificate */
  | "no-request"
  | "connection";

/** An answer's text is untrusted: each reader returns what is wrong with it instead. */
export function readIssuedCertificate(text: string): IssuedCertificate | string {
  const { certificatePem, certificateOwnershipToken } = readObject(text);
  if (typeof certificatePem !== "string") return "no certificatePem";
  if (typeof certificateOwnershipToken !== "string" || certificateOwnershipToken === "") {
    return "no certificateOwnershipToken";
  }
  const certificate = base64OfPem(certificatePem);
  if (certificate === undefined)
    return "certificatePem is no certificate, or too long to be stored";
  return { certificate, ownershipToken: certificateOwnershipToken };
}

/** @returns the thing's name; undefined where there is none */
export function readThingName(text: string): string | undefined {
  const { thingName } = readObject(text);
  return typeof thingName === "string" ? thingName : undefined;
}

const tooManyRequests = 429;
const longestDetail = 200;

/** `{statusCode, errorCode, errorMessage}`: too many requests and AWS's own errors pass, the rest does not. */
export function readRejection(text: string): ClaimError {
  const { statusCode, errorCode, errorMessage } = readObject(text);
  const isPassing =
    typeof statusCode === "number" && (statusCode === tooManyRequests || statusCode >= 500);
  const words = [statusCode, errorCode, errorMessage].filter(
    (each) => typeof each === "string" || typeof each === "number",
  );
  return {
    who: isPassing ? "transport" : "person",
    reason: "rejected",
    detail: words.join(" ").slice(0, longestDetail),
  };
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
