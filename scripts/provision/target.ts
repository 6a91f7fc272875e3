import { defaultPrefix, isPrefix } from "../../device/messages/topics.ts";
import { findStandIn } from "../broker/find-stand-in.ts";
import { awsServiceIdentity, caIdentity, identityFiles } from "../certs/paths.ts";
import { type ProvisioningRecord, readRecord } from "../certs/provisioning-record.ts";
import { readPemCertificate } from "../certs/read.ts";
import type { ControlPlane } from "./control-plane.ts";
import type { BrokerOptions } from "./provision.ts";
import type { Run } from "./run.ts";
import { readSettingsEntry } from "./settings-entry.ts";
import type { Subject } from "./subject.ts";

/** The flags that name one identity, and the cloud it is in. */
export interface TargetFlags {
  readonly thing?: string;
  readonly service?: boolean;
  readonly local?: boolean;
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly prefix?: string;
  readonly certs: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface AskedBroker {
  readonly mqttEndpoint?: string;
  readonly mqttPort?: number;
  readonly ca?: string;
}

/** One identity in one cloud, from the flags. */
export interface Target {
  readonly run: Run;
  /** Ensures that there is a broker: starts a stand-in if none is running. */
  ready(): Promise<void>;
  /** @throws UserError if the file of `--ca` is not usable */
  brokerOptions(asked: AskedBroker): Promise<BrokerOptions>;
  close(): Promise<void>;
}

/** @throws UserError when no region is configured, or the folder cannot be read */
export async function openTarget(
  name: string,
  flags: TargetFlags,
  onStep: Run["onStep"],
): Promise<Target> {
  const { certs } = flags;
  const record = await readRecord(certs, name);
  const isService = name === awsServiceIdentity;
  const subject: Subject = {
    type: isService ? "service" : "box",
    name,
    prefix:
      flags.prefix ??
      record?.prefix ??
      (isService ? undefined : await ownPrefix(certs, name)) ??
      defaultPrefix,
  };
  const cloud = await openCloud(flags, record);
  const run: Run = {
    cloud,
    certs,
    subject,
    onStep,
    now: () => new Date(),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
  return flags.local ? localTarget(run) : awsTarget(run, record);
}

async function openCloud(
  flags: TargetFlags,
  record: ProvisioningRecord | undefined,
): Promise<ControlPlane> {
  if (flags.local) {
    const { LocalControlPlane } = await import("./local-control-plane.ts");
    return new LocalControlPlane(flags.certs);
  }
  const { AwsControlPlane } = await import("./aws.ts");
  const region = flags.region ?? (record?.cloud === "aws" ? record.region : undefined);
  return AwsControlPlane.open({
    ...(region === undefined ? {} : { region }),
    ...(flags.endpointUrl === undefined ? {} : { endpointUrl: flags.endpointUrl }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
  });
}

/** The prefix in the user's settings. */
async function ownPrefix(certs: string, thing: string): Promise<string | undefined> {
  const { prefix } = await readSettingsEntry(certs, thing);
  return typeof prefix === "string" && isPrefix(prefix) ? prefix : undefined;
}

function awsTarget(run: Run, record: ProvisioningRecord | undefined): Target {
  return {
    run,
    ready: async () => {},
    brokerOptions: async ({ ca, mqttEndpoint, mqttPort }) => ({
      trustPem: await trusted(run, record, ca),
      ...(mqttEndpoint === undefined ? {} : { endpoint: mqttEndpoint }),
      ...(mqttPort === undefined ? {} : { port: mqttPort }),
      isPortKept: true,
    }),
    close: async () => {},
  };
}

/** The CAs: as requested, from a proven connection, or Amazon's roots. */
async function trusted(run: Run, record: ProvisioningRecord | undefined, ca: string | undefined) {
  if (ca !== undefined) return (await readPemCertificate(ca, "--ca")).map(String).join("");
  if (record?.broker !== undefined) {
    const { trustFiles } = await import("../certs/identity.ts");
    const { caPem } = trustFiles(run.certs, run.subject.name);
    return (await readPemCertificate(caPem, "ca.pem")).map(String).join("");
  }
  const { amazonRootsPem } = await import("./roots.ts");
  return amazonRootsPem();
}

function localTarget(run: Run): Target {
  const { certs } = run;
  let started: { readonly port: number; stop(): Promise<void> } | undefined;
  return {
    run,
    ready: async () => {
      const { ensureCertificates } = await import("../certs/store.ts");
      await ensureCertificates({ directory: certs, things: [] });
      if ((await findStandIn(certs)) !== undefined) return;
      const { StandIn } = await import("../local/local-stand-in.ts");
      const note = (text: string) =>
        run.onStep({ name: run.subject.name, step: "connection", state: "note", text });
      started = await StandIn.start(certs, 0, note, true);
    },
    brokerOptions: async () => {
      const port = started?.port ?? (await findStandIn(certs))?.port;
      const ca = identityFiles(certs, caIdentity).certificatePem;
      // Before `ready`, there may be no CA yet, and no connection needs it.
      const trustPem =
        port === undefined ? "" : String((await readPemCertificate(ca, "the CA"))[0]);
      return {
        trustPem,
        endpoint: "localhost",
        isPortKept: false,
        ...(port === undefined ? {} : { port }),
      };
    },
    close: async () => started?.stop(),
  };
}
