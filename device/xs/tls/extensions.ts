import { DerReader, MalformedError, tag } from "./der.ts";

/** What a certificate says about its use (RFC 5280, 4.2.1). */
export interface Extensions {
  /** basicConstraints: undefined if it is not a CA */
  readonly authority: { readonly pathLength: number } | undefined;
  /** undefined if absent: every use is allowed */
  readonly keyUsage: { readonly canSign: boolean; readonly canCertify: boolean } | undefined;
  /** whether it may identify a server; undefined if absent */
  readonly isForServers: boolean | undefined;
  /** dNSName of subjectAltName, unchanged, ASCII */
  readonly dnsNames: readonly string[];
  /** iPAddress: 4 or 16 bytes */
  readonly addresses: readonly Uint8Array[];
  /** it has a critical extension that is not supported here */
  readonly hasUnknownCritical: boolean;
}

const known = {
  subjectAltName: "551d11",
  basicConstraints: "551d13",
  nameConstraints: "551d1e",
  keyUsage: "551d0f",
  extendedKeyUsage: "551d25",
} as const;

const serverAuth = "2b06010505070301";

const dnsNameTag = 0x82;
const addressTag = 0x87;

/** A certificate with more of either is refused. */
const maxExtensions = 32;
const maxNames = 256;

/**
 * @param content of the field `extensions`; undefined if it is absent
 * @throws MalformedError
 */
export function parseExtensions(content: Uint8Array | undefined): Extensions {
  const values: Record<string, Uint8Array> = {};
  let hasUnknownCritical = false;
  let count = 0;
  for (const { id, isCritical, value } of listed(content)) {
    count += 1;
    // RFC 5280, 4.2: at most one of each.
    if (count > maxExtensions || Object.hasOwn(values, id)) throw new MalformedError("twice");
    values[id] = value;
    const isKnown = Object.values<string>(known).includes(id) && id !== known.nameConstraints;
    // Name constraints apply even if they are not marked critical, as they must be (4.2.1.10).
    if (!isKnown && (isCritical || id === known.nameConstraints)) hasUnknownCritical = true;
  }
  return {
    authority: readBasicConstraints(values[known.basicConstraints]),
    keyUsage: readKeyUsage(values[known.keyUsage]),
    isForServers: readExtendedKeyUsage(values[known.extendedKeyUsage]),
    ...readNames(values[known.subjectAltName]),
    hasUnknownCritical,
  };
}

function listed(content: Uint8Array | undefined) {
  if (content === undefined) return [];
  const found: { id: string; isCritical: boolean; value: Uint8Array }[] = [];
  const each = sequenceOf(content);
  while (!each.isAtEnd) {
    const fields = each.readSequence();
    const id = fields.readObjectIdentifier();
    const isCritical = fields.readFlag();
    const value = fields.read(tag.octetString);
    fields.end();
    found.push({ id, isCritical, value });
  }
  return found;
}

/** A SEQUENCE OF with at least one element, and nothing after it. */
function sequenceOf(bytes: Uint8Array): DerReader {
  const outer = new DerReader(bytes);
  const inner = outer.readSequence();
  outer.end();
  if (inner.isAtEnd) throw new MalformedError("none");
  return inner;
}

/** 4.2.1.9 */
function readBasicConstraints(value: Uint8Array | undefined): Extensions["authority"] {
  if (value === undefined) return undefined;
  const outer = new DerReader(value);
  const fields = outer.readSequence();
  outer.end();
  const isAuthority = fields.readFlag();
  const pathLength = fields.isAtEnd ? Number.POSITIVE_INFINITY : fields.readSmall();
  fields.end();
  if (!isAuthority && pathLength !== Number.POSITIVE_INFINITY) {
    throw new MalformedError("pathLenConstraint without CA");
  }
  return isAuthority ? { pathLength } : undefined;
}

/** 4.2.1.3: bit 0, the leftmost, is digitalSignature; bit 5 is keyCertSign. */
function readKeyUsage(value: Uint8Array | undefined): Extensions["keyUsage"] {
  if (value === undefined) return undefined;
  const outer = new DerReader(value);
  const [unused = 8, bits, ...rest] = outer.read(tag.bitString);
  outer.end();
  if (bits === undefined || unused > 7 || rest.length > 1)
    throw new MalformedError("invalid keyUsage");
  return { canSign: (bits & 0x80) !== 0, canCertify: (bits & 0x04) !== 0 };
}

/** 4.2.1.12 */
function readExtendedKeyUsage(value: Uint8Array | undefined): boolean | undefined {
  if (value === undefined) return undefined;
  const each = sequenceOf(value);
  let isForServers = false;
  while (!each.isAtEnd) if (each.readObjectIdentifier() === serverAuth) isForServers = true;
  return isForServers;
}

/** 4.2.1.6 */
function readNames(value: Uint8Array | undefined): Pick<Extensions, "dnsNames" | "addresses"> {
  const dnsNames: string[] = [];
  const addresses: Uint8Array[] = [];
  if (value === undefined) return { dnsNames, addresses };
  const each = sequenceOf(value);
  while (!each.isAtEnd) {
    const { tag: kind, content } = each.readAny();
    if (dnsNames.length + addresses.length >= maxNames) throw new MalformedError("too many names");
    if (kind === dnsNameTag && content.length <= 255) {
      dnsNames.push(String.fromCharCode(...content));
    } else if (kind === addressTag) {
      addresses.push(content);
    }
  }
  return { dnsNames, addresses };
}
