import type { CertificateChoice } from "../view.ts";
import { AwsCertificates, type AwsOptions } from "./aws.ts";
import { obtainFromFiles } from "./files.ts";
import type { Obtained, OnProgress } from "./obtained.ts";
import { StandInCertificates } from "./stand-in.ts";

export interface CertificatesOptions {
  /** the folder of keys and certificates */
  readonly certs: string;
  /** by what name boards on the network reach this machine; undefined: the stand-in is on loopback */
  readonly standInHost: string | undefined;
  /** AWS's, from the environment */
  readonly region: string | undefined;
  /** for an emulator of AWS */
  readonly aws?: Omit<AwsOptions, "certs">;
  /** What the stand-in says. */
  onLine(line: string): void;
}

/** The three sources of a box's certificate. */
export class Certificates {
  readonly #options: CertificatesOptions;
  readonly #standIn: StandInCertificates;
  readonly #aws: AwsCertificates;

  constructor(options: CertificatesOptions) {
    const { certs, standInHost, onLine, aws } = options;
    this.#options = options;
    this.#standIn = new StandInCertificates({
      certs,
      isReachable: standInHost !== undefined,
      onLine,
    });
    this.#aws = new AwsCertificates({ certs, ...aws });
  }

  /**
   * By what name a board reaches this machine, as a proposal.
   * @param emulated by what name an emulated board does
   */
  standInHost(emulated: string | undefined): string {
    return this.#options.standInHost ?? emulated ?? "localhost";
  }

  /** @throws SetupError; UserError */
  obtain(thing: string, choice: CertificateChoice, onProgress: OnProgress): Promise<Obtained> {
    switch (choice.source) {
      case "stand-in":
        return this.#standIn.obtain(thing, choice.host, choice.isKept, onProgress);
      case "aws":
        return this.#aws.obtain(thing, choice, onProgress);
      case "files":
        return obtainFromFiles(this.#options.certs, thing, choice);
    }
  }

  async stop(): Promise<void> {
    await this.#standIn.stop();
    await this.#aws.stop();
  }
}
