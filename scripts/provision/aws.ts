import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateCertificateFromCsrCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  DeleteCertificateCommand,
  DeletePolicyCommand,
  DeleteThingCommand,
  DescribeCertificateCommand,
  DescribeEndpointCommand,
  DescribeThingCommand,
  DetachPolicyCommand,
  DetachThingPrincipalCommand,
  GetPolicyCommand,
  IoTClient,
  ListAttachedPoliciesCommand,
  paginateListCertificates,
  paginateListTargetsForPolicy,
  paginateListThingPrincipals,
  UpdateCertificateCommand,
} from "@aws-sdk/client-iot";
import { explain, isThrottled, nameOf, unless } from "./aws-errors.ts";
import type { Certificate, ControlPlane, Thing } from "./control-plane.ts";

export interface AwsOptions {
  /** default: AWS_REGION, or the profile's */
  readonly region?: string;
  /** the control plane's URL, for an emulator or a VPC endpoint */
  readonly endpointUrl?: string;
  readonly profile?: string;
  /** milliseconds; for tests */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** How often a call is sent when AWS throttles or fails. The SDK backs off with jitter. */
const maxAttempts = 6;
const absent = "ResourceNotFoundException";

/** AWS IoT Core's control plane, through the AWS SDK. */
export class AwsControlPlane implements ControlPlane {
  readonly type = "aws";
  readonly name: string;
  readonly region: string;
  readonly #client: IoTClient;
  /** without retries, for calls that are not idempotent */
  readonly #once: IoTClient;
  readonly #sleep: (ms: number) => Promise<void>;

  private constructor(client: IoTClient, once: IoTClient, region: string, options: AwsOptions) {
    this.#client = client;
    this.#once = once;
    const url = options.endpointUrl === undefined ? "" : ` (${new URL(options.endpointUrl).host})`;
    this.name = `AWS IoT Core in ${region}${url}`;
    this.region = region;
    this.#sleep = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  /** Sends no request yet. @throws AccountError when no region is configured */
  static async open(options: AwsOptions): Promise<AwsControlPlane> {
    const { endpointUrl, profile } = options;
    // The SDK's warning about Node's version is for its maintainers, not for who provisions a box.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
    const region = options.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
    const configuration = {
      ...(region ? { region } : {}),
      ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
      ...(profile === undefined ? {} : { profile }),
      requestHandler: { connectionTimeout: 10_000, requestTimeout: 30_000 },
    };
    const client = new IoTClient({ ...configuration, maxAttempts });
    const once = new IoTClient({ ...configuration, maxAttempts: 1 });
    try {
      return new AwsControlPlane(client, once, await client.config.region(), options);
    } catch (error) {
      throw explain(error, "", "");
    }
  }

  async describeThing(thingName: string): Promise<Thing | undefined> {
    const found = await this.#unlessAbsent("iot:DescribeThing", () =>
      this.#client.send(new DescribeThingCommand({ thingName })),
    );
    return found && { arn: found.thingArn ?? "", attributes: found.attributes ?? {} };
  }

  async createThing(thingName: string, attributes: Readonly<Record<string, string>>) {
    const input = { thingName, attributePayload: { attributes: { ...attributes } } };
    await this.#unless("ResourceAlreadyExistsException", "iot:CreateThing", () =>
      this.#client.send(new CreateThingCommand(input)),
    );
  }

