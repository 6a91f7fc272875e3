import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRegion } from "../../../host-sim/cloud/policy-documents.ts";
import { awsServiceIdentity } from "../../certs/paths.ts";
import { readRecord } from "../../certs/provisioning-record.ts";
import { readDerCredentials } from "../../firmware/credentials.ts";
import { provision } from "../../provision/provision.ts";
import { openTarget } from "../../provision/target.ts";
import { SetupError } from "../failure.ts";
import type { CertificateChoice } from "../view.ts";
import type { Obtained, OnProgress } from "./obtained.ts";
import { openerIdentity } from "./opener-identity.ts";

type Aws = Extract<CertificateChoice, { readonly source: "aws" }>;

export interface AwsOptions {
  readonly certs: string;
  /** the control plane's URL, for an emulator */
  readonly endpointUrl?: string | undefined;
  /** the broker, for an emulator; default: the account's own */
  readonly broker?: { readonly endpoint: string; readonly port: number; readonly caPath: string };
}

const alpnPort = 443;

/**
 * Certificates from AWS IoT Core, by what `boom-box provision` does. Provisioning keeps its key in a
 * folder until AWS has answered, so that no certificate in AWS is without its key. Unless the files
 * are kept, that folder is a private temporary one, which {@link AwsCertificates.stop} deletes.
 */
export class AwsCertificates {
  readonly #options: AwsOptions;
  #temporary: string | undefined;
  /** Whoever goes back and comes again gets the same certificate. */
  #last: { readonly asked: string; readonly obtained: Obtained } | undefined;

  constructor(options: AwsOptions) {
    this.#options = options;
  }

  /** @throws UserError of one line, with AWS's own words */
  async obtain(thing: string, choice: Aws, onProgress: OnProgress): Promise<Obtained> {
    const asked = JSON.stringify([thing, choice]);
    if (this.#last?.asked !== asked) {
      this.#last = { asked, obtained: await this.#provision(thing, choice, onProgress) };
    }
    return this.#last.obtained;
  }

  async #provision(thing: string, choice: Aws, onProgress: OnProgress): Promise<Obtained> {
    const { certs, endpointUrl, broker } = this.#options;
    if (choice.region !== "" && !isRegion(choice.region)) {
      throw new SetupError("that is not an AWS region", "write it as eu-central-1", "region");
    }
    // A box that was provisioned from this folder has its key there already.
    const isThere = (await readRecord(certs, thing)) !== undefined;
    const folder = choice.isKept || isThere ? certs : await this.#ensureTemporary();
    const target = await openTarget(
      thing,
      {
        certs: folder,
        thing,
        ...(choice.region === "" ? {} : { region: choice.region }),
        ...(choice.profile === "" ? {} : { profile: choice.profile }),
        ...(endpointUrl === undefined ? {} : { endpointUrl }),
      },
      ({ text }) => onProgress(text),
    );
    try {
      const { endpoint } = await provision(target.run, {
        ...(await target.brokerOptions(
          broker === undefined
            ? {}
            : { mqttEndpoint: broker.endpoint, mqttPort: broker.port, ca: broker.caPath },
        )),
        isBesideOthers: false,
      });
      const credentials = await readDerCredentials(folder, thing);
      const port = (await readRecord(folder, thing))?.broker?.port ?? broker?.port ?? 8883;
      const { prefix } = target.run.subject;
      if (folder !== certs) await this.stop();
      const alpn = port === alpnPort;
      return {
        credentials,
        endpoint,
        port,
        alpn,
        source: target.run.cloud.name,
        openerBroker: async () => ({
          endpoint,
          port,
          prefix,
          alpn,
          identity: {
            ...(await openerIdentity(certs, awsServiceIdentity)),
            caPem: new X509Certificate(credentials.ca).toString(),
          },
        }),
      };
    } finally {
      await target.close();
    }
  }

  /** Deletes a key that is not kept. */
  async stop(): Promise<void> {
    const folder = this.#temporary;
    this.#temporary = undefined;
    if (folder !== undefined && existsSync(folder)) await rm(folder, { recursive: true });
  }

  async #ensureTemporary(): Promise<string> {
    this.#temporary ??= await mkdtemp(join(tmpdir(), "boom-box-setup-"));
    return this.#temporary;
  }
}
