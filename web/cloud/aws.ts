import { createHash, createHmac } from "node:crypto";
import { IoTDataPlaneClient, PublishCommand } from "@aws-sdk/client-iot-data-plane";
import { SignatureV4 } from "@smithy/signature-v4";
import type { GateLink } from "./gate-link.ts";
import { MqttLink, messageOf, type Publish } from "./mqtt-link.ts";

export interface AwsLinkOptions {
  /** the account's data endpoint, `…-ats.iot.<region>.amazonaws.com`, with a port unless it is 443 */
  readonly endpoint: string;
  readonly region: string;
  readonly prefix: string;
  /** PEM; replaces the roots that Node trusts, for an endpoint that is not AWS's */
  readonly ca?: string;
  /** default: those that the SDK finds in the environment, in shared files or in the instance's role */
  readonly credentials?: Credentials;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * AWS IoT Core with one set of IAM credentials. Commands use the Data Plane over HTTPS (`iot:Publish` on
 * the command topics). Reports use MQTT over WebSocket (`iot:Connect`, `iot:Subscribe`, `iot:Receive`).
 */
export function awsLink(options: AwsLinkOptions): GateLink {
  const { endpoint, region, prefix, ca, credentials } = options;
  const client = new IoTDataPlaneClient({
    endpoint: `https://${endpoint}`,
    region,
    // A failed attempt may have arrived, and a second one might open the gate late.
    maxAttempts: 1,
    ...(credentials === undefined ? {} : { credentials }),
    ...(ca === undefined ? {} : { requestHandler: { httpsAgent: { ca } } }),
  });
  return new MqttLink({
    prefix,
    publish: publishByDataPlane(client),
    connection: async () => {
      const path = await signedWebSocketPath({
        endpoint,
        region,
        credentials: await client.config.credentials(),
        now: new Date(),
      });
      const [host = "", port = "443"] = endpoint.split(":");
      return {
        protocol: "wss",
        host,
        port: Number(port),
        path,
        ...(ca === undefined ? {} : { ca }),
      };
    },
  });
}

function publishByDataPlane(client: IoTDataPlaneClient): Publish {
  return async (topic, payload, timeoutMs) => {
    try {
      await client.send(
        new PublishCommand({
          topic,
          qos: 1,
          payload: Buffer.from(payload),
          contentType: "application/json",
        }),
        { abortSignal: AbortSignal.timeout(timeoutMs) },
      );
      return { type: "sent" };
    } catch (error) {
      const type = isRefusal(error) ? "not-sent" : "unknown";
      return { type, detail: `AWS IoT Data Plane: ${messageOf(error)}` };
    }
  };
}

/** Whether the message was certainly not delivered: AWS refused it, or the request was never sent. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status >= 400 && status < 500) return true;
  if (error.name === "CredentialsProviderError") return true;
  return typeof code === "string" && beforeAnyRequest.test(code);
}

/**
 * Node's error codes of failures before any byte of the request is sent: DNS, connection,
 * certificate.
 */
const beforeAnyRequest =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ERR_TLS_.+|CERT_.+|UNABLE_TO_.+|SELF_SIGNED_.+|DEPTH_ZERO_.+)$/;

/**
 * Path and query of an MQTT connection over WebSocket to AWS IoT Core: Signature Version 4 for the
 * service `iotdevicegateway`. Unlike for other services, the session token is not signed but added
 * afterwards (AWS IoT developer guide, "Using the WebSocket protocol directly").
 */
export async function signedWebSocketPath(signing: {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly now: Date;
}): Promise<string> {
  const { endpoint, region, credentials, now } = signing;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    service: "iotdevicegateway",
    region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: NodeSha256,
  });
  const { query = {} } = await signer.presign(
    {
      method: "GET",
      protocol: "wss:",
      hostname: endpoint,
      path: "/mqtt",
      headers: { host: endpoint },
    },
    { signingDate: now, expiresIn: 300 },
  );
  const parameters = new URLSearchParams(query as Record<string, string>);
  if (sessionToken !== undefined) parameters.set("X-Amz-Security-Token", sessionToken);
  return `/mqtt?${parameters.toString().replaceAll("+", "%20")}`;
}

/** SHA-256, or HMAC-SHA-256 with a secret, in the interface that the signer expects. */
class NodeSha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash("sha256") : createHmac("sha256", toBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error("reset is not supported: the signer creates a new hash for each digest");
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  if (ArrayBuffer.isView(data))
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}
