import type { Settings } from "./config.ts";
import { derOfBase64 } from "./core/issued-certificate.ts";
import { Reclaim } from "./core/reclaim.ts";
import type { StateMachine } from "./core/state-machine.ts";
import type { Identity, Instant, KeyValue } from "./hal.ts";

const key = "certificate";

/**
 * The certificate that the box has claimed, and when to claim one. It is read again for every
 * connection, because memory is scarce.
 */
export class OwnCertificate {
  readonly #storage: KeyValue;
  readonly #claim: Settings["claim"];
  readonly #reclaim = new Reclaim();
  /** a certificate that could not be stored */
  #unstored: string | undefined;

  /** @param claim undefined if the box has its certificate from the image */
  constructor(storage: KeyValue, claim?: Settings["claim"]) {
    this.#storage = storage;
    this.#claim = claim;
  }

  /** Undefined if nothing is stored, or the stored value is not a certificate. */
  identity(): Identity | undefined {
    const certificate = derOfBase64(this.#unstored ?? this.#storage.read(key));
    return certificate === undefined ? undefined : { type: "issued", certificate };
  }

  /** The identity to connect with. */
  identityFor(certificate: StateMachine<unknown>["certificate"]): Identity {
    if (certificate === "claim") return { type: "claim" };
    return (this.#claim && this.identity()) ?? { type: "built-in" };
  }

  /**
   * The template to claim with before anything else; undefined if the box has an identity of its
   * own.
   */
  firstClaim(): string | undefined {
    return this.#claim && this.identity() === undefined ? this.#claim.template : undefined;
  }

  /**
   * The template to claim with again after the box's own certificate has been refused for a long
   * time.
   */
  nextClaim(machine: StateMachine<unknown>, now: Instant): string | undefined {
    if (this.#claim === undefined || machine.connectionState !== "backoff") return undefined;
    if (!this.#reclaim.isDue(machine.refusals ?? 0, now.ticks)) return undefined;
    this.#reclaim.begun(now.ticks);
    return this.#claim.template;
  }

  /**
   * @param base64 of its DER
   * @returns false if it is kept only until the next restart
   */
  keep(base64: string): boolean {
    this.#storage.write(key, base64);
    const isStored = this.#storage.read(key) === base64;
    this.#unstored = isStored ? undefined : base64;
    return isStored;
  }
}
