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

/** The result of a claim. */
export type ClaimManner =
  | "grants"
  /** refuses the certificate or the thing: as a template's hook or AWS's throttle would */
  | "rejects"
  | "busy"
  /** accepts the request, and never answers */
  | "silent"
  /** closes the connection instead of answering RegisterThing */
  | "drops";

/** The provisioning by claim of a {@link VirtualBroker}, and the certificates that TLS accepts. */
export class VirtualClaims {
  manner: ClaimManner = "grants";
  /** the box has no certificate of its own in the image */
  isFleet = false;
  /** numbers of created certificates and successful registrations */
  certificates = 0;
  registrations = 0;
  /** the start of MQTT on each connection with the claim certificate */
  readonly connects: number[] = [];
  readonly #registered = new Set<string>();

  /** Whether TLS succeeds with this identity. */
  knows(identity: Identity | undefined): boolean {
    if (identity?.type === "claim") return this.isFleet;
    if (identity?.type !== "issued") return !this.isFleet;
    return this.#registered.has(identity.certificate.join());
  }

  /** As in the console, on purpose or by mistake: deactivates all certificates. */
  deactivateAll(): void {
    this.#registered.clear();
  }

  /** The answer to a PUBLISH; undefined: none. */
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

/** A SEQUENCE of 300 bytes; nothing here parses it. */
const base64Of = (serial: number) => `MIIBKA${String(serial).padStart(394, "A")}`;
