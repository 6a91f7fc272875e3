import assert from "node:assert/strict";
import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localAccount } from "../../host-sim/cloud/one-project.ts";
import { identityFiles } from "../certs/paths.ts";
import { readRecord } from "../certs/provisioning-record.ts";
import { AwsControlPlane } from "./aws.ts";
import type { Emulator, InventoryCertificate } from "./emulator.rig.ts";
import type { ProvisionOptions } from "./provision.ts";
import type { Run, Step } from "./run.ts";
import type { Subject } from "./subject.ts";

/** Made once, because key generation is slow. */
const seeds = [0, 1].map(() =>
  generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString(),
);

/** A user's folder of certificates, and the steps that were reported to the user. */
export class Person {
  readonly certs = mkdtempSync(join(tmpdir(), "boom-box-provision-"));
  readonly steps: Step[] = [];
  /** the step after which the program dies; counted from 0 */
  diesAtStep = Number.POSITIVE_INFINITY;
  readonly #emulator: Emulator;
  #seeded = 0;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  async run(
    name = "lot-1",
    type: Subject["type"] = "box",
    region: string = localAccount.region,
  ): Promise<Run> {
    const sleep = async () => {};
    return {
      cloud: await AwsControlPlane.open({ region, endpointUrl: this.#emulator.url, sleep }),
      certs: this.certs,
      subject: { type, name, prefix: "gate" },
      sleep,
      now: () => new Date(),
      onStep: (step) => {
        this.steps.push(step);
        if (this.steps.length > this.diesAtStep) throw new Error("killed");
      },
    };
  }

  get options(): ProvisionOptions {
    return {
      trustPem: this.#emulator.caPem,
      endpoint: "localhost",
      port: this.#emulator.brokerPort,
      isPortKept: true,
      isBesideOthers: false,
    };
  }

  /** Writes a key into `next/`, as if a run was killed right after it made the key. */
  seedKey(name = "lot-1"): void {
    mkdirSync(join(this.certs, name, "next"), { recursive: true, mode: 0o700 });
    const key = seeds[this.#seeded++ % seeds.length] ?? "";
    writeFileSync(join(this.certs, name, "next", "private-key.pem"), key, { mode: 0o600 });
  }

  /** `done thing`, `kept policy`, … */
  get told(): string[] {
    return this.steps.map(({ state, step }) => `${state} ${step}`);
  }

  /** The ID of the installed certificate, after a check that its key matches. */
  async certificateId(name = "lot-1"): Promise<string> {
    const files = identityFiles(this.certs, name);
    const certificate = new X509Certificate(readFileSync(files.certificatePem));
    assert.ok(certificate.raw.equals(readFileSync(files.certificateDer)));
    const der = { key: readFileSync(files.keyDer), format: "der", type: "pkcs8" } as const;
    for (const key of [createPrivateKey(readFileSync(files.keyPem)), createPrivateKey(der)]) {
      assert.ok(certificate.checkPrivateKey(key));
    }
    // AWS hashes the DER instead.
    const id = createHash("sha256").update(readFileSync(files.certificatePem)).digest("hex");
    assert.equal((await readRecord(this.certs, name))?.current?.certificateId, id);
    return id;
  }

  /** Every file: its relative path, its mode, its bytes. */
  files(): [path: string, mode: number, bytes: Buffer][] {
    return readdirSync(this.certs, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(this.certs.length + 1), statSync(path).mode & 0o777, readFileSync(path)];
      });
  }

  leave(): void {
    rmSync(this.certs, { recursive: true });
  }
}

/** As the emulator lists them. */
export const boxPolicyNames = [
  "boom-box-gates@gate",
  "boom-box-log@gate",
  "boom-box-shadow@gate",
  "boom-box-update@gate",
  "boom-box@gate",
];

/** One active certificate that is attached to a box and has only the box's policies. */
export const boxCertificate = (id: string, thing = "lot-1"): InventoryCertificate => ({
  id,
  status: "ACTIVE",
  things: [thing],
  policies: boxPolicyNames,
});
