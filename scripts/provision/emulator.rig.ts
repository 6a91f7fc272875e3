import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import {
  DescribeCertificateCommand,
  GetPolicyCommand,
  IoTClient,
  ListAttachedPoliciesCommand,
  ListCertificatesCommand,
  ListPoliciesCommand,
  ListPrincipalThingsCommand,
  ListThingsCommand,
} from "@aws-sdk/client-iot";
import { localAccount } from "../../host-sim/cloud/one-project.ts";
import { parsePolicy } from "../../host-sim/cloud/policy.ts";
import { Registry } from "../../host-sim/cloud/registry.ts";
import { CloudStandIn } from "../../host-sim/cloud/stand-in.ts";
import { freePort } from "../../host-sim/free-port.rig.ts";
import { createAuthority, type Identity, issueServer } from "../../host-sim/pki/authority.ts";
import { signRequest } from "../../host-sim/pki/request.ts";
import { projectRoot } from "../../host-sim/project-root.ts";

/** A control plane call that the emulator receives. */
export interface Call {
  /** counted from 1 since the last {@link Emulator.during} */
  readonly number: number;
  /** `POST /things/lot-1` */
  readonly name: string;
}

/**
 * The outcome of a call. `refused` and `done-but-refused` return an error that the SDK does not retry,
 * as if the program had died before or after the call took effect. `lost` takes effect and closes the
 * connection. `throttled` and `failed` (500) have no effect.
 */
export type Fate = "pass" | "refused" | "done-but-refused" | "lost" | "throttled" | "failed";

/** The resources in the emulator's account. */
export interface Inventory {
  readonly things: readonly string[];
  readonly policies: readonly string[];
  readonly certificates: readonly InventoryCertificate[];
}

export interface InventoryCertificate {
  readonly id: string;
  readonly status: string;
  readonly things: readonly string[];
  readonly policies: readonly string[];
}

