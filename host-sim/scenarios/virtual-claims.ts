import { derOfBase64 } from "../../device/core/issued-certificate.ts";
import type { Identity } from "../../device/hal.ts";
import {
  type CertificateAnswer,
  readThingRequest,
  writeCertificateAnswer,
  writeRejection,
  writeThingAnswer,
} from "../../device/messages/claim.ts";
import { claimTopicsOf } from "../../device/messages/claim-topics.ts";

export const virtualTemplate = "boom-box";

/** What becomes of a claim. */
export type ClaimManner =
  | "grants"
  /** no to the certificate, no to the thing: as a template's hook says it, or AWS's throttle */
  | "rejects"
  | "busy"
  /** takes the request, and never answers */
  | "silent"
  /** hangs up in place of the thing's answer */
  | "drops";

/** The provisioning by claim of a {@link VirtualBroker}, and which certificates TLS takes. */
export class VirtualClaims {
  manner: ClaimManner = "grants";
  /** the box came without a certificate of its own */
  isFleet = false;
  /** how many certificates were made, and how many registrations came to something */
  certificates = 0;
  registrations = 0;
  /** when each connection with the claim's certificate began its MQTT */
  readonly connects: number[] = [];
  readonly #registered = new Set<string>();

  /** Whether TLS goes through with this identity. */
  knows(identity: Identity | undefined): boolean {
    if (identity?.type === "claim") return this.isFleet;
    if (identity?.type !== "issued") return !this.isFleet;
    return this.#registered.has(identity.certificate.join());
  }

  /** As a person does in the console, or by mistake: no certificate is good any more. */
  deactivateAll(): void {
    this.#registered.clear();
  }

  /** What is said to a PUBLISH: undefined is nothing. */
  answer(topic: string, payload: string): { topic: string; payload: string } | "drop" | undefined {
    const { certificate, thing } = claimTopicsOf(virtualTemplate);
    const asked = [certificate, thing].find(({ request }) => request === topic);
    if (asked === undefined || this.manner === "silent") return undefined;
    if (asked === certificate) {
      this.certificates += 1;
      return { topic: asked.accepted, payload: writeCertificateAnswer(made(this.certificates)) };
    }
    if (this.manner === "drops") return "drop";
    if (this.manner !== "grants") {
      const statusCode = this.manner === "busy" ? 429 : 403;
      const rejection = { statusCode, errorCode: "Rejected", errorMessage: "no" };
      return { topic: asked.rejected, payload: writeRejection(rejection) };
    }
    const { certificateOwnershipToken, thingName = "" } = readThingRequest(payload);
    const der = derOfBase64(base64Of(Number(certificateOwnershipToken)));
    if (der !== undefined) this.#registered.add(der.join());
    this.registrations += 1;
    return { topic: asked.accepted, payload: writeThingAnswer(thingName) };
  }
}

function made(serial: number): CertificateAnswer {
  const certificatePem = `-----BEGIN CERTIFICATE-----\n${base64Of(serial)}\n-----END CERTIFICATE-----\n`;
  return { certificatePem, certificateOwnershipToken: String(serial) };
}

/** A SEQUENCE of 300 bytes; nobody here looks inside. */
const base64Of = (serial: number) => `MIIBKA${String(serial).padStart(394, "A")}`;
