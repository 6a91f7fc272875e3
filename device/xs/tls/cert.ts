/**
 * Replaces the SDK's module `ssl/cert`, which continues past two certificates of which neither
 * signed the other, and does not distinguish a CA from a leaf. One manager belongs to one session.
 */
import PKCS8, { type PrivateKey } from "pkcs8";
import TLSError from "ssl/error";
import { verifyChain } from "./chain.ts";
import { areEqual } from "./der.ts";
import { sdkVerifier } from "./sdk-verifier.ts";

/** The `secure` option of a TLS socket, all DER. */
export interface CertificateOptions {
  /** the one trusted root */
  readonly certificate?: ArrayBuffer | Uint8Array;
  /** our own, leaf first */
  readonly clientCertificates?: readonly (ArrayBuffer | Uint8Array)[];
  /** PKCS#8, RSA */
  readonly clientKey?: ArrayBuffer | Uint8Array;
}

export default class CertificateManager {
  readonly #roots: readonly Uint8Array[];
  readonly #certificates: readonly (ArrayBuffer | Uint8Array)[];
  readonly #key: ArrayBuffer | Uint8Array | undefined;

  /**
   * Nothing is checked here: an expired root is reported at the handshake, like all other errors.
   */
  constructor({ certificate, clientCertificates, clientKey }: CertificateOptions) {
    this.#roots = certificate === undefined ? [] : [bytesOf(certificate)];
    this.#certificates = clientCertificates ?? [];
    this.#key = clientKey;
  }

  /**
   * Verifies the server's identity. There is no option to skip this.
   * @param chain leaf first
   * @throws TLSError with the reason if it is not trusted
   */
  verify(chain: readonly Uint8Array[], options: { readonly tls_server_name?: string }): true {
    const verdict = verifyChain({
      chain,
      roots: this.#roots,
      host: options.tls_server_name ?? "",
      date: Date.now(),
      verifier: sdkVerifier,
    });
    if (verdict.isTrusted) return true;
    throw new TLSError(`certificate ${verdict.certificate}: ${verdict.reason}`);
  }

  /**
   * The SDK passes the leaf so that `getKey` can find it. Here, the key exchange reads it itself.
   */
  register(_certificate: ArrayBuffer): void {}

  /** The private key of our certificate, to sign CertificateVerify. */
  getKey(certificate: ArrayBuffer | Uint8Array): PrivateKey {
    const [own] = this.#certificates;
    if (
      own === undefined ||
      this.#key === undefined ||
      !areEqual(bytesOf(own), bytesOf(certificate))
    ) {
      throw new TLSError("certificate: no key");
    }
    return PKCS8.parse(bytesOf(this.#key));
  }

  /** What is sent when the server requests a certificate: ours, regardless of its preferences. */
  findPreferredCert(
    _types: readonly number[],
    _names: readonly ArrayBuffer[],
  ): readonly (ArrayBuffer | Uint8Array)[] {
    return this.#certificates;
  }
}

/** A view of the same bytes. A resource in flash is an ArrayBuffer here. */
function bytesOf(bytes: ArrayBuffer | Uint8Array): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}
