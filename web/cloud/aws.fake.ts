import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { Aedes } from "aedes";
import { createWebSocketStream, WebSocketServer } from "ws";
import { thePeople } from "../../host-sim/cloud/stand-in.rig.ts";
import { awsLink, type Credentials } from "./aws.ts";
import type { CloudUnderTest, ReceivedCommand } from "./gate-link.contract.ts";

const region = "eu-central-1";
export const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
} as const;

/** How the Data Plane responds. */
export type DataPlane = "takes" | "forbids" | "throttles" | "fails" | "says nothing";

const answers = {
  forbids: { status: 403, message: "Forbidden" },
  throttles: { status: 429, message: "Rate exceeded" },
  fails: { status: 500, message: "Internal failure" },
} as const;

/**
 * The two endpoints of AWS IoT Core for a service with IAM credentials, on loopback: Publish of the Data
 * Plane over HTTPS, and MQTT over WebSocket. Both check Signature Version 4 by the steps of its
 * specification ("Signature Version 4 for API requests", IAM user guide), without code of AWS's SDK.
 */
export class FakeAws implements CloudUnderTest {
  readonly received: ReceivedCommand[] = [];
  /** why each request with a bad signature was refused */
  readonly refused: string[] = [];
  dataPlane: DataPlane = "takes";
  readonly ca: string;
  readonly #certificate: string;
  readonly #key: string;
  readonly #retained = new Map<string, string>();
  #port = 0;
  #server: Server | undefined;
  #broker: Aedes | undefined;

  private constructor(ca: string, certificate: string, key: string) {
    this.ca = ca;
    this.#certificate = certificate;
    this.#key = key;
  }

  static async start(): Promise<FakeAws> {
    const { ca, server } = await thePeople();
    const chain = `${server.certificatePem}\n${ca.certificatePem}`;
    const aws = new FakeAws(ca.certificatePem, chain, server.keyPem);
    await aws.restart();
    return aws;
  }

  get endpoint(): string {
    return `localhost:${this.#port}`;
  }

  link(others: Partial<Parameters<typeof awsLink>[0]> = {}) {
    const { endpoint, ca } = this;
    const prefix = "gate";
    return awsLink({
      endpoint,
      region,
      prefix,
      ca,
      credentials,
      ...others,
    });
  }

