import { existsSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { isHostName } from "../../device/config.ts";
import { defaultPrefix, isPrefix, isThingName } from "../../device/messages/topics.ts";
import type { StoredIdentity } from "../certs/identity.ts";
import {
  awsServiceIdentity,
  caIdentity,
  defaultCertsDirectory,
  identityFiles,
  reservedIdentities,
  serviceIdentity,
} from "../certs/paths.ts";
import { numberOption } from "../command-line/settings.ts";
import { UserError } from "../command-line/user-error.ts";
import { findStandIn } from "./find-stand-in.ts";

/** The flags that `sim` and `open` share: the broker, and the client's identity. */
export interface BrokerFlags {
  readonly endpoint?: string;
  readonly port?: number;
  readonly thing: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly prefix?: string;
  readonly alpn?: boolean;
  readonly certs: string;
}

export const defaultThing = "lot-1";

export function addBrokerOptions(command: Command): Command {
  return addConnectionOptions(
    command.option("--thing <name>", "the box's thing name", thingName, defaultThing),
  );
}

/** All of them but the box. */
export function addConnectionOptions(command: Command): Command {
  return command
    .option(
      "--endpoint <host>",
      "the broker (default: AWS for a box provisioned there, else the stand-in)",
      hostName,
    )
    .option("--port <port>", "its port (default: 8883)", numberOption("port"))
    .option("--ca <file>", "PEM: the CA that signed the broker's certificate")
    .option("--cert <file>", "PEM: the client's certificate")
    .option("--key <file>", "PEM: the client's private key")
    .option("--prefix <prefix>", "first part of every topic (default: gate)", prefix)
    .option(
      "--alpn",
      "offer x-amzn-mqtt-ca, which AWS IoT Core requires on port 443 (default there)",
    )
    .option("--certs <dir>", "the certificates' folder", defaultCertsDirectory);
}

/** A broker, with credentials that have been read and checked. */
export interface Broker {
  readonly endpoint: string;
  readonly port: number;
  readonly prefix: string;
  readonly alpn: boolean;
  readonly identity: StoredIdentity;
}

/**
 * @param identityName the identity whose certificate is used when no files are named
 * @throws UserError in one line, with what to do
 */
export async function resolveBroker(flags: BrokerFlags, identityName: string): Promise<Broker> {
  const files = identityFiles(flags.certs, identityName);
  if (flags.cert === undefined && !existsSync(files.certificatePem)) {
    throw new UserError(
      `${identityName} has no certificate in ${flags.certs}: run "${remedyFor(identityName)}", or name files with --ca, --cert and --key`,
    );
  }
  const found = await findBroker(flags);
  const endpoint = flags.endpoint ?? found?.endpoint;
  if (endpoint === undefined) {
    throw new UserError(
      "no stand-in is running here: start one with npm start, or name a broker with --endpoint",
    );
  }
  const port = flags.port ?? found?.port ?? 8883;
  const { readCredentials } = await import("../certs/read.ts");
  const identity = await readCredentials({
    ca: flags.ca ?? (await trustedBy(flags.certs, identityName)),
    certificate: flags.cert ?? files.certificatePem,
    key: flags.key ?? files.keyPem,
  });
  return {
    endpoint,
    port,
    prefix: flags.prefix ?? found?.prefix ?? defaultPrefix,
    alpn: flags.alpn ?? port === 443,
    identity,
  };
}

/** The box's broker: AWS if the box was provisioned there, else the running stand-in. */
async function findBroker(flags: BrokerFlags) {
  if (flags.endpoint !== undefined) return undefined;
  const record = await awsRecordOf(flags);
  if (record === undefined) return findStandIn(flags.certs);
  if (record.broker === undefined) {
    throw new UserError(
      `${flags.thing} was provisioned in AWS IoT Core, but it has not connected yet: run "boom-box provision --thing ${flags.thing}" again`,
    );
  }
  return { ...record.broker, prefix: record.prefix };
}

/** The box's record if AWS issued the current certificate. */
async function awsRecordOf({ certs, thing }: Pick<BrokerFlags, "certs" | "thing">) {
  const { isInAws, readRecord } = await import("../certs/provisioning-record.ts");
  const record = await readRecord(certs, thing);
  return isInAws(record) ? record : undefined;
}

/** The service identity that publishes commands and receives events. AWS has one of its own. */
export async function serviceFor(
  flags: Pick<BrokerFlags, "endpoint" | "certs" | "thing">,
): Promise<string> {
  if (flags.endpoint !== undefined) return serviceIdentity;
  return (await awsRecordOf(flags)) === undefined ? serviceIdentity : awsServiceIdentity;
}

/** The command that makes the identity's certificate. */
export function remedyFor(identityName: string): string {
  if (identityName === awsServiceIdentity) return "boom-box provision --service";
  return isReserved(identityName) ? "boom-box certs" : `boom-box certs ${identityName}`;
}

/** A box has its own copy of its trusted CA; the service trusts the folder's CA. */
async function trustedBy(certsDirectory: string, identityName: string): Promise<string> {
  const { trustFiles } = await import("../certs/identity.ts");
  const own = trustFiles(certsDirectory, identityName).caPem;
  return existsSync(own) ? own : identityFiles(certsDirectory, caIdentity).certificatePem;
}

export function thingName(text: string): string {
  if (!isThingName(text)) {
    throw new InvalidArgumentError("It must be 1–64 letters, digits, - _ or :");
  }
  if (isReserved(text)) {
    throw new InvalidArgumentError(
      `This name is reserved: ${reservedIdentities.join(", ")} are not boxes. Use another name.`,
    );
  }
  return text;
}

function isReserved(name: string): boolean {
  // Some file systems treat "CA" and "ca" as the same folder.
  return reservedIdentities.some((reserved) => reserved === name.toLowerCase());
}

export function prefix(text: string): string {
  if (isPrefix(text)) return text;
  throw new InvalidArgumentError("It must be 1–3 words joined by /, 64 characters at most.");
}

export function hostName(text: string): string {
  if (isHostName(text)) return text;
  throw new InvalidArgumentError("It must be a host name, without https:// or a port.");
}
