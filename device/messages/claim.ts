import { membersOf, parseJson } from "./json.ts";

/**
 * The messages between a box and AWS IoT Core when a certificate is claimed (developer guide,
 * "Device provisioning MQTT API"). The firmware writes requests and reads answers; the stand-in
 * does the opposite.
 */

/** The answer to CreateCertificateFromCsr: a certificate that does not belong to a thing yet. */
export interface CertificateAnswer {
  /** PEM */
  readonly certificatePem: string;
  /** to be sent to RegisterThing within the hour */
  readonly certificateOwnershipToken: string;
}

/** RegisterThing */
export interface ThingRequest {
  readonly certificateOwnershipToken: string;
  readonly thingName: string;
}

/** The answer to either request when AWS refuses. */
export interface Rejection {
  readonly statusCode: number;
  readonly errorCode: string;
  readonly errorMessage: string;
}

/** @param certificateSigningRequest PKCS#10, PEM */
export function writeCertificateRequest(certificateSigningRequest: string): string {
  return JSON.stringify({ certificateSigningRequest });
}

/** @returns the request, PEM; undefined when there is none */
export function readCertificateRequest(text: string): string | undefined {
  return textIn(membersOf(parseJson(text)).certificateSigningRequest);
}

export function writeCertificateAnswer(
  answer: CertificateAnswer & { readonly certificateId?: string },
): string {
  return JSON.stringify(answer);
}

/** @returns the reason if it cannot be used */
export function readCertificateAnswer(text: string): CertificateAnswer | string {
  const { certificatePem, certificateOwnershipToken } = membersOf(parseJson(text));
  if (typeof certificatePem !== "string") return "no certificatePem";
  if (typeof certificateOwnershipToken !== "string" || certificateOwnershipToken === "") {
    return "no certificateOwnershipToken";
  }
  return { certificatePem, certificateOwnershipToken };
}

export function writeThingRequest({ certificateOwnershipToken, thingName }: ThingRequest): string {
  return JSON.stringify({ certificateOwnershipToken, parameters: { ThingName: thingName } });
}

/** A field that is absent or not a string is undefined. */
export function readThingRequest(text: string): Partial<ThingRequest> {
  const { certificateOwnershipToken, parameters } = membersOf(parseJson(text));
  const token = textIn(certificateOwnershipToken);
  const thingName = textIn(membersOf(parameters).ThingName);
  return {
    ...(token === undefined ? {} : { certificateOwnershipToken: token }),
    ...(thingName === undefined ? {} : { thingName }),
  };
}

export function writeThingAnswer(thingName: string): string {
  return JSON.stringify({ thingName, deviceConfiguration: {} });
}

/** @returns the thing's name; undefined when there is none */
export function readThingAnswer(text: string): string | undefined {
  return textIn(membersOf(parseJson(text)).thingName);
}

export function writeRejection({ statusCode, errorCode, errorMessage }: Rejection): string {
  return JSON.stringify({ statusCode, errorCode, errorMessage });
}

const tooManyRequests = 429;
const longestDetail = 200;

/** Reads a refusal. Another attempt may help after throttling or an internal error of AWS. */
export function readRejection(text: string): {
  readonly isTemporary: boolean;
  readonly detail: string;
} {
  const { statusCode, errorCode, errorMessage } = membersOf(parseJson(text));
  const words = [statusCode, errorCode, errorMessage].filter(
    (each) => typeof each === "string" || typeof each === "number",
  );
  return {
    isTemporary:
      typeof statusCode === "number" && (statusCode === tooManyRequests || statusCode >= 500),
    detail: words.join(" ").slice(0, longestDetail),
  };
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