  async publish(topic: string, payload: string, retain = false): Promise<void> {
    const broker = this.#broker;
    if (broker === undefined) throw new Error("stopped");
    if (retain) this.#retained.set(topic, payload);
    const packet = { cmd: "publish", topic, payload, qos: 1, retain, dup: false } as const;
    await new Promise<void>((resolve, reject) => {
      broker.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  async stop(): Promise<void> {
    const [server, broker] = [this.#server, this.#broker];
    this.#server = undefined;
    this.#broker = undefined;
    await new Promise<void>((resolve) =>
      broker === undefined ? resolve() : broker.close(resolve),
    );
    await new Promise<void>((resolve) => {
      if (server === undefined) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async restart(): Promise<void> {
    const broker = await Aedes.createBroker({ id: "fake-aws" });
    this.#broker = broker;
    for (const [topic, payload] of this.#retained) await this.publish(topic, payload, true);
    const server = createServer({ cert: this.#certificate, key: this.#key });
    const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "mqtt" });
    server.on("request", async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      this.#handlePublish(request, Buffer.concat(chunks), (status, body) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      });
    });
    server.on("upgrade", (request, socket, head) => {
      const problem = this.#checkQuery(request);
      if (problem !== undefined) {
        this.refused.push(problem);
        socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
        return;
      }
      sockets.handleUpgrade(request, socket, head, (client) => {
        const stream = createWebSocketStream(client);
        stream.on("error", () => {});
        broker.handle(stream, request);
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  dispose(): Promise<void> {
    return this.stop();
  }

  /** `POST /topics/<topic>?qos=1` */
  #handlePublish(
    request: IncomingMessage,
    body: Buffer,
    answer: (status: number, body: unknown) => void,
  ): void {
    const url = new URL(request.url ?? "", "https://fake");
    const problem = checkHeader(request, url, body);
    if (problem !== undefined) {
      this.refused.push(problem);
      answer(403, { message: problem });
      return;
    }
    if (this.dataPlane === "says nothing") return;
    if (this.dataPlane !== "takes") {
      const { status, message } = answers[this.dataPlane];
      answer(status, { message });
      return;
    }
    const topic = decodeURIComponent(url.pathname.slice("/topics/".length));
    const retain = url.searchParams.get("retain") === "true";
    if (topic.startsWith("gate/lot-1/")) {
      this.received.push({ topic, payload: String(body), retain });
    }
    answer(200, { message: "OK" });
  }

  /** Checks the signature in the query of a WebSocket request. It does not cover the session token. */
  #checkQuery(request: IncomingMessage): string | undefined {
    const url = new URL(request.url ?? "", "https://fake");
    const { searchParams } = url;
    const signature = searchParams.get("X-Amz-Signature") ?? "";
    const [accessKeyId, ...scope] = (searchParams.get("X-Amz-Credential") ?? "").split("/");
    const date = searchParams.get("X-Amz-Date") ?? "";
    const signed = new URLSearchParams(searchParams);
    signed.delete("X-Amz-Signature");
    signed.delete("X-Amz-Security-Token");
    const expected = sign({
      method: "GET",
      path: url.pathname,
      query: signed,
      service: "iotdevicegateway",
      date,
      headers: [["host", request.headers.host ?? ""]],
      bodyHash: sha256(""),
    });
    if (accessKeyId !== credentials.accessKeyId) return "another access key";
    if (scope.join("/") !== `${date.slice(0, 8)}/${region}/iotdevicegateway/aws4_request`)
      return "another scope";
    return signature === expected ? undefined : "the signature in the query is wrong";
  }
}

function checkHeader(request: IncomingMessage, url: URL, body: Buffer): string | undefined {
  const { authorization = "" } = request.headers;
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
      authorization,
    );
  if (found === null) return "no signature";
  const [, accessKeyId, scope, signedHeaders = "", signature] = found;
  const date = String(request.headers["x-amz-date"] ?? "");
  if (accessKeyId !== credentials.accessKeyId) return "another access key";
  if (scope !== `${date.slice(0, 8)}/${region}/iotdata/aws4_request`) return "another scope";
  const headers = signedHeaders
    .split(";")
    .map((name) => [name, String(request.headers[name] ?? "")] as const);
  for (const needed of ["host", "x-amz-date"])
    if (!headers.some(([name]) => name === needed)) return `${needed} is not signed`;
  const expected = sign({
    method: "POST",
    query: url.searchParams,
    service: "iotdata",
    date,
    headers,
    // Every service except S3 signs the path encoded twice.
    path: url.pathname.split("/").map(encodeURIComponent).join("/"),
    bodyHash: sha256(body),
  });
  return signature === expected ? undefined : "the signature is wrong";
}

interface ToSign {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** by name, sorted */
  readonly headers: readonly (readonly [string, string])[];
  readonly bodyHash: string;
  readonly service: string;
  /** `20261125T021500Z` */
  readonly date: string;
}

function sign({ method, path, query, headers, bodyHash, service, date }: ToSign): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const canonical = [
    method,
    path,
    [...query]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join("&"),
    ...headers.map(([name, value]) => `${name}:${value.trim()}`),
    "",
    headers.map(([name]) => name).join(";"),
    bodyHash,
  ].join("\n");
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const key = [date.slice(0, 8), region, service, "aws4_request"].reduce<string | Buffer>(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  return createHmac("sha256", key).update(text).digest("hex");
}

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");

/** Credentials that the fake does not accept. */
export const wrongCredentials: Credentials = { ...credentials, secretAccessKey: "of someone else" };
