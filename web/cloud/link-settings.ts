import { defaultPrefix, isPrefix } from "../../device/messages/topics.ts";
import { type SettingReader, settingPrefix } from "../setting-reader.ts";
import type { AwsLinkOptions } from "./aws.ts";
import type { GateLink } from "./gate-link.ts";

/** The settings of the link to the boxes. Certificates and keys are PEM texts. */
export type LinkSettings =
  | {
      readonly type: "mqtt";
      readonly prefix: string;
      readonly host: string;
      readonly port: number;
      readonly alpn: boolean;
      readonly ca: string;
      readonly certificate: string;
      readonly key: string;
    }
  | ({ readonly type: "aws" } & Omit<AwsLinkOptions, "credentials">);

/**
 * Reads `BOOM_BOX_WEB_AWS_ENDPOINT`, or `BOOM_BOX_WEB_BROKER` with its certificates. Problems go to the
 * reader.
 */
export function readLinkSettings(reader: SettingReader): LinkSettings | undefined {
  const prefix = reader.text("PREFIX") ?? defaultPrefix;
  if (!isPrefix(prefix)) reader.problem("PREFIX", "must be 1–3 words separated by /");
  const endpoint = reader.text("AWS_ENDPOINT");
  const broker = reader.text("BROKER");
  const mqtt = readMqtt(reader, prefix, broker);
  const aws = readAws(reader, prefix, endpoint);
  if ((endpoint === undefined) === (broker === undefined)) {
    reader.problem("AWS_ENDPOINT", `or ${settingPrefix}BROKER must be set, but not both`);
    return undefined;
  }
  return broker === undefined ? aws : mqtt;
}

function readMqtt(reader: SettingReader, prefix: string, broker: string | undefined): LinkSettings {
  const [, host = "", port = "8883"] = /^([a-z\d.-]+)(?::(\d{1,5}))?$/i.exec(broker ?? "") ?? [];
  if (broker !== undefined && (host === "" || Number(port) > 65_535)) {
    reader.problem("BROKER", "must be HOST or HOST:PORT, such as broker.example:8883");
  }
  const pem = (name: string, what: string) => {
    const text = reader.secret(name) ?? "";
    const isPem = text.includes("-----BEGIN ");
    if (broker !== undefined && !isPem) {
      reader.problem(`${name}_FILE`, `must name a PEM file: ${what}`);
    }
    return text;
  };
  return {
    type: "mqtt",
    prefix,
    host,
    port: Number(port),
    alpn: Number(port) === 443,
    ca: pem("BROKER_CA", "the CA that signed the broker's certificate"),
    certificate: pem("BROKER_CERT", "the certificate of the service"),
    key: pem("BROKER_KEY", "its private key"),
  };
}

function readAws(reader: SettingReader, prefix: string, endpoint = ""): LinkSettings {
  // The domain depends on AWS's partition: amazonaws.com, amazonaws.com.cn, amazonaws.eu, and others.
  const host = /^[a-z\d-]+-ats\.iot\.([a-z\d-]+)\.[a-z\d.-]+(?::\d{1,5})?$/i.exec(endpoint);
  const ca = reader.secret("AWS_CA");
  const region = reader.text("AWS_REGION") ?? host?.[1];
  if (endpoint !== "" && !/^[a-z\d.-]+(:\d{1,5})?$/i.test(endpoint)) {
    reader.problem(
      "AWS_ENDPOINT",
      "must be the data endpoint, such as …-ats.iot.REGION.amazonaws.com, without https://",
    );
  } else if (endpoint !== "" && region === undefined) {
    reader.problem("AWS_REGION", "must be set because the endpoint does not contain the region");
  }
  return {
    type: "aws",
    prefix,
    endpoint,
    region: region ?? "",
    ...(ca === undefined ? {} : { ca }),
  };
}

/** Creates the link. It loads only the modules that it needs. */
export async function makeLink(settings: LinkSettings): Promise<GateLink> {
  if (settings.type === "aws") {
    const { awsLink } = await import("./aws.ts");
    return awsLink(settings);
  }
  const { prefix, host, port, alpn, ca, certificate, key } = settings;
  const { MqttLink } = await import("./mqtt-link.ts");
  return new MqttLink({
    prefix,
    connection: async () => ({
      protocol: "mqtts",
      host,
      port,
      ca,
      cert: certificate,
      key,
      ...(alpn ? { ALPNProtocols: ["x-amzn-mqtt-ca"] } : {}),
    }),
  });
}