/** The path of moto's server: on `$PATH`, or where `.ci/run` installs it. */
export function findMoto(): string | undefined {
  const own = join(projectRoot, "build", "moto", "bin", "moto_server");
  if (existsSync(own)) return own;
  try {
    return execFileSync("which", ["moto_server"], { stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

/**
 * An emulation of AWS IoT. moto's server is the control plane, and the stand-in is the broker. The
 * stand-in admits the certificates that are active in moto, with the policies attached there.
 *
 * Calls go through a proxy, which can make any of them fail. The proxy also corrects a difference
 * between moto 5.2 and AWS: moto's CreateCertificateFromCsr makes a certificate **for another key**,
 * not for the request's. So the proxy signs the request with its own CA and registers the result in
 * moto (RegisterCertificateWithoutCA), which treats it like any other certificate. Other differences
 * remain: a certificate's ID is the SHA-256 of its PEM instead of its DER, DescribeEndpoint returns
 * another name each time, and a detachment takes effect at once.
 */
export class Emulator {
  readonly url: string;
  readonly brokerPort: number;
  readonly calls: Call[] = [];
  /** the bodies of all requests: they must not contain a private key */
  readonly bodies: string[] = [];
  readonly caPem: string;
  readonly #moto: ChildProcess;
  readonly #motoUrl: string;
  readonly #proxy: Server;
  readonly #broker: CloudStandIn;
  readonly #registry: Registry;
  readonly #ca: Identity;
  readonly #client: IoTClient;
  #fateOf: (call: Call) => Fate = () => "pass";

  private constructor(
    [moto, motoUrl]: [ChildProcess, string],
    proxy: Server,
    [broker, registry]: [CloudStandIn, Registry],
    ca: Identity,
  ) {
    this.#moto = moto;
    this.#motoUrl = motoUrl;
    this.#proxy = proxy;
    this.#broker = broker;
    this.#registry = registry;
    this.#ca = ca;
    this.url = `http://127.0.0.1:${portOf(proxy)}`;
    this.brokerPort = broker.port;
    this.caPem = ca.certificatePem;
    this.#client = new IoTClient({
      region: localAccount.region,
      endpoint: motoUrl,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    proxy.on("request", (request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        answer(response, 500, { message: String(error) });
      });
    });
  }

  static async start(moto: string): Promise<Emulator> {
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
    const { child, url: motoUrl } = await startMoto(moto);
    const ca = await createAuthority();
    const server = await issueServer(ca);
    const registry = new Registry(localAccount);
    const broker = await CloudStandIn.listen({
      registry,
      ca: ca.certificatePem,
      key: server.keyPem,
      certificate: server.certificatePem + ca.certificatePem,
      // The tests connect more often than the default limit allows.
      limits: { connectsPerSecond: 10_000 },
    });
    const proxy = createServer();
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    return new Emulator([child, motoUrl], proxy, [broker, registry], ca);
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    this.#proxy.closeAllConnections();
    await new Promise((resolve) => this.#proxy.close(resolve));
    await this.#broker.close();
    this.#moto.kill("SIGKILL");
  }

  /** Deletes everything in the account. */
  async reset(): Promise<void> {
    await fetch(`${this.#motoUrl}/moto-api/reset`, { method: "POST" });
    await this.#sync();
  }

  /** Runs `work` while `fateOf` decides the outcome of every call. */
  async during<T>(fateOf: (call: Call) => Fate, work: () => Promise<T>): Promise<T> {
    this.calls.length = 0;
    this.#fateOf = fateOf;
    try {
      return await work();
    } finally {
      this.#fateOf = () => "pass";
    }
  }

  /** Queries moto directly, without the proxy. */
  async inventory(): Promise<Inventory> {
    const client = this.#client;
    const { things = [] } = await client.send(new ListThingsCommand({}));
    const { policies = [] } = await client.send(new ListPoliciesCommand({}));
    const { certificates = [] } = await client.send(new ListCertificatesCommand({}));
    return {
      things: things.map(({ thingName }) => thingName ?? "").sort(),
      policies: policies.map(({ policyName }) => policyName ?? "").sort(),
      certificates: await Promise.all(
        certificates.map(async ({ certificateId = "", certificateArn = "", status = "" }) => {
          const attached = await client.send(
            new ListAttachedPoliciesCommand({ target: certificateArn }),
          );
          const stands = await client.send(
            new ListPrincipalThingsCommand({ principal: certificateArn }),
          );
          return {
            id: certificateId,
            status,
            things: stands.things ?? [],
            policies: (attached.policies ?? []).map(({ policyName }) => policyName ?? "").sort(),
          };
        }),
      ),
    };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    this.bodies.push(body);
    const path = (request.url ?? "").split("?")[0];
    const call = { number: this.calls.length + 1, name: `${request.method} ${path}` };
    this.calls.push(call);
    const fate = this.#fateOf(call);
    const dead = { __type: "InvalidRequestException", message: "injected by the test" };
    if (fate === "refused") return answer(response, 400, dead);
    if (fate === "failed") return answer(response, 500, { __type: "InternalFailureException" });
    if (fate === "throttled") return answer(response, 429, { __type: "ThrottlingException" });
    const [status, text, headers] = await this.#forward(request, body, call.name);
    // Only ACTIVE certificates are admitted, and all attachments are made before activation.
    if (call.name.startsWith("PUT /certificates/")) await this.#sync();
    if (fate === "done-but-refused") return answer(response, 400, dead);
    if (fate === "lost") {
      response.destroy();
      return;
    }
    response.writeHead(status, headers).end(text);
  }

  async #forward(request: IncomingMessage, body: string, name: string) {
    const isRequest = name === "POST /certificates";
    const pem = isRequest ? await this.#sign(body) : undefined;
    const path = isRequest ? "/certificate/register-no-ca" : (request.url ?? "");
    const answered = await fetch(`${this.#motoUrl}${path}`, {
      method: request.method ?? "GET",
      headers: headersOf(request),
      ...(pem === undefined
        ? body === ""
          ? {}
          : { body }
        : { body: JSON.stringify({ certificatePem: pem, status: "INACTIVE" }) }),
    });
    const text = await answered.text();
    const type = answered.headers.get("x-amzn-errortype");
    const headers = {
      "content-type": "application/json",
      ...(type === null ? {} : { "x-amzn-errortype": type }),
    };
    if (pem === undefined || !answered.ok) return [answered.status, text, headers] as const;
    const made = JSON.stringify({ ...JSON.parse(text), certificatePem: pem });
    return [200, made, headers] as const;
  }

  async #sign(body: string): Promise<string> {
    const { certificateSigningRequest } = JSON.parse(body) as Record<string, string>;
    return (await signRequest(this.#ca, certificateSigningRequest ?? "")) ?? "";
  }

  /** Copies moto's certificates and policies to the broker. */
  async #sync(): Promise<void> {
    const client = this.#client;
    for (const { id, status, things, policies } of (await this.inventory()).certificates) {
      const { certificateDescription } = await client.send(
        new DescribeCertificateCommand({ certificateId: id }),
      );
      const documents = await Promise.all(
        policies.map((policyName) => client.send(new GetPolicyCommand({ policyName }))),
      );
      this.#registry.register({
        certificate: certificateDescription?.certificatePem ?? "",
        policies: documents.map(({ policyDocument = "" }) =>
          parsePolicy(JSON.parse(policyDocument)),
        ),
        status: status === "ACTIVE" ? "ACTIVE" : "INACTIVE",
        ...(things[0] === undefined ? {} : { thingName: things[0] }),
      });
    }
  }
}

/** moto's server alone. Resolves when it answers. */
export async function startMoto(moto: string): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort();
  const child = spawn(moto, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await untilAnswered(`${url}/moto-api/data.json`);
  return { child, url };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const kept = Object.entries(headers).filter(
    ([name]) => !["host", "connection", "content-length", "expect"].includes(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

function answer(response: ServerResponse, status: number, body: Record<string, string>): void {
  const headers = { "content-type": "application/json", "x-amzn-errortype": body.__type ?? "" };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Waits for moto, which takes some seconds to start. */
async function untilAnswered(url: string): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const isThere = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no answer from ${url}`);
}
