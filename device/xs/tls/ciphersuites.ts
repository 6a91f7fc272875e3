/**
 * Replaces the SDK's module `ssl/ciphersuites`, which lists RSA key exchange and CBC suites first.
 * No setting removes them, and a server that follows the client's order picks those. This module
 * offers only forward secrecy and AEAD (RFC 9325, 4.2), as far as the SDK supports them. AWS IoT
 * Core supports both.
 */
import { AES, ECDHE_RSA, GCM, SHA256 } from "ssl/constants";

/** AES-128-GCM-SHA256; sizes in bytes. The SDK uses one name for both kinds of ECDHE. */
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
    /** the explicit part of the nonce (RFC 5288, 3) */
    ivSize: 8,
    /** the implicit part */
    saltSize: 4,
  });

/** TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 and TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 (RFC 5289, 3.2) */
export default Object.freeze([suite([0xc0, 0x2f]), suite([0xc0, 0x2b])]);
