import { derOfBase64 } from "./core/issued-certificate.ts";
import type { Identity, KeyValue } from "./hal.ts";

const key = "certificate";

/** The certificate that the box has claimed. It is read anew for every connection: memory is dear. */
export class OwnCertificate {
  readonly #storage: KeyValue;
  /** what storage would not keep */
  #unstored: string | undefined;

  constructor(storage: KeyValue) {
    this.#storage = storage;
  }

  /** Undefined where there is none, or what is stored is none. */
  identity(): Identity | undefined {
    const certificate = derOfBase64(this.#unstored ?? this.#storage.read(key));
    return certificate === undefined ? undefined : { type: "issued", certificate };
  }

  /**
   * @param base64 of its DER
   * @returns false where it is kept until the next restart only
   */
  keep(base64: string): boolean {
    this.#storage.write(key, base64);
    const isStored = this.#storage.read(key) === base64;
    this.#unstored = isStored ? undefined : base64;
    return isStored;
  }
}
