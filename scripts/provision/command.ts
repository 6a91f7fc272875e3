import { type Command, InvalidArgumentError } from "commander";
import { isRegion } from "../../host-sim/cloud/policy-documents.ts";
import { defaultThing, hostName, prefix, thingName } from "../broker/options.ts";
import { awsServiceIdentity, defaultCertsDirectory } from "../certs/paths.ts";
import { numberOption } from "../command-line/settings.ts";
import { UserError } from "../command-line/user-error.ts";
import type { Target, TargetFlags } from "./target.ts";

interface BrokerFlags {
  readonly mqttEndpoint?: string;
  readonly mqttPort?: number;
  readonly ca?: string;
}

type ProvisionFlags = TargetFlags &
  BrokerFlags & { readonly from?: string; readonly besideOthers?: boolean };
type RotateFlags = TargetFlags &
  BrokerFlags & { readonly keepOld?: boolean; readonly deleteOld?: boolean };
type DeprovisionFlags = TargetFlags & { readonly deleteFiles?: boolean };

/** Adds `boom-box provision`, `rotate` and `deprovision`. */
export function registerProvisionCommands(program: Command): void {
  const write = (text: string) => (program.configureOutput().writeOut ?? toStdout)(text);
  addBrokerFlags(addTargetFlags(program.command("provision")))
    .description(
      "register a box in AWS IoT Core, with a key made here, and connect once as the box",
    )
    .option("--from <file>", "CSV: provision all boxes in the file (docs/aws.md)")
    .option("--beside-others", "continue even if the thing has other certificates; they stay")
    .action((flags: ProvisionFlags) => provisionCommand(flags, write));
  addBrokerFlags(addTargetFlags(program.command("rotate")))
    .description(
      "make a new key and certificate; when they have connected, deactivate the old certificate",
    )
    .option("--keep-old", "keep the old certificate active, because the board still has it")
    .option("--delete-old", "only delete the certificates that were replaced")
    .action((flags: RotateFlags) => rotateCommand(flags, write));
  addTargetFlags(program.command("deprovision"))
    .description("undo provision: delete certificate, attachments, thing, and the policy if unused")
    .option(
      "--delete-files",
      "delete key and certificate on this machine instead of moving them aside",
    )
    .action((flags: DeprovisionFlags) => deprovisionCommand(flags, write));
}

const toStdout = (text: string) => void process.stdout.write(text);

function addTargetFlags(command: Command): Command {
  return command
    .option("--thing <name>", `the box's thing name (default: ${defaultThing})`, thingName)
    .option("--service", "provision the service that publishes commands (boom-box open), not a box")
    .option("--local", "use the stand-in on this machine, without an AWS account")
    .option(
      "--region <region>",
      "AWS region (default: AWS_REGION, or the profile's region)",
      region,
    )
    .option("--profile <name>", "the profile in ~/.aws/config")
    .option(
      "--endpoint-url <url>",
      "the control plane's URL, for an emulator or a VPC endpoint",
      url,
    )
    .option("--prefix <prefix>", "first part of every topic (default: gate)", prefix)
    .option("--certs <dir>", "the folder of keys and certificates", defaultCertsDirectory)
    .option("--dry-run", "only print what would be done")
    .option("--json", "print JSON lines");
}

function addBrokerFlags(command: Command): Command {
  return command
    .option(
      "--mqtt-endpoint <host>",
      "the broker (default: the account's Data-ATS endpoint)",
      hostName,
    )
    .option("--mqtt-port <port>", "its port (default: 8883)", numberOption("port"))
    .option(
      "--ca <file>",
      "PEM: the broker's CA (default: Amazon's roots from Node's trust store)",
    );
}

async function provisionCommand(flags: ProvisionFlags, write: (text: string) => void) {
  const { planProvision, provision } = await import("./provision.ts");
  const boxes = await fleetOf(flags);
  await inEachOf(flags, boxes, write, async (target, settings) => {
    const options = {
      ...(await target.brokerOptions(flags)),
      isBesideOthers: flags.besideOthers === true,
      settings,
    };
    await planProvision(target.run, options);
    if (flags.dryRun) return;
    await target.ready();
    const { certificateArn } = await provision(target.run, {
      ...options,
      ...(await target.brokerOptions(flags)),
    });
    if (flags.json || boxes.length > 1) return;
    write(await nextSteps(target, flags, certificateArn));
  });
}

async function rotateCommand(flags: RotateFlags, write: (text: string) => void) {
  const { deleteOld, planRotate, rotate } = await import("./rotate.ts");
  await inEachOf(flags, [{ thingName: nameOf(flags), settings: {} }], write, async (target) => {
    if (flags.deleteOld) {
      if (flags.keepOld)
        throw new UserError("--keep-old and --delete-old exclude each other: leave one out");
      if (flags.dryRun)
        throw new UserError("--dry-run does not support --delete-old: leave one out");
      await deleteOld(target.run);
      return;
    }
    const isOldKept = flags.keepOld === true;
    await planRotate(target.run, { ...(await target.brokerOptions(flags)), isOldKept });
    if (flags.dryRun) return;
    await target.ready();
    await rotate(target.run, { ...(await target.brokerOptions(flags)), isOldKept });
    if (flags.json) return;
    write(
      `${flags.service ? "" : `A board has the old key and certificate until it is flashed again: boom-box flash --thing ${nameOf(flags)}. `}Programs that use these files load the new ones at their next start.\n`,
    );
  });
}

