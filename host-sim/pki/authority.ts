import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  webcrypto,
  X509Certificate,
} from "node:crypto";
import { isIP } from "node:net";
import { promisify } from "node:util";
import type { Extension, X509Certificate as IssuerCertificate } from "@peculiar/x509";
import "reflect-metadata";
import { loopbackNames } from "./loopback.ts";

// It throws on load unless the last import above ran first; a compiler may put static imports
// first.
const x509 = await import("@peculiar/x509");

/** A private key and its certificate. The key is PKCS#8, unencrypted. */
export interface Identity {
  /** only the leaf, without its issuers */
  readonly certificatePem: string;
  readonly certificateDer: Uint8Array;
  readonly keyPem: string;
  readonly keyDer: Uint8Array;
}

/** The issuer: a certificate and its key, PEM. It is not required to be a CA. */
export type Issuer = Pick<Identity, "certificatePem" | "keyPem">;

/** The allowed use of a certificate. */
export type Profile =
  /** `pathLength`: how many CAs may follow below this one; absent: no limit */
  | { readonly type: "authority"; readonly pathLength?: number }
  /** `names`: DNS names and IP addresses, all in subjectAltName */
  | { readonly type: "server"; readonly names: readonly string[] }
  | { readonly type: "client" };

/** Options of every certificate, so that tests can create expired and misnamed ones. */
export interface CertificateOptions {
  /** X.500 name, `CN=lot-1,O=Boom Box` */
  readonly subject?: string;
  /** default: an hour ago, because the clocks of boxes and laptops differ slightly */
  readonly notBefore?: Date;
  /** default: `notBefore` plus {@link validityDays}, but never later than the issuer's */
  readonly notAfter?: Date;
  /** a key to certify again, PKCS#8 PEM, RSA or P-256; default: a new one */
  readonly keyPem?: string;
  /** of a new key; default `rsa` (2048 bits), the only type that XS can use as a client */
  readonly keyType?: "rsa" | "p256";
}

export interface CertificateRequest extends CertificateOptions {
  readonly profile: Profile;
  readonly subject: string;
  /** absent: self-signed */
  readonly issuer?: Issuer;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** How far before now a certificate's validity begins, in milliseconds. */
export const backdateMs = hourMs;

/**
 * Default validity in days. The CA and a box: ten years, because replacing either requires a cable
 * at the box. The server: 397 days, the maximum that every TLS client still accepts (browsers and
 * Apple's platforms stop at 398); it is replaced automatically.
 */
export const validityDays: Readonly<Record<Profile["type"], number>> = {
  authority: 3652,
  server: 397,
  client: 3652,
};

/**
 * A CA: a root, or with `issuer` an intermediate. By default, it is named after its key: certifying
 * the same key again gives the same name, so certificates it signed remain valid.
 */
export async function createAuthority(
  options: CertificateOptions & { readonly issuer?: Issuer; readonly pathLength?: number } = {},
): Promise<Identity> {
  const { pathLength, ...rest } = options;
  const profile: Profile = {
    type: "authority",
    ...(pathLength === undefined ? {} : { pathLength }),
  };
  const key = await keyOf(options);
  const keyId = (await x509.SubjectKeyIdentifierExtension.create(spkiOf(key))).keyId;
  const subject = options.subject ?? distinguishedName(`Boom Box CA ${keyId.slice(0, 8)}`);
  return certify({ ...rest, profile, subject }, key);
}

/** A server's certificate for localhost and the given additional DNS names or IP addresses. */
export function issueServer(
  issuer: Issuer,
  extraNames: readonly string[] = [],
  options: CertificateOptions = {},
): Promise<Identity> {
  const names = [...new Set([...loopbackNames, ...extraNames])];
  return issueCertificate({
    ...options,
    issuer,
    profile: { type: "server", names },
    subject: options.subject ?? distinguishedName("localhost"),
  });
}

/** A client's certificate: the common name is the thing's (or the service's) name. */
export function issueClient(
  issuer: Issuer,
  name: string,
  options: CertificateOptions = {},
): Promise<Identity> {
  return issueCertificate({
    ...options,
    issuer,
    profile: { type: "client" },
    subject: options.subject ?? distinguishedName(name),
  });
}

/**
 * Issues any certificate, valid or not, without checks, so that tests can create a leaf that signs,
 * a single self-signed server, or an expired certificate.
 * @throws Error when `keyPem` is not RSA or P-256, or the end would be before the start
 */
export async function issueCertificate(request: CertificateRequest): Promise<Identity> {
  return certify(request, await keyOf(request));
}

async function certify(request: CertificateRequest, key: KeyObject): Promise<Identity> {
  const { issuer } = request;
  const issuerKey = issuer === undefined ? key : createPrivateKey(issuer.keyPem);
  const certificateDer = await sign(request, spkiOf(key), issuerKey);
  return {
    // Node writes the PEM, so that created and parsed certificates have the same text
    certificatePem: new X509Certificate(certificateDer).toString(),
    certificateDer,
    keyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
    keyDer: new Uint8Array(key.export({ type: "pkcs8", format: "der" })),
  };
}

/**
 * Certifies a public key whose private key may be elsewhere.
 * @param publicKey SubjectPublicKeyInfo, DER
 * @returns the certificate, DER
 * @throws Error as {@link issueCertificate} does
 */
export async function sign(
  request: Omit<CertificateRequest, "keyPem" | "keyType">,
  publicKey: Uint8Array,
  issuerKey: KeyObject,
): Promise<Uint8Array> {
  const { profile, issuer } = request;
  const issuerCertificate =
    issuer === undefined ? undefined : new x509.X509Certificate(issuer.certificatePem);
  const notBefore = request.notBefore ?? new Date(Date.now() - backdateMs);
  const notAfter =
    request.notAfter ??
    earlier(
      new Date(notBefore.getTime() + validityDays[profile.type] * dayMs),
      issuerCertificate?.notAfter,
    );
  if (!(notAfter > notBefore)) {
    throw new Error(
      `a certificate cannot end (${notAfter.toISOString()}) before it begins (${notBefore.toISOString()})`,
    );
  }
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: randomSerial(),
      subject: request.subject,
      issuer: issuerCertificate?.subjectName ?? request.subject,
      notBefore,
      notAfter,
      publicKey,
      signingKey: await signingKey(issuerKey),
      extensions: [
        ...usageExtensions(profile),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
        await authorityKeyIdentifier(issuerCertificate, issuerKey),
      ],
    },
    webcrypto,
  );
  return new Uint8Array(certificate.rawData);
}

