/**
 * The module `ssl/ciphersuites` of the SDK, whose own begins with suites of RSA key exchange and CBC
 * that no setting takes away, and a server that heeds the client's order picks those. Offered are
 * forward secrecy and AEAD alone (RFC 9325, 4.2), as far as the SDK has them; AWS IoT Core has both.
 */
import { AES, ECDHE_RSA, GCM, SHA256 } from "ssl/constants";

/** AES-128-GCM-SHA256; sizes in bytes. The SDK calls either kind of ECDHE by the name of one. */
const suite = (value: readonly [number, number]) =>
  Object.freeze({
    value: Object.freeze(value),
    isExportable: false,
    keyExchangeAlgorithm: ECDHE_RSA,
    cipherAlgorithm: AES,
    cipherKeySize: 16,
    cipherBlockSize: 16,
    hashAlgorithm: SHA256,
    hashSize: 32,
    encryptionMode: GCM,
    /** the part of the nonce that is sent (RFC 5288, 3) */
    ivSize: 8,
    /** the part that is not */
    saltSize: 4,
  });

/** TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 and TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 (RFC 5289, 3.2) */
export default Object.freeze([suite([0xc0, 0x2f]), suite([0xc0, 0x2b])]);