async function deprovisionCommand(flags: DeprovisionFlags, write: (text: string) => void) {
  const { deprovision, planDeprovision } = await import("./deprovision.ts");
  await inEachOf(flags, [{ thingName: nameOf(flags), settings: {} }], write, async (target) => {
    const options = { isDeletingFiles: flags.deleteFiles === true };
    await planDeprovision(target.run, options);
    if (!flags.dryRun) await deprovision(target.run, options);
  });
}

/** @throws UserError for AWS flags with --local, because they would have no effect */
function refuseCloudFlags(flags: TargetFlags & BrokerFlags): void {
  const { region, profile, endpointUrl, mqttEndpoint, mqttPort, ca } = flags;
  const given = [region, profile, endpointUrl, mqttEndpoint, mqttPort, ca];
  if (!flags.local || given.every((each) => each === undefined)) return;
  throw new UserError(
    "--local uses the stand-in on this machine: leave out --region, --profile, --endpoint-url, --mqtt-endpoint, --mqtt-port and --ca",
  );
}

function nameOf(flags: TargetFlags): string {
  if (flags.service === true) {
    if (flags.thing !== undefined)
      throw new UserError("--service and --thing exclude each other: leave one out");
    if (flags.local) {
      throw new UserError('with --local, the service needs no provisioning: run "boom-box certs"');
    }
    return awsServiceIdentity;
  }
  return flags.thing ?? defaultThing;
}

async function fleetOf(flags: ProvisionFlags) {
  if (flags.from === undefined) return [{ thingName: nameOf(flags), settings: {} }];
  if (flags.thing !== undefined || flags.service) {
    throw new UserError("--from names the boxes: leave out --thing and --service");
  }
  const { readFleet } = await import("./fleet.ts");
  return readFleet(flags.from);
}

/**
 * Runs `work` for one box after another, to stay within AWS's limits. If one box fails, the others
 * still run. An error that affects all boxes ends the run.
 */
async function inEachOf(
  flags: TargetFlags & BrokerFlags,
  boxes: readonly { readonly thingName: string; readonly settings: object }[],
  write: (text: string) => void,
  work: (target: Target, settings: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  refuseCloudFlags(flags);
  const { AccountError } = await import("./control-plane.ts");
  const { openTarget } = await import("./target.ts");
  const { printer } = await import("./report.ts");
  const onStep = printer(flags.json === true, write);
  const failed: string[] = [];
  for (const { thingName: name, settings } of boxes) {
    let target: Target | undefined;
    try {
      target = await openTarget(name, flags, onStep);
      await work(target, { ...settings });
    } catch (error) {
      const isAll = boxes.length === 1 || error instanceof AccountError;
      if (isAll || !(error instanceof UserError)) throw error;
      failed.push(name);
      process.stderr.write(`boom-box: ${name}: ${error.message}\n`);
    } finally {
      await target?.close();
    }
  }
  if (boxes.length > 1 && !flags.json) {
    write(`${boxes.length - failed.length} of ${boxes.length} boxes are provisioned\n`);
  }
  if (failed.length > 0) {
    throw new UserError(
      `${failed.length} of ${boxes.length} boxes failed (${failed.slice(0, 10).join(", ")}${failed.length > 10 ? ", …" : ""}): run the same command again; it continues where it stopped`,
    );
  }
}

/** The next steps for the user. */
async function nextSteps(target: Target, { local }: ProvisionFlags, certificateArn: string) {
  const { subject } = target.run;
  if (subject.type === "service") {
    const { servicePolicy } = await import("../../host-sim/cloud/policy-documents.ts");
    const { placeOf } = await import("./control-plane.ts");
    const { serviceClientIdPrefix: clientIdPrefix } = await import(
      "../../device/messages/topics.ts"
    );
    const scope = { ...placeOf(certificateArn), prefix: subject.prefix, clientIdPrefix };
    return [
      'Next: "boom-box open --thing …" publishes with this certificate.',
      "A web service on AWS does not need the certificate. Give its IAM role this equivalent policy:",
      `${JSON.stringify(servicePolicy(scope), null, 2)}\n`,
    ].join("\n");
  }
  const thing = subject.name;
  return local
    ? `Next: "boom-box sim --thing ${thing}" runs this box, "boom-box open --thing ${thing}" opens its gate.\n`
    : `Next: add the WiFi networks to certs/${thing}/settings.json, then run "boom-box flash --thing ${thing}"; or run "boom-box sim --thing ${thing}" on this machine.\n`;
}

export function region(text: string): string {
  if (isRegion(text)) return text;
  throw new InvalidArgumentError("It must be an AWS region, such as eu-central-1.");
}

export function url(text: string): string {
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed?.protocol === "https:" || parsed?.protocol === "http:") return text;
  throw new InvalidArgumentError("It must be a URL, such as https://iot.example.org.");
}
