import { X509Certificate } from "node:crypto";
import { isHostName } from "../../../device/config.ts";
import { defaultPrefix } from "../../../device/messages/topics.ts";
import { findStandIn } from "../../broker/find-stand-in.ts";
import { readIdentity, storedIdentity } from "../../certs/identity.ts";
import { caIdentity, serverIdentity, serviceIdentity } from "../../certs/paths.ts";
import { isProvisionedInAws } from "../../certs/provisioning-record.ts";
import { ensureCertificates } from "../../certs/store.ts";
import { admitBox, StandIn } from "../../local/local-stand-in.ts";
import { LocalControlPlane } from "../../provision/local-control-plane.ts";
import { SetupError } from "../failure.ts";
import { keepIdentity, requireRoom } from "./keep-identity.ts";
import { newKey } from "./new-key.ts";
import type { Obtained, OnProgress } from "./obtained.ts";

export interface StandInOptions {
  readonly certs: string;
  /** also reached from other machines */
  readonly isReachable: boolean;
  onLine(line: string): void;
}

export const usualPort = 8883;
const everyAddress = "0.0.0.0";

/**
 * The stand-in for AWS IoT Core, and certificates for it. It uses one that runs already, and else
 * starts one that runs until `stop`.
 */
export class StandInCertificates {
  readonly #options: StandInOptions;
  #own: StandIn | undefined;

  constructor(options: StandInOptions) {
    this.#options = options;
  }

  /**
   * Makes a key here, and a certificate for it that the stand-in admits at once.
   * @param host by what name the board reaches this machine
   * @param isKept whether key and certificate are also written to `certs/<thing>/`
   * @throws SetupError; UserError
   */
  async obtain(
    thing: string,
    host: string,
    isKept: boolean,
    onProgress: OnProgress,
  ): Promise<Obtained> {
    const { certs } = this.#options;
    if (!isHostName(host)) {
      throw new SetupError(
        `"${host}" is not a host name`,
        "write a name or an IPv4 address, without https:// or a port",
        "host",
      );
    }
    if (await isProvisionedInAws(certs, thing)) {
      throw new SetupError(
        `the box ${thing} was provisioned in AWS IoT Core`,
        "choose AWS IoT Core, or another name for the box",
      );
    }
    if (isKept) await requireRoom(certs, thing);
    const steps = await ensureCertificates({ directory: certs, things: [], serverNames: [host] });
    const isServerNew = steps.some(
      ({ identity, action }) => identity === serverIdentity && action !== "kept",
    );
    onProgress("The stand-in has its certificates.");
    const port = await this.#ensureRunning(host, isServerNew);
    onProgress(`The stand-in runs on port ${port}.`);
    const ca = await readIdentity(certs, caIdentity);
    const key = await newKey();
    const keyPem = key.export({ type: "pkcs8", format: "pem" }).toString();
    const { createRequest } = await import("../../../host-sim/pki/request.ts");
    const cloud = new LocalControlPlane(certs);
    const issued = await cloud.createCertificateFromCsr(await createRequest(keyPem, thing));
    await admitBox(cloud, thing, issued.certificateId);
    onProgress(`The certificate of ${thing} is issued.`);
    const identity = storedIdentity([new X509Certificate(issued.certificatePem)], key, [
      new X509Certificate(ca.certificatePem),
    ]);
    if (isKept) {
      await keepIdentity(certs, thing, identity);
      onProgress(`Key and certificate are kept in certs/${thing}/.`);
    }
    return {
      credentials: {
        ca: Buffer.from(identity.caDer),
        certificate: Buffer.from(identity.certificateDer),
        privateKey: Buffer.from(identity.keyDer),
      },
      endpoint: host,
      port,
      alpn: false,
      source: "the stand-in on this computer",
      openerBroker: async () => ({
        endpoint: "localhost",
        port,
        prefix: defaultPrefix,
        alpn: false,
        identity: await readIdentity(certs, serviceIdentity),
      }),
    };
  }

  async stop(): Promise<void> {
    const own = this.#own;
    this.#own = undefined;
    await own?.stop();
  }

  /** @returns its port */
  async #ensureRunning(host: string, isServerNew: boolean): Promise<number> {
    const { certs, isReachable, onLine } = this.#options;
    const running = await findStandIn(certs);
    if (running !== undefined && this.#own === undefined) {
      if (isReachable) {
        throw new SetupError(
          `a stand-in runs already (process ${running.pid}), and may listen on this computer only`,
          "end it, then try again here",
        );
      }
      if (isServerNew) {
        throw new SetupError(
          `the stand-in that runs already (process ${running.pid}) has no certificate for ${host} yet`,
          "end it and start it again, then try again here",
        );
      }
      return running.port;
    }
    if (this.#own !== undefined && !isServerNew) return this.#own.port;
    await this.stop();
    this.#own = await StandIn.start(
      certs,
      usualPort,
      onLine,
      false,
      isReachable ? everyAddress : undefined,
    );
    return this.#own.port;
  }
}
