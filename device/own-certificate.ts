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
  /** what storage did not keep */
  #unstored: string | undefined;

  /** @param claim undefined if the box has its certificate from the image */
  constructor(storage: KeyValue, claim?: Settings["claim"]) {
    this.#storage = storage;
    this.#claim = claim;
  }

  /** Undefined if nothing is stored, or what is stored is not a certificate. */
  identity(): Identity | undefined {
    const certificate = derOfBase64(this.#unstored ?? this.#storage.read(key));
    return certificate === undefined ? undefined : { type: "issued", certificate };
  }

  /** What to connect with. */
  identityFor(certificate: StateMachine<unknown>["certificate"]): Identity {
    if (certificate === "claim") return { type: "claim" };
    return (this.#claim && this.identity()) ?? { type: "built-in" };
  }

  /** The template to claim by before anything else; undefined if the box can connect as itself. */
  firstClaim(): string | undefined {
    return this.#claim && this.identity() === undefined ? this.#claim.template : undefined;
  }

  /** The template to claim by again: the box's own certificate has been refused for long. */
  nextClaim(machine: StateMachine<unknown>, now: Instant): string | undefined {
    if (this.#claim === undefined || machine.connectionState !== "backoff") return undefined;
    if (!this.#reclaim.isDue(machine.refusals ?? 0, now.ticks)) return undefined;
    this.#reclaim.begun(now.ticks);
    return this.#claim.template;
  }

  /**
   * @param base64 of its DER
   * @returns false if it is kept until the next restart only
   */
  keep(base64: string): boolean {
    this.#storage.write(key, base64);
    const isStored = this.#storage.read(key) === base64;
    this.#unstored = isStored ? undefined : base64;
    return isStored;
  }
}
