import { serviceClientIdPrefix } from "../../device/messages/topics.ts";
import { boxPolicies, servicePolicy } from "./policy-documents.ts";
import { Registry } from "./registry.ts";
import { CloudStandIn, type CloudStandInOptions } from "./stand-in.ts";

/** Any region and account work if the policies use the same. */
export const localAccount = { region: "eu-central-1", account: "123456789012" } as const;

export interface LocalCloudOptions extends Omit<CloudStandInOptions, "registry"> {
  /** first levels of every topic */
  readonly prefix: string;
  /** the boxes' certificates, PEM */
  readonly things: readonly { readonly thingName: string; readonly certificate: string }[];
  readonly service: {
    /** PEM */
    readonly certificate: string;
  };
  /** see {@link Registry} */
  readonly refresh?: (registry: Registry) => void;
}

/**
 * A stand-in for one project's boxes and its publishing service, each with the same policy as in
 * AWS.
 */
export function startLocalCloud(options: LocalCloudOptions): Promise<CloudStandIn> {
  const { prefix, things, service, refresh, ...standIn } = options;
  const registry = new Registry(localAccount, refresh);
  const policies = boxPolicies({
    ...localAccount,
    prefix,
    updates: "aws",
    shadow: true,
    log: true,
    gates: true,
  });
  for (const { thingName, certificate } of things) {
    registry.register({ certificate, thingName, policies });
  }
  const { certificate } = service;
  registry.register({
    certificate,
    policies: [servicePolicy({ ...localAccount, prefix, clientIdPrefix: serviceClientIdPrefix })],
  });
  return CloudStandIn.listen({ ...standIn, registry });
}
