import { type Command, InvalidArgumentError } from "commander";
import { isTemplateName } from "../../device/messages/claim-topics.ts";
import { hostName, prefix, thingName } from "../broker/options.ts";
import { caIdentity, defaultCertsDirectory, identityFiles } from "../certs/paths.ts";
import { UserError } from "../command-line/user-error.ts";
import type { BenchOptions } from "./prepare-box.ts";
import { defaultTemplate } from "./template.ts";

interface FleetFlags {
  readonly template: string;
  readonly local?: boolean;
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly role?: string;
  readonly hook?: string;
  readonly prefix?: string;
  readonly certs: string;
  readonly dryRun?: boolean;
}

type ClaimFlags = Omit<BenchOptions, "onStep">;

/** Adds `boom-box fleet` and `claim`, for boxes that get their certificate at the first connection. */
export function registerClaimCommands(program: Command): void {
  const write = (text: string) =>
    (program.configureOutput().writeOut ?? ((out: string) => void process.stdout.write(out)))(text);
  program
    .command("fleet")
    .description("create the claim certificate, its policy and the template, once for a fleet")
    .option("--template <name>", "the provisioning template's name", templateName, defaultTemplate)
    .option("--role <arn>", "IAM role that AWS IoT assumes to register things", roleArn)
    .option("--hook <arn>", "Lambda function that decides which things can be claimed", hookArn)
    .option("--local", "use the stand-in on this machine, without an AWS account")
    .option("--region <region>", "AWS region (default: AWS_REGION, or the profile's region)")
    .option("--profile <name>", "the profile in ~/.aws/config")
    .option("--endpoint-url <url>", "the control plane's URL, for an emulator or a VPC endpoint")
    .option("--prefix <prefix>", "first part of every topic (default: gate)", prefix)
    .option("--certs <dir>", "the folder of keys and certificates", defaultCertsDirectory)
    .option("--dry-run", "only print the template")
    .action((flags: FleetFlags) => fleet(flags, write));
  program
    .command("claim")
    .description("prepare a box to claim its certificate, without access to AWS")
    .requiredOption("--thing <name>", "the box's thing name", thingName)
    .option(
      "--template <name>",
      "the provisioning template's name (default: the fleet's)",
      templateName,
    )
    .option("--endpoint <host>", "the broker (default: the fleet's)", hostName)
    .option("--prefix <prefix>", "first part of every topic (default: the fleet's)", prefix)
    .option("--claim-cert <file>", "PEM: the claim certificate (default: the fleet's)")
    .option("--claim-key <file>", "PEM: the claim certificate's key (default: the fleet's)")
    .option("--ca <file>", "PEM: the broker's CA (default: the fleet's)")
    .option("--certs <dir>", "the folder of keys and certificates", defaultCertsDirectory)
    .action((flags: ClaimFlags) => claim(flags, write));
}

async function fleet(flags: FleetFlags, write: (text: string) => void): Promise<void> {
  const { prepareFleet } = await import("./fleet.ts");
  const { certs, template } = flags;
  const common = {
    certs,
    template,
    ...(flags.prefix === undefined ? {} : { prefix: flags.prefix }),
    onStep: (text: string) => write(`fleet  ${text}\n`),
  };
  if (flags.local) {
    if (template !== defaultTemplate) {
      throw new UserError(
        `the stand-in has only the template ${defaultTemplate}: leave out --template`,
      );
    }
    const { ensureCertificates } = await import("../certs/store.ts");
    const { readPemCertificate } = await import("../certs/read.ts");
    const { LocalControlPlane } = await import("../provision/local-control-plane.ts");
    await ensureCertificates({ directory: certs, things: [] });
    const ca = identityFiles(certs, caIdentity).certificatePem;
    const trustPem = String((await readPemCertificate(ca, "the CA"))[0]);
    await prepareFleet({ ...common, cloud: new LocalControlPlane(certs), trustPem });
    write(`Next, for each box: boom-box claim --thing lot-7, then boom-box sim --thing lot-7\n`);
    return;
  }
  const request = await templateOf(flags);
  if (flags.dryRun) {
    write(
      `${JSON.stringify({ ...request, templateBody: JSON.parse(request.templateBody) }, null, 2)}\n`,
    );
    return;
  }
  const { AwsControlPlane } = await import("../provision/aws.ts");
  const { amazonRootsPem } = await import("../provision/roots.ts");
  const { AwsTemplates } = await import("./aws-templates.ts");
  const where = {
    ...(flags.endpointUrl === undefined ? {} : { endpointUrl: flags.endpointUrl }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
  };
  const cloud = await AwsControlPlane.open({
    ...where,
    ...(flags.region === undefined ? {} : { region: flags.region }),
  });
  const templates = new AwsTemplates({ ...where, region: cloud.region });
  await prepareFleet({ ...common, cloud, templates, request, trustPem: amazonRootsPem() });
  write(
    "Next, for each box: boom-box claim --thing NAME, add its WiFi network, then boom-box flash\n",
  );
}

async function templateOf(flags: FleetFlags) {
  const { templateRequest } = await import("./template.ts");
  const { defaultPrefix } = await import("../../device/messages/topics.ts");
  if (flags.role === undefined) {
    throw new UserError(
      "AWS IoT needs a role to register things: name one with --role (docs/claim.md explains how to create it)",
    );
  }
  return templateRequest({
    template: flags.template,
    prefix: flags.prefix ?? defaultPrefix,
    roleArn: flags.role,
    ...(flags.hook === undefined ? {} : { hookArn: flags.hook }),
  });
}

async function claim(flags: ClaimFlags, write: (text: string) => void): Promise<void> {
  const { prepareBox } = await import("./prepare-box.ts");
  await prepareBox({ ...flags, onStep: (text) => write(`${flags.thing}  ${text}\n`) });
}

function templateName(text: string): string {
  if (isTemplateName(text)) return text;
  throw new InvalidArgumentError("It must be 1–36 letters, digits, - or _.");
}

function roleArn(text: string): string {
  if (/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/.test(text)) return text;
  throw new InvalidArgumentError("It must be a role's ARN: arn:aws:iam::123456789012:role/NAME.");
}

function hookArn(text: string): string {
  if (/^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:.+$/.test(text)) return text;
  throw new InvalidArgumentError("It must be a Lambda function's ARN.");
}
