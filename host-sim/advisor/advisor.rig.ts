import assert from "node:assert/strict";
import { parseSettings } from "../../device/config.ts";
import { firmwareVersion } from "../../device/version.ts";
import { advisorCertificates } from "../../scripts/advisor/certificates.ts";
import { boxPolicy } from "../cloud/policy-documents.ts";
import { makeIdentity } from "../hardware/tls.ts";
import { createAuthority, issueClient } from "../pki/authority.ts";
import { seededRandom } from "../scenarios/timeline.ts";
import { type BoxClientOptions, boxChip, startBoxClient } from "./box-client.ts";
import { AdvisorBroker } from "./broker.ts";
import type { AnyCase, Case } from "./case.ts";
import { allCases } from "./cases/all.ts";
import { Pace } from "./pace.ts";
import { type Outcome, type RunningClient, runAdvisor } from "./run.ts";
import { signedJob } from "./signed-job.ts";

export const host = "localhost";

/** The participants, and a client's certificates. */
export interface Ring {
  readonly broker: AdvisorBroker;
  readonly pace: Pace;
  readonly port: number;
  /** PEM */
  readonly client: { readonly ca: string; readonly certificate: string; readonly key: string };
  run(
    cases: readonly AnyCase[],
    startClient: (played: Case) => RunningClient | string,
  ): Promise<Outcome[]>;
  runBox(
    cases: readonly AnyCase[],
    makeFirmware?: BoxClientOptions["makeFirmware"],
  ): Promise<Outcome[]>;
  close(): Promise<void>;
}

let made: ReturnType<typeof makeKeys> | undefined;

/** Created once: generating keys is slow. */
async function makeKeys() {
  const ca = await createAuthority({ keyType: "p256" });
  return {
    ca,
    box: await issueClient(ca, "lot-1", { keyType: "p256" }),
    certificates: await advisorCertificates(ca, host, "p256"),
  };
}

/** An advisor on loopback whose time runs `factor` times faster. */
export async function makeRing(factor: number, quietMs = 10): Promise<Ring> {
  made ??= makeKeys();
  const { ca, box, certificates } = await made;
  const pace = new Pace(factor, quietMs);
  const job = signedJob(firmwareVersion, boxChip);
  const broker = await AdvisorBroker.listen({
    jobDocument: job.document,
    address: "127.0.0.1",
    port: 0,
    clientCa: ca.certificatePem,
    certificates,
    pace,
  });
  const client = { ca: ca.certificatePem, certificate: box.certificatePem, key: box.keyPem };
  const policies = [boxPolicy({ region: "eu-central-1", account: "123456789012", prefix: "gate" })];
  const run: Ring["run"] = (cases, startClient) =>
    runAdvisor({ cases, broker, pace, startClient, policies, patienceMs: 20_000 });
  const settings = parseSettings({ thingName: "lot-1", endpoint: host, port: broker.port });
  assert.ok(settings.type === "settings");
  return {
    broker,
    pace,
    port: broker.port,
    client,
    run,
    runBox(cases, makeFirmware) {
      const identity = makeIdentity(client);
      const random = seededRandom(1);
      const options = { settings: settings.settings, identity, pace, random };
      return run(cases, ({ needs: feature }) => {
        if (feature === "jobs" && makeFirmware !== undefined) return "it has no slots here";
        return startBoxClient({
          ...options,
          ...(feature === undefined ? {} : { feature, updateKeys: [job.publicKey] }),
          ...(makeFirmware === undefined ? {} : { makeFirmware }),
        });
      });
    },
    async close() {
      await broker.close();
      pace.stop();
    },
  };
}

export function caseNamed(name: string): AnyCase {
  const found = allCases.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

/** `pass`, `fail`, …, `not applicable` */
export function resultOf(outcome: Outcome | undefined): string | undefined {
  return outcome?.type === "judged" ? outcome.verdict.result : outcome?.type;
}