function usageExtensions(profile: Profile): Extension[] {
  const { KeyUsageFlags: Usage, ExtendedKeyUsage: Extended } = x509;
  switch (profile.type) {
    case "authority":
      return [
        new x509.BasicConstraintsExtension(true, profile.pathLength, true),
        new x509.KeyUsagesExtension(Usage.keyCertSign | Usage.cRLSign, true),
      ];
    case "server":
      return [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(Usage.digitalSignature | Usage.keyEncipherment, true),
        new x509.ExtendedKeyUsageExtension([Extended.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          profile.names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value })),
        ),
      ];
    case "client":
      return [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(Usage.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([Extended.clientAuth]),
      ];
  }
}

/**
 * The issuer's own key identifier if it has one: other CAs may not have hashed theirs in the same
 * way.
 */
async function authorityKeyIdentifier(
  issuer: IssuerCertificate | undefined,
  issuerKey: KeyObject,
): Promise<Extension> {
  const stated = issuer?.getExtension(x509.SubjectKeyIdentifierExtension);
  return stated
    ? new x509.AuthorityKeyIdentifierExtension(stated.keyId)
    : x509.AuthorityKeyIdentifierExtension.create(spkiOf(issuerKey));
}

/** A common name as an X.500 name, with special characters escaped. */
function distinguishedName(commonName: string): string {
  return new x509.Name([{ CN: [commonName] }]).toString();
}

/** 16 random bytes, hex: positive without a leading zero, well below the 20 of RFC 5280, 4.1.2.2. */
function randomSerial(): string {
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  return serial.toString("hex");
}

const generate = promisify(generateKeyPair);

async function keyOf(options: CertificateOptions): Promise<KeyObject> {
  if (options.keyPem !== undefined) return createPrivateKey(options.keyPem);
  const { privateKey } =
    options.keyType === "p256"
      ? await generate("ec", { namedCurve: "P-256" })
      : await generate("rsa", { modulusLength: 2048 });
  return privateKey;
}

function spkiOf(key: KeyObject): Uint8Array {
  return createPublicKey(key).export({ type: "spki", format: "der" });
}

function algorithmOf(key: KeyObject) {
  if (key.asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  return key.asymmetricKeyDetails?.namedCurve === "prime256v1"
    ? { name: "ECDSA", namedCurve: "P-256" }
    : undefined;
}

function signingKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const algorithm = algorithmOf(key);
  if (algorithm === undefined) {
    throw new Error(`unsupported key type ${key.asymmetricKeyType}: use RSA or P-256`);
  }
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
}

function earlier(date: Date, limit: Date | undefined): Date {
  return limit !== undefined && limit < date ? limit : date;
}
