import { type ProvisioningRecord, readRecord } from "../certs/provisioning-record.ts";
import { UserError } from "../command-line/user-error.ts";
import { isSame } from "./authorize.ts";
import { described, short } from "./certificate.ts";
import { type Certificate, placeOf, type Thing } from "./control-plane.ts";
import { commandFor, flagOf, type Run, tell } from "./run.ts";
import { policiesOf, policyNamesOf } from "./subject.ts";

/** The state before anything is changed. */
export interface Survey {
  readonly record: ProvisioningRecord | undefined;
  readonly thing: Thing | undefined;
  /** the certificate in use, if one is recorded */
  readonly current: Certificate | undefined;
  /** ARNs that are attached to the thing but not recorded in this folder */
  readonly others: readonly string[];
  /** the names of this project's policies that exist */
  readonly policies: readonly string[];
}

/**
 * Reads the current state, and refuses a run that would fail, before anything is changed.
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
  const policies = new Map<string, string>();
  for (const policyName of policyNamesOf(subject)) {
    const document = await cloud.getPolicy(policyName);
    if (document !== undefined) policies.set(policyName, document);
  }
  const arn = current?.certificateArn ?? thing?.arn;
  for (const { policyName, document } of arn === undefined
    ? []
    : policiesOf(subject, placeOf(arn))) {
    const found = policies.get(policyName);
    if (found !== undefined && !isSame(found, document)) {
      throw new UserError(
        `the policy ${policyName} in ${cloud.name} has another document: restore the document in docs/aws.md, or use another --prefix`,
      );
    }
  }
  return {
    record,
    thing,
    current,
    others: principals.filter((each) => !own.has(each)),
    policies: [...policies.keys()],
  };
}

/** @throws UserError when the thing has certificates that this folder does not know */
export function refuseOthers(run: Run, { others }: Survey): void {
  if (others.length === 0) return;
  const ids = others.map((arn) => short(arn.slice(arn.lastIndexOf("/") + 1))).join(", ");
  const count = others.length === 1 ? "another certificate" : "other certificates";
  throw new UserError(
    `the thing ${run.subject.name} in ${run.cloud.name} has ${count} (${ids}): use another name, or keep them and add one with --beside-others`,
  );
}

/** @throws UserError when the folder was provisioned in another cloud, region or topic prefix */
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
      `certs/${name} was provisioned in ${where}: run "boom-box deprovision${how} ${flag}" first, or use another name`,
    );
  }
  if (record.region !== cloud.region) {
    throw new UserError(
      `certs/${name} was provisioned in ${record.region}, not in ${cloud.region}: name that region with --region, or run "boom-box deprovision ${flag} --region ${record.region}" first`,
    );
  }
  if (record.prefix !== subject.prefix) {
    throw new UserError(
      `certs/${name} was provisioned for the topics ${record.prefix}/…, not ${subject.prefix}/…: run "${commandFor(run, "deprovision")}" first`,
    );
  }
}

/** Every certificate in the folder's record. */
export function certificatesIn(record: ProvisioningRecord | undefined) {
  if (record === undefined) return [];
  return [record.current, record.next?.certificate, ...record.replaced].flatMap(
    (each) => each ?? [],
  );
}

/** Reports what provisioning will do, step by step. */
export function tellPlan(run: Run, { record, thing, policies, current }: Survey): void {
  const { subject, cloud } = run;
  const { name } = subject;
  if (subject.type === "box") {
    if (thing) tell(run, "thing", "kept", `thing ${name} in ${cloud.name}`);
    else tell(run, "thing", "planned", `create the thing ${name} in ${cloud.name}`);
  }
  if (record?.current && current) {
    const id = short(record.current.certificateId);
    tell(run, "certificate", "kept", `certificate ${id}, ${current.status}`);
  } else {
    tell(run, "key", "planned", `make a key in certs/${name}/, which never leaves it`);
    tell(run, "certificate", "planned", "request a certificate for the key, inactive at first");
  }
  for (const policyName of policyNamesOf(subject)) {
    if (policies.includes(policyName)) tell(run, "policy", "kept", `policy ${policyName}`);
    else {
      tell(
        run,
        "policy",
        "planned",
        `create the policy ${policyName}, which allows only its own topics`,
      );
    }
  }
  const to = subject.type === "box" ? `, and the certificate to the thing ${name}` : "";
  tell(run, "attachment", "planned", `attach what it may do to the certificate${to}`);
  tell(run, "activation", "planned", "activate the certificate if it was never active");
  tell(run, "files", "planned", `write certificate and CA to certs/${name}/`);
  if (subject.type === "box") {
    tell(run, "settings", "planned", `write endpoint and name to certs/${name}/settings.json`);
  }
  tell(run, "connection", "planned", "connect once with the new files");
}
