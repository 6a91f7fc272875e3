import { readFile } from "node:fs/promises";
import type { IClientOptions, MqttClient } from "mqtt";
import { awaitConnection } from "../broker/await-connection.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";

/** The environment variable that has the password, so that no list of processes shows it. */
export const passwordVariable = "BOOM_BOX_MQTT_PASSWORD";

/** Home Assistant's broker, as somebody names it. */
export interface BrokerAddress {
  /** `mqtts://HOST[:PORT]`, or `mqtt://HOST[:PORT]` without TLS */
  readonly broker: string;
  readonly username?: string;
  /** PEM: the CA that signed the broker's certificate; by default, those that Node knows */
  readonly ca?: string;
  /** PEM: a certificate of one's own, and its key */
  readonly cert?: string;
  readonly key?: string;
}

const connectTimeoutMs = 10_000;

/** @throws UserError when the address or a file is wrong, or the broker does not accept the connection */
export async function connectTo(
  address: BrokerAddress,
  environment: NodeJS.ProcessEnv,
): Promise<MqttClient> {
  const options = await optionsOf(address, environment);
  const { connect } = await import("mqtt");
  const client = connect(options);
  await awaitConnection(client, address.broker);
  return client;
}

async function optionsOf(
  { broker, username, ca, cert, key }: BrokerAddress,
  environment: NodeJS.ProcessEnv,
): Promise<IClientOptions> {
  const url = parseAddress(broker);
  if ((cert === undefined) !== (key === undefined)) {
    throw new UserError("--cert and --key belong together: name both files, or none");
  }
  if (url.protocol === "mqtt:" && (ca !== undefined || cert !== undefined)) {
    throw new UserError("--ca, --cert and --key need TLS: write the broker as mqtts://…");
  }
  const password = environment[passwordVariable];
  if (username !== undefined && password === undefined) {
    throw new UserError(`the user ${username} needs a password: set ${passwordVariable}`);
  }
  const isSecure = url.protocol === "mqtts:";
  return {
    protocol: isSecure ? "mqtts" : "mqtt",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (isSecure ? 8883 : 1883) : Number(url.port),
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: connectTimeoutMs,
    ...(username === undefined ? {} : { username }),
    ...(username === undefined || password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca: await pem("--ca", ca) }),
    ...(cert === undefined ? {} : { cert: await pem("--cert", cert) }),
    ...(key === undefined ? {} : { key: await pem("--key", key) }),
  };
}

function parseAddress(text: string): URL {
  const isKnown = /^mqtts?:\/\//.test(text) && URL.canParse(text);
  const url = isKnown ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "" || !/^\/?$/.test(url.pathname)) {
    throw new UserError(
      `${text} is no address of a broker: write mqtts://HOST:8883, or mqtt://HOST:1883 without TLS`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new UserError(
      `the address must have no user or password: use --username, and set ${passwordVariable}`,
    );
  }
  return url;
}

async function pem(flag: string, path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UserError(`${flag}: ${path} cannot be read (${messageOf(cause)})`, { cause });
  }
  if (text.includes("-----BEGIN ")) return text;
  throw new UserError(`${flag}: ${path} is no PEM file`);
}
