/**
 * The module `ssl/cert` of the SDK, whose own goes on past a pair of certificates of which neither
 * signed the other, and knows no CA from a leaf. One manager belongs to one session.
 */
import PKCS8, { type PrivateKey } from "pkcs8";
import TLSError from "ssl/error";
import { verifyChain } from "./chain.ts";
import { areEqual } from "./der.ts";
import { sdkVerifier } from "./sdk-verifier.ts";

/** The `secure` of a TLS socket, DER throughout. */
export interface CertificateOptions {
  /** the one trusted root */
  readonly certificate?: ArrayBuffer | Uint8Array;
  /** ours, the leaf first */
  readonly clientCertificates?: readonly (ArrayBuffer | Uint8Array)[];
  /** PKCS#8, RSA */
  readonly clientKey?: ArrayBuffer | Uint8Array;
}

export default class CertificateManager {
  readonly #roots: readonly Uint8Array[];
  readonly #certificates: readonly (ArrayBuffer | Uint8Array)[];
  readonly #key: ArrayBuffer | Uint8Array | undefined;

  /** Nothing is checked here: a root out of its dates is told at the handshake, as all else is. */
  constructor({ certificate, clientCertificates, clientKey }: CertificateOptions) {
    this.#roots = certificate === undefined ? [] : [bytesOf(certificate)];
    this.#certificates = clientCertificates ?? [];
    this.#key = clientKey;
  }

  /**
   * Whether the server is who it should be. There is no switch to leave this out.
   * @param chain the leaf first
   * @throws TLSError with the reason where it is not
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

  /** The SDK tells the leaf, so that `getKey` should find it: here the key exchange reads it itself. */
  register(_certificate: ArrayBuffer): void {}

  /** The private key of a certificate of ours, to sign CertificateVerify with. */
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

  /** What is sent where the server asks for a certificate: ours, whatever it would prefer. */
  findPreferredCert(
    _types: readonly number[],
    _names: readonly ArrayBuffer[],
  ): readonly (ArrayBuffer | Uint8Array)[] {
    return this.#certificates;
  }
}

/** A view of the same bytes; a resource in flash is an ArrayBuffer here. */
function bytesOf(bytes: ArrayBuffer | Uint8Array): Uint8Array {
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
}
