import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  webcrypto,
} from "node:crypto";
import type { Extension } from "@peculiar/x509";
import "reflect-metadata";
import type { Refusal } from "./chain.ts";

// It throws on load unless the import above ran first; a compiler may put static imports first.
export const x509 = await import("@peculiar/x509");

export type KeyType = "rsa" | "p256";

/** A certificate, DER, and its private key. */
export interface Made {
  readonly der: Uint8Array;
  readonly subject: string;
  readonly key: KeyObject;
}

export interface Wish {
  /** X.500 name */
  readonly subject: string;
  /** absent: itself */
  readonly issuer?: Made;
  /** signs instead of the issuer */
  readonly signer?: KeyObject;
  readonly key?: KeyObject;
  readonly keyType?: KeyType;
  readonly hash?: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly extensions?: readonly Extension[];
}

/** The time of every test; each certificate is valid for a year around it. */
export const now = new Date("2026-06-01T12:00:00Z");
export const host = "gate.iot.example";
const halfYearMs = 182 * 24 * 3_600_000;
export const around = (ms: number) => new Date(now.getTime() + ms);

export function makeKey(type: KeyType, modulusLength = 2048): KeyObject {
  return type === "p256"
    ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
    : generateKeyPairSync("rsa", { modulusLength }).privateKey;
}

/** Issues what it is told, without checks. */
export async function make(wish: Wish): Promise<Made> {
  const key = wish.key ?? makeKey(wish.keyType ?? "rsa");
  const signer = wish.signer ?? wish.issuer?.key ?? key;
  const hash = wish.hash ?? "SHA-256";
  const algorithm =
    signer.asymmetricKeyType === "rsa"
      ? { name: "RSASSA-PKCS1-v1_5", hash }
      : { name: "ECDSA", namedCurve: "P-256", hash };
  const pkcs8 = signer.export({ type: "pkcs8", format: "der" });
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: `40${randomBytes(8).toString("hex")}`,
      subject: wish.subject,
      issuer: wish.issuer?.subject ?? wish.subject,
      notBefore: wish.notBefore ?? around(-halfYearMs),
      notAfter: wish.notAfter ?? around(halfYearMs),
      publicKey: createPublicKey(key).export({ type: "spki", format: "der" }),
      signingKey: await webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]),
      signingAlgorithm: algorithm,
      extensions: [...(wish.extensions ?? [])],
    },
    webcrypto,
  );
  return { der: new Uint8Array(certificate.rawData), subject: wish.subject, key };
}

const { KeyUsageFlags: usage, ExtendedKeyUsage: extended } = x509;

/** Contents of a CA's certificate. */
export function authority(pathLength?: number, flags = usage.keyCertSign | usage.cRLSign) {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(flags, true),
  ];
}

/** Contents of a server's certificate. */
export function server(names: readonly string[] = [host], flags = usage.digitalSignature) {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(flags, true),
    new x509.ExtendedKeyUsageExtension([extended.serverAuth]),
    new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value }))),
  ];
}

/** A valid root, intermediate and leaf. */
export interface Family {
  readonly root: Made;
  readonly intermediate: Made;
  readonly leaf: Made;
}

export async function makeFamily(keyType: KeyType, rootName = "CN=Root"): Promise<Family> {
  const root = await make({ subject: rootName, keyType, extensions: authority() });
  const intermediate = await make({
    subject: "CN=Intermediate",
    issuer: root,
    keyType,
    extensions: authority(0),
  });
  const leaf = await make({
    subject: "CN=leaf",
    issuer: intermediate,
    keyType,
    extensions: server(),
  });
  return { root, intermediate, leaf };
}

/** The chain a server sends, and the expected result. */
export interface ChainCase {
  readonly name: string;
  readonly chain: readonly Made[];
  /** undefined: trusted */
  readonly refused?: { readonly reason: Refusal; readonly certificate: number };
}

/** The eight chains that every verifier in the project must tell apart. */
export async function makeCases({ root, intermediate, leaf }: Family): Promise<ChainCase[]> {
  const keyType = leaf.key.asymmetricKeyType === "rsa" ? "rsa" : "p256";
  const stranger = makeKey(keyType);
  const like = (wish: Partial<Wish>) =>
    make({
      subject: "CN=leaf",
      issuer: intermediate,
      keyType,
      extensions: server(),
      ...wish,
    });
  const likeIntermediate = (wish: Partial<Wish>) =>
    make({
      subject: "CN=Intermediate",
      issuer: root,
      key: intermediate.key,
      extensions: authority(0),
      ...wish,
    });
  const attacker = await makeFamily(keyType, "CN=Attacker");
  const forged = await like({ signer: stranger });
  const forgedOfRoot = await like({ issuer: root, signer: stranger });
  const expired = { notAfter: around(-1_000) };
  const elsewhere = await like({ extensions: server(["other.iot.example"]) });
  return [
    { name: "genuine leaf and intermediate", chain: [leaf, intermediate] },
    {
      name: "forged leaf and genuine intermediate",
      chain: [forged, intermediate],
      refused: { reason: "signature", certificate: 0 },
    },
    {
      name: "forged leaf alone",
      chain: [forgedOfRoot],
      refused: { reason: "signature", certificate: 0 },
    },
    {
      name: "the attacker's own chain",
      chain: [attacker.leaf, attacker.intermediate, attacker.root],
      refused: { reason: "issuer", certificate: 2 },
    },
    {
      name: "wrong name",
      chain: [elsewhere, intermediate],
      refused: { reason: "name", certificate: 0 },
    },
    {
      name: "expired leaf",
      chain: [await like(expired), intermediate],
      refused: { reason: "expired", certificate: 0 },
    },
    {
      name: "expired intermediate",
      chain: [leaf, await likeIntermediate(expired)],
      refused: { reason: "expired", certificate: 1 },
    },
    {
      name: "an intermediate that is not a CA",
      chain: [leaf, await likeIntermediate({ extensions: server() })],
      refused: { reason: "not-a-ca", certificate: 1 },
    },
  ];
}
