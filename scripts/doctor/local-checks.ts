import { createPrivateKey, X509Certificate } from "node:crypto";
import { stat } from "node:fs/promises";
import type { Chip } from "../../device/chips/table.ts";
import { parseSettings, type Settings } from "../../device/config.ts";
import { findStandIn } from "../broker/find-stand-in.ts";
import { expiryNotice } from "../certs/expiry.ts";
import { readIfPresent } from "../certs/files.ts";
import { dayOf, notAfterOf } from "../certs/parse.ts";
import { identityFiles } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import {
  CredentialsError,
  type CredentialsProblem,
  readDerCredentials,
} from "../firmware/credentials.ts";
import { findSdk, requireIdf } from "../firmware/sdk.ts";
import { BoardError, readSettingsFile, settingsPath } from "../firmware/settings-file.ts";
import type { Cause } from "./causes.ts";
import { failed, type Judgement, ok, unknown, warning } from "./finding.ts";
import { judgeSettings } from "./judge-path.ts";
import { commonNameOf } from "./tls-probe.ts";

/** The checks on this machine: settings, certificates, tools. */

/** A broker from flags instead of a settings file, as in `boom-box sim`. */
export interface NamedBroker {
  readonly endpoint: string;
  readonly port?: number;
  readonly alpn?: boolean;
  readonly prefix?: string;
}

export interface Looked<T> {
  readonly judgement: Judgement;
  /** undefined if the check failed: checks that need it are skipped */
  readonly value: T | undefined;
}

export async function lookAtSettings(
  certs: string,
  thing: string,
  named: NamedBroker | undefined,
  chip?: Chip,
): Promise<Looked<Settings>> {
  try {
    const standIn = named === undefined ? await standInFor(certs, thing) : undefined;
    const broker = named ?? standIn;
    const settings =
      broker === undefined
        ? (await readSettingsFile(certs, thing, chip)).settings
        : settingsOf({ thingName: thing, ...broker });
    if (standIn !== undefined) return { judgement: ok(describeStandIn(standIn)), value: settings };
    return { judgement: judgeSettings(settings), value: settings };
  } catch (error) {
    if (error instanceof BoardError) {
      return { judgement: failed("settings-invalid", error.message), value: error.settings };
    }
    if (!(error instanceof UserError)) throw error;
    const isThere = (await readIfPresent(settingsPath(certs, thing)).catch(() => "")) !== undefined;
    const cause = isThere || named !== undefined ? "settings-invalid" : "settings-missing";
    return { judgement: failed(cause, error.message), value: undefined };
  }
}

/** The running stand-in, for a simulated box: only a real one has a settings file. */
async function standInFor(certs: string, thing: string): Promise<NamedBroker | undefined> {
  const file = await readIfPresent(settingsPath(certs, thing)).catch(() => "");
  if (file !== undefined) return undefined;
  const found = await findStandIn(certs);
  return found && { endpoint: found.endpoint, port: found.port, prefix: found.prefix };
}

function describeStandIn({ endpoint, port }: NamedBroker): string {
  return `no settings.json: a simulated box with the stand-in that runs at ${endpoint}:${port}`;
}

/** @throws UserError with all problems of the flags */
function settingsOf(input: Readonly<Record<string, unknown>>): Settings {
  const result = parseSettings(input);
  if (result.type === "settings") return result.settings;
  throw new UserError(result.problems.join("; "));
}

/** The box's credentials for Node's TLS. The key is never printed. */
export interface BoxCredentials {
  readonly caName: string;
  readonly caDer: Uint8Array;
  readonly caPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

const causeOf: Readonly<Record<CredentialsProblem, Cause>> = {
  missing: "certificate-missing",
  form: "certificate-form",
  expired: "certificate-expired",
  "not-yet-valid": "certificate-not-yet-valid",
  "not-a-ca": "ca-wrong",
  mismatch: "key-mismatch",
};

/** @param now the time server's time if it answered, because this machine's clock may be wrong */
export async function lookAtCertificate(
  certs: string,
  thing: string,
  now: Date,
): Promise<Looked<BoxCredentials>> {
  try {
    const der = await readDerCredentials(certs, thing, now);
    const certificate = new X509Certificate(der.certificate);
    const ca = new X509Certificate(der.ca);
    const key = createPrivateKey({ key: der.privateKey, format: "der", type: "pkcs8" });
    const value = {
      caName: commonNameOf(ca.subject),
      caDer: der.ca,
      caPem: ca.toString(),
      certificatePem: certificate.toString(),
      keyPem: key.export({ type: "pkcs8", format: "pem" }).toString(),
    };
    const exposed = await exposedKey(certs, thing);
    if (exposed !== undefined) return { value, judgement: warning("key-exposed", exposed) };
    return { value, judgement: judgeDates(certificate, ca, now) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problem = error instanceof CredentialsError ? error.problem : "missing";
    return { value: undefined, judgement: failed(causeOf[problem], error.message) };
  }
}

function judgeDates(certificate: X509Certificate, ca: X509Certificate, now: Date): Judgement {
  for (const [what, each] of [
    ["certificate.der", certificate],
    ["ca.der", ca],
  ] as const) {
    const notice = expiryNotice(each, now);
    if (notice !== undefined) return warning("certificate-expires-soon", `${what} ${notice}`);
  }
  const ends = notAfterOf(certificate);
  const caEnds = notAfterOf(ca);
  return ok(`RSA, DER, the key matches, until ${dayOf(ends < caEnds ? ends : caEnds)}`);
}

async function exposedKey(certs: string, thing: string): Promise<string | undefined> {
  if (process.platform === "win32") return undefined;
  const { keyDer, keyPem } = identityFiles(certs, thing);
  for (const path of [keyDer, keyPem]) {
    const mode = (await stat(path).catch(() => undefined))?.mode ?? 0;
    if ((mode & 0o077) !== 0)
      return `other users can read ${path} (mode 0${(mode & 0o777).toString(8)})`;
  }
  return undefined;
}

/** Looks for the Moddable SDK like `boom-box build`. Who flashes a package does not need it. */
export function lookAtSdk(environment: NodeJS.ProcessEnv): Judgement {
  if ((environment.MODDABLE ?? "") === "") return notInstalled;
  return toolJudgement("sdk-missing", () => findSdk("lin", environment).directory);
}

export function lookAtIdf(environment: NodeJS.ProcessEnv): Judgement {
  if ((environment.IDF_PATH ?? "") === "") return notInstalled;
  return toolJudgement("idf-missing", () => requireIdf(environment));
}

const notInstalled = unknown("not installed: only building the firmware needs it");

function toolJudgement(cause: Cause, find: () => string): Judgement {
  try {
    return ok(find());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return failed(cause, error.message);
  }
}