  async deleteThing(thingName: string) {
    await this.#unlessAbsent("iot:DeleteThing", () =>
      this.#settled(() => this.#client.send(new DeleteThingCommand({ thingName }))),
    );
  }

  async listThingPrincipals(thingName: string) {
    const pages = paginateListThingPrincipals({ client: this.#client }, { thingName });
    const found = await this.#unlessAbsent("iot:ListThingPrincipals", () =>
      collect(pages, (page) => page.principals),
    );
    return found ?? [];
  }

  async attachThingPrincipal(thingName: string, principal: string) {
    await this.#do("iot:AttachThingPrincipal", () =>
      this.#client.send(new AttachThingPrincipalCommand({ thingName, principal })),
    );
  }

  async detachThingPrincipal(thingName: string, principal: string) {
    await this.#unlessAbsent("iot:DetachThingPrincipal", () =>
      this.#client.send(new DetachThingPrincipalCommand({ thingName, principal })),
    );
  }

  async getPolicy(policyName: string) {
    const found = await this.#unlessAbsent("iot:GetPolicy", () =>
      this.#client.send(new GetPolicyCommand({ policyName })),
    );
    return found?.policyDocument;
  }

  async createPolicy(policyName: string, policyDocument: string): Promise<boolean> {
    const made = await this.#unless("ResourceAlreadyExistsException", "iot:CreatePolicy", () =>
      this.#client.send(new CreatePolicyCommand({ policyName, policyDocument })),
    );
    return made !== undefined;
  }

  async deletePolicy(policyName: string): Promise<boolean> {
    const deleted = await this.#unless("DeleteConflictException", "iot:DeletePolicy", async () => {
      await this.#client.send(new DeletePolicyCommand({ policyName })).catch(unlessAbsent);
      return true;
    });
    return deleted ?? false;
  }

  async listTargetsForPolicy(policyName: string) {
    const pages = paginateListTargetsForPolicy({ client: this.#client }, { policyName });
    const found = await this.#unlessAbsent("iot:ListTargetsForPolicy", () =>
      collect(pages, (page) => page.targets),
    );
    return found ?? [];
  }

  async listAttachedPolicies(target: string) {
    const found = await this.#unlessAbsent("iot:ListAttachedPolicies", () =>
      // A certificate has 10 policies at most, so they fit on one page.
      this.#client.send(new ListAttachedPoliciesCommand({ target, pageSize: 25 })),
    );
    return (found?.policies ?? []).flatMap(({ policyName }) => policyName ?? []);
  }

  async attachPolicy(policyName: string, target: string) {
    await this.#do("iot:AttachPolicy", () =>
      this.#client.send(new AttachPolicyCommand({ policyName, target })),
    );
  }

  async detachPolicy(policyName: string, target: string) {
    await this.#unlessAbsent("iot:DetachPolicy", () =>
      this.#client.send(new DetachPolicyCommand({ policyName, target })),
    );
  }

  async createCertificateFromCsr(request: string): Promise<Certificate> {
    const command = new CreateCertificateFromCsrCommand({
      certificateSigningRequest: request,
      setAsActive: false,
    });
    // After a lost answer, a retry by the SDK would leave an extra certificate behind.
    for (let attempt = 1; ; attempt++) {
      try {
        const made = await this.#once.send(command);
        return certificateOf({ ...made, status: "INACTIVE" });
      } catch (error) {
        if (!isThrottled(error) || attempt === maxAttempts) {
          throw explain(error, "iot:CreateCertificateFromCsr", this.name);
        }
        await this.#sleep(250 * 2 ** attempt * (0.5 + Math.random() / 2));
      }
    }
  }

  async describeCertificate(certificateId: string): Promise<Certificate | undefined> {
    const found = await this.#unlessAbsent("iot:DescribeCertificate", () =>
      this.#client.send(new DescribeCertificateCommand({ certificateId })),
    );
    return found?.certificateDescription && certificateOf(found.certificateDescription);
  }

  async listInactiveCertificates(since: Date) {
    const pages = paginateListCertificates({ client: this.#client }, { pageSize: 250 });
    const found = await this.#do("iot:ListCertificates", () =>
      collect(pages, (page) => page.certificates),
    );
    return found
      .filter(
        ({ status, creationDate }) => status === "INACTIVE" && since <= (creationDate ?? since),
      )
      .flatMap(({ certificateId }) => certificateId ?? []);
  }

  async updateCertificate(certificateId: string, newStatus: "ACTIVE" | "INACTIVE") {
    await this.#do("iot:UpdateCertificate", () =>
      this.#client.send(new UpdateCertificateCommand({ certificateId, newStatus })),
    );
  }

  async deleteCertificate(certificateId: string) {
    await this.#unlessAbsent("iot:DeleteCertificate", () =>
      this.#settled(() => this.#client.send(new DeleteCertificateCommand({ certificateId }))),
    );
  }

  async describeEndpoint(): Promise<string> {
    const { endpointAddress } = await this.#do("iot:DescribeEndpoint", () =>
      // Without a type, AWS returns the old endpoint, whose certificate Symantec signed.
      this.#client.send(new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" })),
    );
    return endpointAddress ?? "";
  }

  async #do<T>(action: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw explain(error, action, this.name);
    }
  }

  #unless<T>(name: string, action: string, call: () => Promise<T>): Promise<T | undefined> {
    return this.#do(action, () => unless(name, call));
  }

  #unlessAbsent<T>(action: string, call: () => Promise<T>): Promise<T | undefined> {
    return this.#unless(absent, action, call);
  }

  /** A detachment takes some seconds in AWS. Until then, the detached resource cannot be deleted. */
  async #settled<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        const isAttached = /^(DeleteConflict|InvalidRequest)Exception$/.test(nameOf(error));
        if (!isAttached || attempt === maxAttempts) throw error;
        await this.#sleep(500 * 2 ** attempt);
      }
    }
  }
}

function unlessAbsent(error: unknown): void {
  if (nameOf(error) !== absent) throw error;
}

async function collect<P, T>(
  pages: AsyncIterable<P>,
  itemsOf: (page: P) => readonly T[] | undefined,
): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...(itemsOf(page) ?? []));
  return items;
}

type Undefinable<T> = { readonly [K in keyof T]?: T[K] | undefined };

function certificateOf(found: Undefinable<Certificate>): Certificate {
  const { certificateId = "", certificateArn = "", certificatePem = "", status = "" } = found;
  return { certificateId, certificateArn, certificatePem, status };
}
