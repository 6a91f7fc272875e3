import { type ProvisioningRecord, readRecord } from "../certs/provisioning-record.ts";
import { UserError } from "../command-line/user-error.ts";
import { isSame } from "./authorize.ts";
import { described, short } from "./certificate.ts";
import { type Certificate, placeOf, type Thing } from "./control-plane.ts";
import { commandFor, flagOf, type Run, tell } from "./run.ts";
import { policyNameOf, policyOf } from "./subject.ts";

/** What there is before anything is changed. */
export interface Survey {
  readonly record: ProvisioningRecord | undefined;
  readonly thing: Thing | undefined;
  /** the certificate in use, when one is recorded */
  readonly current: Certificate | undefined;
  /** ARNs attached to the thing which this folder knows nothing of */
  readonly others: readonly string[];
  readonly policy: string | undefined;
}

/**
 * Looks, and refuses what would end badly, before anything is changed.
 * @throws UserError in one line, with what to do
 */
export async function look(run: Run): Promise<Survey> {
  const { cloud, certs, subject } = run;
  const record = await readRecord(certs, subject.name);
  if (record !== undefined) refuseOtherPlace(run, record);
  const thing = subject.type === "box" ? await cloud.describeThing(subject.name) : undefined;
  const current = record?.current && (await described(run, record.current.certificateId));
  const own = new Set(certificatesIn(record).map(({ certificateArn }) => certificateArn));
  const principals = thing === undefined ? [] : await cloud.listThingPrincipals(subject.name);
  const policy = await cloud.getPolicy(policyNameOf(subject));
  const arn = current?.certificateArn ?? thing?.arn;
  if (policy !== undefined && arn !== undefined) {
    const { policyName, document } = policyOf(subject, placeOf(arn));
    if (!isSame(policy, document)) {
      throw new UserError(
        `the policy ${policyName} in ${cloud.name} is not this project's: put its document back as docs/aws.md shows it, or take another --prefix`,
      );
    }
  }
  return { record, thing, current, others: principals.filter((each) => !own.has(each)), policy };
}

/** @throws UserError when the thing stands for others' certificates too */
export function refuseOthers(run: Run, { others }: Survey): void {
  if (others.length === 0) return;
  const ids = others.map((arn) => short(arn.slice(arn.lastIndexOf("/") + 1))).join(", ");
  const count = others.length === 1 ? "another certificate" : "other certificates";
  throw new UserError(
    `the thing ${run.subject.name} in ${run.cloud.name} has ${count} (${ids}): take another name, or leave what is there and add one with --beside-others`,
  );
}

/** @throws UserError when the folder belongs to another account's region, or to other topics */
export function refuseOtherPlace(run: Run, record: ProvisioningRecord): void {
  const { cloud, subject } = run;
  const { name } = subject;
  const flag = flagOf(subject);
  if (record.cloud !== cloud.type) {
    const [where, how] =
      record.cloud === "aws"
        ? [`AWS IoT Core in ${record.region}`, ""]
        : ["the stand-in", " --local"];
    throw new UserError(
      `certs/${name} was provisioned in ${where}: run "boom-box deprovision${how} ${flag}" first, or take another name`,
    );
  }
  if (record.region !== cloud.region) {
    throw new UserError(
      `certs/${name} was provisioned in ${record.region}, not in ${cloud.region}: name the region it is in, or run "boom-box deprovision ${flag} --region ${record.region}" first`,
    );
  }
  if (record.prefix !== subject.prefix) {
    throw new UserError(
      `certs/${name} was provisioned for the topics ${record.prefix}/…, not ${subject.prefix}/…: run "${commandFor(run, "deprovision")}" first`,
    );
  }
}

/** Every certificate the folder knows of. */
export function certificatesIn(record: ProvisioningRecord | undefined) {
  if (record === undefined) return [];
  return [record.current, record.next?.certificate, ...record.replaced].flatMap(
    (each) => each ?? [],
  );
}

/** Says what provisioning will do, step by step, from what there is. */
export function tellPlan(run: Run, { record, thing, policy, current }: Survey): void {
  const { subject, cloud } = run;
  const { name } = subject;
  const policyName = policyNameOf(subject);
  if (subject.type === "box") {
    if (thing) tell(run, "thing", "kept", `thing ${name} in ${cloud.name}`);
    else tell(run, "thing", "planned", `make the thing ${name} in ${cloud.name}`);
  }
  if (record?.current && current) {
    const id = short(record.current.certificateId);
    tell(run, "certificate", "kept", `certificate ${id}, ${current.status}`);
  } else {
    tell(run, "key", "planned", `make a key in certs/${name}/, which stays there`);
    tell(run, "certificate", "planned", "have a certificate made for it, inactive at first");
  }
  if (policy === undefined) {
    tell(run, "policy", "planned", `make the policy ${policyName}: its own topics, no others`);
  } else {
    tell(run, "policy", "kept", `policy ${policyName}`);
  }
  const to = subject.type === "box" ? ` and to the thing ${name}` : "";
  tell(run, "attachment", "planned", `attach the policy to the certificate${to}, when it is not`);
  tell(run, "activation", "planned", "make the certificate active, when it never was");
  tell(run, "files", "planned", `write certificate and CA to certs/${name}/`);
  if (subject.type === "box") {
    tell(run, "settings", "planned", `write endpoint and name to certs/${name}/settings.json`);
  }
  tell(run, "connection", "planned", "connect once with them, and call it done only then");
}
