import { consistsOf, isDigit } from "../../characters.ts";
import { areEqual, DerReader, MalformedError, tag } from "./der.ts";
import { type Extensions, parseExtensions } from "./extensions.ts";
import { type PublicKey, parsePublicKey } from "./public-key.ts";
import { parseSignatureAlgorithm, type SignatureAlgorithm } from "./signature.ts";

/** The fields of a certificate that are needed (RFC 5280, 4.1). Bytes are views of the input. */
export interface Certificate extends Extensions {
  readonly der: Uint8Array;
  /** the signed part: TBSCertificate, DER */
  readonly signedData: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** Name, DER; names are compared byte by byte, stricter than RFC 5280, 7.1 */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** ms since 1970 */
  readonly notBefore: number;
  /** ms since 1970; the last second is included */
  readonly notAfter: number;
  readonly key: PublicKey;
}

/** In bytes. Longer certificates do not occur, and memory is scarce. */
export const maxCertificateLength = 8_192;

const versionTag = 0xa0;
const uniqueIdTags = [0x81, 0x82];
const extensionsTag = 0xa3;
const version3 = 2;

/**
 * One version 3 certificate, DER.
 * @throws MalformedError, or AlgorithmError if the key or signature type is not supported
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > maxCertificateLength) throw new MalformedError("too long");
  const outer = new DerReader(der);
  const fields = outer.readSequence();
  outer.end();
  const signedData = fields.readWholeSequence();
  const algorithm = fields.readWholeSequence();
  const signature = fields.readBytesOfBits();
  fields.end();

  const tbs = new DerReader(signedData).readSequence();
  const version = new DerReader(tbs.read(versionTag));
  if (version.readSmall() !== version3) throw new MalformedError("not version 3");
  version.end();
  tbs.read(tag.integer);
  // RFC 5280, 4.1.1.2: it must be the same inside the signed part.
  if (!areEqual(tbs.readWholeSequence(), algorithm)) throw new MalformedError("algorithms differ");
  const issuer = tbs.readWholeSequence();
  const validity = tbs.readSequence();
  const notBefore = readTime(validity);
  const notAfter = readTime(validity) + 999;
  validity.end();
  const subject = tbs.readWholeSequence();
  const spki = tbs.readWholeSequence();
  for (const each of uniqueIdTags) if (tbs.isNext(each)) tbs.read(each);
  const extensions = tbs.isNext(extensionsTag) ? tbs.read(extensionsTag) : undefined;
  tbs.end();
  return {
    der,
    signedData,
    signature,
    issuer,
    subject,
    notBefore,
    notAfter,
    algorithm: parseSignatureAlgorithm(algorithm),
    key: parsePublicKey(spki),
    ...parseExtensions(extensions),
  };
}

/** UTCTime or GeneralizedTime, in seconds and Z (RFC 5280, 4.1.2.5). @returns ms since 1970 */
function readTime(reader: DerReader): number {
  const { tag: kind, content } = reader.readAny();
  const isUtc = kind === tag.utcTime;
  if (!isUtc && kind !== tag.generalizedTime) throw new MalformedError("not a time");
  const text = String.fromCharCode(...content.subarray(0, 16));
  if (content.length !== (isUtc ? 13 : 15) || !isDigitsAndZ(text)) {
    throw new MalformedError("not a time");
  }
  // RFC 5280, 4.1.2.5.1: 50 is 1950.
  const century = isUtc ? (text < "50" ? "20" : "19") : "";
  const digits = `${century}${text}`;
  const part = (start: number, length = 2) => Number(digits.slice(start, start + length));
  const month = part(4) - 1;
  const day = part(6);
  const time = Date.UTC(part(0, 4), month, day, part(8), part(10), part(12));
  const date = new Date(time);
  // June 31, 24:00, 60 minutes: Date would carry them over to the next day or hour.
  if (
    !(part(0, 4) >= 1950 && date.getUTCMonth() === month && date.getUTCDate() === day) ||
    date.getUTCMinutes() !== part(10)
  ) {
    throw new MalformedError("invalid time");
  }
  return time;
}

/** `…Z`: the only form of a time that DER allows */
function isDigitsAndZ(text: string): boolean {
  return text.endsWith("Z") && consistsOf(text.slice(0, -1), isDigit, 1, 14);
}
