import { parseSettings } from "../../device/config.ts";
import type { BrokerFlags } from "../broker/options.ts";
import { listThings } from "../certs/identity.ts";
import { isInAws, readRecord } from "../certs/provisioning-record.ts";
import { UserError } from "../command-line/user-error.ts";
import { readSettingsEntry } from "../provision/settings-entry.ts";
import { readAwsDefaults } from "./aws-defaults.ts";
import type { RolloutPlace } from "./rollout-record.ts";

export interface PlaceFlags extends Omit<BrokerFlags, "thing"> {
  readonly thing?: readonly string[];
  readonly all?: boolean;
  readonly brokerTopics?: boolean;
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly bucket?: string;
  readonly role?: string;
}

/** Where one box takes updates from. */
interface BoxPlace {
  readonly thing: string;
  readonly type: RolloutPlace["type"];
  /** AWS's region; the broker on our own topics */
  readonly where: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface ChosenBoxes {
  readonly things: readonly string[];
  readonly place: RolloutPlace;
  /** for the person: what may keep boxes from being updated */
  readonly notes: readonly string[];
}

/**
 * The boxes that the flags name, and where all of them take updates from.
 * @throws UserError when there is no box, or not one place for all of them
 */
export async function chooseBoxes(flags: PlaceFlags): Promise<ChosenBoxes> {
  const things = await namesOf(flags);
  const boxes: BoxPlace[] = [];
  for (const thing of things) boxes.push(await placeOfBox(flags, thing));
  const [first] = boxes;
  if (first === undefined) throw new Error("namesOf returns a box");
  const kinds = new Map(boxes.map((box) => [`${box.type} ${box.where}`, box]));
  if (kinds.size > 1) {
    const list = [...kinds.values()].map((box) => `${box.thing} from ${wordsOf(box)}`).join(", ");
    throw new UserError(
      `these boxes take updates from different places (${list}): run one update for each place, and name its boxes with --thing`,
    );
  }
  refuseOtherFlags(flags, first.type);
  const place = await rolloutPlace(flags, first);
  const wanted = place.type === "topics" ? "topics" : "aws";
  const deaf = boxes
    .filter(({ settings }) => settings.updates !== wanted)
    .map(({ thing }) => thing);
  const notes =
    deaf.length === 0
      ? []
      : [
          `${deaf.join(", ")}: "updates" is not "${wanted}" in settings.json; a box that was flashed like that takes no update (docs/update.md)`,
        ];
  return { things, place, notes };
}

async function namesOf({ thing = [], all, certs }: PlaceFlags): Promise<readonly string[]> {
  if (all === true && thing.length > 0) {
    throw new UserError("--all and --thing exclude each other: leave one out");
  }
  if (all !== true) {
    if (thing.length > 0) return [...new Set(thing)];
    throw new UserError("no box is named: name boxes with --thing, or all of certs/ with --all");
  }
  const things = await listThings(certs);
  if (things.length > 0) return things;
  throw new UserError(`${certs} has no box: name another folder with --certs`);
}

async function placeOfBox(flags: PlaceFlags, thing: string): Promise<BoxPlace> {
  const settings = await readSettingsEntry(flags.certs, thing);
  if (flags.brokerTopics === true || settings.updates === "topics") {
    const where = flags.endpoint ?? endpointOf(settings) ?? "";
    return { thing, type: "topics", where, settings };
  }
  const record = await readRecord(flags.certs, thing);
  if (record !== undefined && isInAws(record)) {
    return { thing, type: "aws", where: record.region, settings };
  }
  if (flags.region !== undefined) return { thing, type: "aws", where: flags.region, settings };
  return { thing, type: "local", where: "", settings };
}

/** @throws UserError for flags that would have no effect */
function refuseOtherFlags(flags: PlaceFlags, type: RolloutPlace["type"]): void {
  const given = (names: readonly (keyof PlaceFlags)[]) =>
    names.some((name) => flags[name] !== undefined);
  if (type !== "topics" && given(["endpoint", "port", "ca", "cert", "key", "prefix", "alpn"])) {
    throw new UserError(
      "--endpoint, --port, --ca, --cert, --key, --prefix and --alpn are for a broker without jobs: add --broker-topics, or leave them out",
    );
  }
  if (type !== "aws" && given(["region", "profile", "endpointUrl", "bucket", "role"])) {
    throw new UserError(
      "--region, --profile, --endpoint-url, --bucket and --role are for AWS, where these boxes are not: leave them out",
    );
  }
}

function wordsOf({ type, where }: BoxPlace): string {
  if (type === "aws") return `AWS in ${where}`;
  return type === "local" ? "the stand-in" : `the topics of ${where}`;
}

async function rolloutPlace(flags: PlaceFlags, box: BoxPlace): Promise<RolloutPlace> {
  if (box.type === "local") return { type: "local" };
  if (box.type === "aws") {
    const region = box.where;
    const { profile, endpointUrl } = flags;
    if (flags.region !== undefined && flags.region !== region) {
      throw new UserError(
        `${box.thing} is in ${region}, not in ${flags.region}: leave out --region`,
      );
    }
    const known = await readAwsDefaults(flags.certs, region);
    const bucket = flags.bucket ?? known?.bucket;
    const roleArn = flags.role ?? known?.roleArn;
    if (bucket === undefined || roleArn === undefined) {
      throw new UserError(
        "AWS needs a bucket for the firmware and a role that reads it: name them once with --bucket and --role (docs/aws.md)",
      );
    }
    return { type: "aws", region, bucket, roleArn, profile, endpointUrl };
  }
  const { endpoint, port, prefix, alpn } = await brokerOf(flags, box);
  const { ca, cert, key } = flags;
  return { type: "topics", endpoint, port, prefix, alpn, ca, cert, key };
}

/** From the flags, then from the box's own settings. */
async function brokerOf(flags: PlaceFlags, { thing, settings }: BoxPlace) {
  const endpoint = flags.endpoint ?? endpointOf(settings);
  if (endpoint === undefined) {
    throw new UserError(
      `settings.json of ${thing} names no broker: name it with --endpoint, or in that file`,
    );
  }
  const parsed = parseSettings({ ...settings, thingName: thing, endpoint });
  const own = parsed.type === "settings" ? parsed.settings : undefined;
  const port = flags.port ?? own?.port ?? 8883;
  return {
    endpoint,
    port,
    prefix: flags.prefix ?? own?.prefix ?? "gate",
    alpn: flags.alpn ?? own?.alpn ?? port === 443,
  };
}

function endpointOf({ endpoint }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof endpoint === "string" ? endpoint : undefined;
}
