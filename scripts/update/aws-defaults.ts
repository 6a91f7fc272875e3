import { join } from "node:path";
import * as v from "valibot";
import { makePrivateFolder, readIfPresent, writeAtomically } from "../certs/files.ts";
import { rolloutsFolder } from "./rollout-record.ts";

/** What was named once for a region, so that it need not be named again. */
export interface AwsDefaults {
  readonly bucket: string;
  readonly roleArn: string;
}

const schema = v.object({ bucket: v.string(), roleArn: v.string() });

/** Undefined: nothing that can be used was written. */
export async function readAwsDefaults(
  certs: string,
  region: string,
): Promise<AwsDefaults | undefined> {
  const bytes = await readIfPresent(fileOf(certs, region));
  try {
    const read = v.safeParse(schema, JSON.parse(bytes?.toString() ?? ""));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

export async function writeAwsDefaults(
  certs: string,
  region: string,
  { bucket, roleArn }: AwsDefaults,
): Promise<void> {
  await makePrivateFolder(rolloutsFolder(certs));
  const text = `${JSON.stringify({ bucket, roleArn }, undefined, 2)}\n`;
  await writeAtomically(fileOf(certs, region), text);
}

const fileOf = (certs: string, region: string) => join(rolloutsFolder(certs), `aws-${region}.json`);
