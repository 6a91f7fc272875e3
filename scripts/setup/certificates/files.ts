import { createPrivateKey, X509Certificate } from "node:crypto";
import { isHostName, numberLimits } from "../../../device/config.ts";
import { defaultPrefix } from "../../../device/messages/topics.ts";
import { printable } from "../../../host-sim/printable.ts";
import { storedIdentity } from "../../certs/identity.ts";
import { leafOf, privateKeyOf } from "../../certs/parse.ts";
import { awsServiceIdentity, serviceIdentity } from "../../certs/paths.ts";
import { UserError } from "../../command-line/user-error.ts";
import { checkCredentials, type NamedFile } from "../../firmware/credentials.ts";
import { failureOf, SetupError } from "../failure.ts";
import type { CertificateChoice, ChosenFile } from "../view.ts";
import { keepIdentity, requireRoom } from "./keep-identity.ts";
import type { Obtained } from "./obtained.ts";
import { openerIdentity } from "./opener-identity.ts";

type Files = Extract<CertificateChoice, { readonly source: "files" }>;

const alpnPort = 443;

/**
 * The maker's own files, in PEM or DER, checked as `boom-box flash` checks them.
 * @throws SetupError with the input that is wrong
 */
export async function obtainFromFiles(
  certs: string,
  thing: string,
  { endpoint, port, ca, certificate, key, isKept }: Files,
): Promise<Obtained> {
  if (!isHostName(endpoint)) {
    throw new SetupError(
      endpoint === "" ? "the broker is missing" : `"${printable(endpoint)}" is not a host name`,
      "write its name without https:// or a port",
      "endpoint",
    );
  }
  const { minimum, maximum } = numberLimits.port;
  if (port < minimum || port > maximum) {
    throw new SetupError(
      "that is not a port",
      `write a number from ${minimum} to ${maximum}`,
      "port",
    );
  }
  const credentials = checked(thing, {
    ca: certificateDer(ca, "ca"),
    certificate: certificateDer(certificate, "certificate"),
    privateKey: keyDer(key),
  });
  if (isKept) await keep(certs, thing, credentials);
  const isAws = endpoint.endsWith(".amazonaws.com");
  return {
    credentials,
    endpoint,
    port,
    alpn: port === alpnPort,
    source: "files",
    openerBroker: async () => ({
      endpoint,
      port,
      prefix: defaultPrefix,
      alpn: port === alpnPort,
      identity: {
        ...(await openerIdentity(certs, isAws ? awsServiceIdentity : serviceIdentity)),
        caPem: new X509Certificate(credentials.ca).toString(),
      },
    }),
  };
}

function checked(
  thing: string,
  files: Parameters<typeof checkCredentials>[0],
): ReturnType<typeof checkCredentials> {
  try {
    return checkCredentials(files, thing);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { cause, wayOut } = failureOf(error);
    const names = { ca: "ca", certificate: "certificate", privateKey: "key" } as const;
    // The file at the beginning of the sentence is the one that is wrong.
    const found = (Object.keys(names) as (keyof typeof names)[]).find((each) =>
      error.message.startsWith(files[each].path),
    );
    throw new SetupError(cause, wayOut, found === undefined ? null : names[found]);
  }
}

function certificateDer(file: ChosenFile, field: "ca" | "certificate"): NamedFile {
  const named = contentOf(file, field);
  if (!isPem(named.bytes)) return named;
  const leaf = leafOf(named.bytes.toString("latin1"));
  if (leaf !== undefined) return { ...named, bytes: new X509Certificate(leaf.raw).raw };
  throw new SetupError(
    `${named.path} is PEM without a certificate that can be read`,
    "choose the file with BEGIN CERTIFICATE in it",
    field,
  );
}

function keyDer(file: ChosenFile): NamedFile {
  const named = contentOf(file, "key");
  if (!isPem(named.bytes)) return { ...named, bytes: pkcs8Of(named.bytes) ?? named.bytes };
  if (/ENCRYPTED/.test(named.bytes.toString("latin1"))) {
    throw new SetupError(
      `${named.path} is protected by a passphrase`,
      'remove it with "openssl pkcs8 -topk8 -nocrypt", and choose the result',
      "key",
    );
  }
  const key = privateKeyOf(named.bytes, "pem");
  if (key === undefined) {
    throw new SetupError(
      `${named.path} is PEM without a private key that can be read`,
      "choose the file with BEGIN PRIVATE KEY in it",
      "key",
    );
  }
  return { ...named, bytes: key.export({ type: "pkcs8", format: "der" }) };
}

/** The older form of an RSA key, PKCS#1, is the same key. */
function pkcs8Of(bytes: Buffer): Buffer | undefined {
  try {
    const key = createPrivateKey({ key: bytes, format: "der", type: "pkcs1" });
    return key.export({ type: "pkcs8", format: "der" });
  } catch {
    return undefined;
  }
}

function contentOf({ name, content }: ChosenFile, field: string): NamedFile {
  const bytes = Buffer.from(content, "base64");
  if (bytes.length === 0) {
    throw new SetupError("no file is chosen, or it is empty", "choose the file", field);
  }
  return { path: printable(name), bytes };
}

const isPem = (bytes: Buffer) => bytes.includes("-----BEGIN ");

async function keep(
  certs: string,
  thing: string,
  { ca, certificate, privateKey }: ReturnType<typeof checkCredentials>,
): Promise<void> {
  const key = privateKeyOf(privateKey, "der");
  if (key === undefined) throw new Error("the key was checked");
  const trust = new X509Certificate(ca);
  const identity = storedIdentity([new X509Certificate(certificate)], key, [trust]);
  await requireRoom(certs, thing);
  await keepIdentity(certs, thing, identity);
}
