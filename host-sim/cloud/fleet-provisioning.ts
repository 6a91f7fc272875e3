import { randomBytes } from "node:crypto";
import {
  readCertificateRequest,
  readThingRequest,
  writeCertificateAnswer,
  writeRejection,
  writeThingAnswer,
} from "../../device/messages/claim.ts";
import { claimTopicsOf } from "../../device/messages/claim-topics.ts";
import { isThingName } from "../../device/messages/topics.ts";
import { certificateIdOf } from "./registry.ts";

export interface FleetProvisioningOptions {
  /** names of the existing and enabled provisioning templates */
  readonly templates: readonly string[];
  /**
   * @returns a certificate, PEM; undefined if the request is invalid or not signed by its own key
   */
  sign(request: string): Promise<string | undefined>;
  /** The certificate is ACTIVE from now on, and attached to the thing. */
  register(thingName: string, certificate: string): Promise<void>;
  /**
   * the pre-provisioning hook: whether this thing belongs to the fleet; default: every thing does
   */
  allows?(thingName: string): boolean;
  /** milliseconds since 1970 */
  readonly now: () => number;
}

export interface Answer {
  readonly topic: string;
  readonly payload: string;
}

/** "For security, the certificateOwnershipToken … expires after one hour" (developer guide). */
export const tokenLifeMs = 60 * 60_000;

interface Pending {
  readonly certificate: string;
  readonly until: number;
}

/**
 * AWS IoT Core's provisioning by claim: CreateCertificateFromCsr and RegisterThing, in JSON. Topics
 * and fields, the token's lifetime of one hour and the form of a rejection follow AWS's
 * documentation. Its `errorCode` values are not documented; the ones here are a guess.
 *
 * A template here creates what `boom-box claim` sets up in AWS: the thing named by the parameter
 * `ThingName`, its certificate ACTIVE, with the policy of a box.
 */
export class FleetProvisioning {
  readonly #options: FleetProvisioningOptions;
  /** by token; certificates whose token was not used in time are removed */
  readonly #pending = new Map<string, Pending>();

  constructor(options: FleetProvisioningOptions) {
    this.#options = options;
  }

  /** Certificates that are not attached to a thing yet. */
  get pending(): number {
    this.#expire();
    return this.#pending.size;
  }

  /** Undefined for all other topics. */
  answer(topic: string, payload: Uint8Array): Promise<Answer> | undefined {
    const [first = ""] = this.#options.templates;
    const { certificate } = claimTopicsOf(first);
    if (topic === certificate.request) return this.#createCertificate(topic, payload);
    const template = /^\$aws\/provisioning-templates\/([^/]+)\/provision\/json$/.exec(topic)?.[1];
    return template === undefined ? undefined : this.#registerThing(topic, template, payload);
  }

  async #createCertificate(topic: string, payload: Uint8Array): Promise<Answer> {
    const request = readCertificateRequest(textOf(payload));
    const certificatePem = request === undefined ? undefined : await this.#options.sign(request);
    if (certificatePem === undefined) {
      return rejected(topic, 400, "InvalidCsr", "The CSR could not be read");
    }
    const certificateOwnershipToken = randomBytes(256).toString("base64");
    const until = this.#options.now() + tokenLifeMs;
    this.#pending.set(certificateOwnershipToken, { certificate: certificatePem, until });
    const certificateId = certificateIdOf(certificatePem);
    const answer = { certificateOwnershipToken, certificateId, certificatePem };
    return accepted(topic, writeCertificateAnswer(answer));
  }

  async #registerThing(topic: string, template: string, payload: Uint8Array): Promise<Answer> {
    const { templates, allows, register } = this.#options;
    if (!templates.includes(template)) {
      return rejected(topic, 404, "ResourceNotFound", `No template ${template}`);
    }
    const { certificateOwnershipToken: token = "", thingName } = readThingRequest(textOf(payload));
    this.#expire();
    const pending = this.#pending.get(token);
    if (pending === undefined) {
      const message = "The ownership token is unknown, was used, or has expired";
      return rejected(topic, 400, "InvalidCertificateOwnershipToken", message);
    }
    if (thingName === undefined || !isThingName(thingName)) {
      return rejected(topic, 400, "InvalidParameters", "ThingName is missing or invalid");
    }
    if (allows?.(thingName) === false) {
      return rejected(topic, 403, "AccessDenied", "The pre-provisioning hook declined");
    }
    // Before any await: a token can be used once.
    this.#pending.delete(token);
    await register(thingName, pending.certificate);
    return accepted(topic, writeThingAnswer(thingName));
  }

  #expire(): void {
    const now = this.#options.now();
    for (const [token, { until }] of this.#pending) {
      if (now >= until) this.#pending.delete(token);
    }
  }
}

function accepted(topic: string, payload: string): Answer {
  return { topic: `${topic}/accepted`, payload };
}

function rejected(
  topic: string,
  statusCode: number,
  errorCode: string,
  errorMessage: string,
): Answer {
  const payload = writeRejection({ statusCode, errorCode, errorMessage });
  return { topic: `${topic}/rejected`, payload };
}

function textOf(payload: Uint8Array): string {
  return Buffer.from(payload).toString("utf8");
}
