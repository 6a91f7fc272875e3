import { type Command, InvalidArgumentError } from "commander";
import { addConnectionOptions, thingName } from "../broker/options.ts";
import { UserError } from "../command-line/user-error.ts";
import { region, url } from "../provision/command.ts";
import type { UpdateFlags } from "./update.ts";

/** Adds `boom-box update`: exit code 0 when every box has the firmware, 1 otherwise. */
export function registerUpdateCommand(program: Command): void {
  const command = program
    .command("update")
    .description(
      "install a signed firmware on boxes over the air: first on one, then on the others",
    )
    .option("--thing <name>", "a box; repeat it for more, the first one goes first", collect)
    .option("--all", "every box in the folder of certificates")
    .option("--package <path>", "the package (folder or zip) of boom-box package --sign")
    .option("--follow <update>", "go on with an update that was left")
    .option("--cancel <update>", "cancel what boxes have not finished, and go no further")
    .option("--per-minute <n>", "boxes that begin within a minute, at most", within(1, 1000), 20)
    .option("--stop-at-percent <n>", "stop when this share of boxes has failed", within(1, 100), 20)
    .option("--timeout <minutes>", "how long one box may take", within(1, 10_080), 60)
    .option("--json", "print JSON lines");
  addConnectionOptions(command)
    .option("--broker-topics", "play AWS's part on our own topics, on a broker of any make")
    .option("--region <region>", "AWS: the region (default: where the box was provisioned)", region)
    .option("--profile <name>", "AWS: the profile in ~/.aws/config")
    .option("--bucket <name>", "AWS: the S3 bucket for the firmware; it is remembered", bucket)
    .option("--role <arn>", "AWS: the role that reads the bucket; it is remembered", role)
    .option("--endpoint-url <url>", "AWS: the URL of all services, for an emulator", url)
    .action(update);
}

async function update(flags: UpdateFlags): Promise<void> {
  const { follow, cancel } = flags;
  const isNew = follow === undefined && cancel === undefined;
  if (follow !== undefined && cancel !== undefined) {
    throw new UserError("--follow and --cancel exclude each other: leave one out");
  }
  const given = [flags.thing, flags.all, flags.package].some((each) => each !== undefined);
  if (!isNew && given) {
    throw new UserError(
      `${follow === undefined ? "--cancel" : "--follow"} knows its boxes and its package: leave out --thing, --all and --package`,
    );
  }
  const { cancelUpdate, followUpdate, startUpdate } = await import("./update.ts");
  if (cancel !== undefined) return cancelUpdate(flags, cancel);
  process.exitCode = await (follow === undefined
    ? startUpdate(flags)
    : followUpdate(flags, follow));
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, thingName(text)];
}

function within(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number, ${minimum}–${maximum}.`);
  };
}

function bucket(text: string): string {
  if (/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/.test(text)) return text;
  throw new InvalidArgumentError("It must be the name of an S3 bucket, without s3://.");
}

function role(text: string): string {
  if (/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be an ARN, such as arn:aws:iam::123456789012:role/name.");
}
