import { join } from "node:path";
import * as v from "valibot";
import { isThingName } from "../../device/messages/topics.ts";
import { isVersion } from "../../device/messages/update.ts";
import { listFolder, makePrivateFolder, readIfPresent, writeAtomically } from "../certs/files.ts";
import { updateRollouts } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import { isRolloutId, type RolloutPlan } from "./rollout.ts";

/** Where a rollout's jobs are. It holds no secrets: of keys, only the files' names. */
export type RolloutPlace =
  | {
      readonly type: "aws";
      readonly region: string;
      readonly bucket: string;
      readonly roleArn: string;
      readonly endpointUrl?: string | undefined;
      readonly profile?: string | undefined;
    }
  | { readonly type: "local" }
  | {
      readonly type: "topics";
      readonly endpoint: string;
      readonly port: number;
      readonly prefix: string;
      readonly alpn: boolean;
      readonly ca?: string | undefined;
      readonly cert?: string | undefined;
      readonly key?: string | undefined;
    };

/** What `--follow` and `--cancel` need to know of a rollout: `certs/update-rollouts/<id>.json`. */
export interface RolloutRecord {
  readonly plan: RolloutPlan;
  readonly place: RolloutPlace;
  /** the folder or the zip, as an absolute path */
  readonly packagePath: string;
  /** the boxes' firmware before, by name */
  readonly before: Readonly<Record<string, string>>;
}

const word = v.pipe(v.string(), v.maxLength(4096));
const thing = v.pipe(
  v.string(),
  v.check((text) => isThingName(text)),
);
const whole = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

const record = v.object({
  plan: v.object({
    id: v.pipe(
      v.string(),
      v.check((text) => isRolloutId(text)),
    ),
    version: v.pipe(
      v.string(),
      v.check((text) => isVersion(text)),
    ),
    signed: v.object({ operation: v.literal("firmware-update"), manifest: word, signature: word }),
    stages: v.pipe(v.array(v.pipe(v.array(thing), v.minLength(1))), v.minLength(1)),
    pace: v.object({ perMinute: whole, stopAtPercent: whole, timeoutMinutes: whole }),
  }),
  place: v.variant("type", [
    v.object({
      type: v.literal("aws"),
      region: word,
      bucket: word,
      roleArn: word,
      endpointUrl: v.optional(word),
      profile: v.optional(word),
    }),
    v.object({ type: v.literal("local") }),
    v.object({
      type: v.literal("topics"),
      endpoint: word,
      port: whole,
      prefix: word,
      alpn: v.boolean(),
      ca: v.optional(word),
      cert: v.optional(word),
      key: v.optional(word),
    }),
  ]),
  packagePath: word,
  before: v.record(thing, word),
});

export function rolloutsFolder(certsDirectory: string): string {
  return join(certsDirectory, updateRollouts);
}

export async function writeRolloutRecord(certs: string, rollout: RolloutRecord): Promise<void> {
  const folder = rolloutsFolder(certs);
  await makePrivateFolder(folder);
  const text = `${JSON.stringify(rollout, undefined, 2)}\n`;
  await writeAtomically(join(folder, `${rollout.plan.id}.json`), text);
}

/** @throws UserError when there is none of that id, or it is damaged */
export async function readRolloutRecord(certs: string, id: string): Promise<RolloutRecord> {
  const folder = rolloutsFolder(certs);
  const path = join(folder, `${id}.json`);
  const bytes = isRolloutId(id) ? await readIfPresent(path) : undefined;
  if (bytes === undefined) {
    const ids = (await listFolder(folder)).flatMap((name) =>
      name.endsWith(".json") && isRolloutId(name.slice(0, -5)) ? [name.slice(0, -5)] : [],
    );
    const known = ids.length === 0 ? "there is none" : `the last one is ${ids.sort(byTime).at(-1)}`;
    throw new UserError(`${folder} has no such update (${known}): name one of them, or start one`);
  }
  const read = v.safeParse(record, parseJson(bytes.toString()));
  if (read.success && read.output.plan.id === id) return read.output;
  throw new UserError(`${path} is damaged: follow the update in its cloud, or start another one`);
}

/** The time is at the end of an id, after a version of any length. */
function byTime(one: string, other: string): number {
  return one.slice(-20).localeCompare(other.slice(-20));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
