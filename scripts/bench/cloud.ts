import { createSecureContext } from "node:tls";
import type { OnDeliver } from "../../host-sim/cloud/connection.ts";
import { localAccount } from "../../host-sim/cloud/one-project.ts";
import { Registry } from "../../host-sim/cloud/registry.ts";
import { CloudStandIn, type CloudStandInOptions } from "../../host-sim/cloud/stand-in.ts";
import type { TLSIdentity } from "../../host-sim/hardware/tls.ts";
import { createAuthority, issueClient, issueServer } from "../../host-sim/pki/authority.ts";

/** The certificate of all boxes, PEM. One certificate lets each side share one TLS context. */
export interface BenchPem {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface BenchCloudOptions {
  readonly cloud: CloudStandInOptions;
  readonly pem: BenchPem;
}

export interface BenchCloud {
  readonly cloud: CloudStandIn;
  readonly pem: BenchPem;
}

/** The options of a stand-in that accepts many boxes with one certificate, without rate limits. */
export async function benchCloudOptions(): Promise<BenchCloudOptions> {
  const authority = await createAuthority();
  const server = await issueServer(authority);
  const box = await issueClient(authority, "bench");
  const registry = new Registry(localAccount);
  // Only for the benchmark, which measures time and memory: a thousand certificates would only be slow.
  registry.register({
    certificate: box.certificatePem,
    policies: [
      { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "iot:*", Resource: "*" }] },
    ],
  });
  const unlimited = Number.POSITIVE_INFINITY;
  const cloud: CloudStandInOptions = {
    ca: authority.certificatePem,
    certificate: `${server.certificatePem}${authority.certificatePem}`,
    key: server.keyPem,
    registry,
    limits: {
      connectsPerSecond: unlimited,
      publishesPerSecond: unlimited,
      bytesPerSecond: unlimited,
    },
  };
  const pem = { ca: authority.certificatePem, cert: box.certificatePem, key: box.keyPem };
  return { cloud, pem };
}

export async function startBenchCloud(onDeliver?: OnDeliver): Promise<BenchCloud> {
  const { cloud, pem } = await benchCloudOptions();
  const listening = await CloudStandIn.listen({
    ...cloud,
    ...(onDeliver === undefined ? {} : { onDeliver }),
  });
  return { cloud: listening, pem };
}

export function identityOf({ ca, cert, key }: BenchPem): TLSIdentity {
  return { secureContext: createSecureContext({ ca, cert, key }) };
}
