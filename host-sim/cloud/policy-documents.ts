import {
  claimClientIdPrefix,
  claimTopicsOf,
  isTemplateName,
} from "../../device/messages/claim-topics.ts";
import {
  gateCommandFilter,
  gateTopicsOf,
  isPrefix,
  isThingName,
  topicsOf,
} from "../../device/messages/topics.ts";
import type { PolicyDocument, PolicyStatement } from "./policy.ts";
import { shadowRootOf } from "./shadow-service.ts";
import {
  answerPaths,
  boxAnswerPaths,
  boxRequestPaths,
  requestPaths,
  type UpdateTopics,
  updateRootOf,
} from "./update-topics.ts";

/** This project's policies, as attached in AWS and as enforced by the stand-in. */

/** The scope of a policy: an AWS account in a region, and the topic prefix. */
export interface PolicyScope {
  /** `eu-central-1` */
  readonly region: string;
  /** the 12 digits of the AWS account */
  readonly account: string;
  /** `aws` (default), `aws-cn`, `aws-us-gov` */
  readonly partition?: string;
  /** first levels of every topic, `gate` */
  readonly prefix: string;
}

export const thingNameVariable = `\${iot:Connection.Thing.ThingName}`;

/**
 * The permissions of a box: connect as itself, receive its own commands, report on its own topics,
 * and retain its status. No wildcards. Without `thingName`, one document serves every box, because
 * AWS substitutes each box's name; with it, the document names that one box.
 * @throws RangeError when a word would change what the policy means
 */
export function boxPolicy(scope: PolicyScope & { readonly thingName?: string }): PolicyDocument {
  const { prefix, thingName } = scope;
  const arn = arnsOf(scope);
  if (thingName !== undefined && !isThingName(thingName)) {
    throw new RangeError(`not a thing name: ${thingName}`);
  }
  const name = thingName ?? thingNameVariable;
  const { command, event, status } = topicsOf(prefix, name);
  return policyOf([
    allow("iot:Connect", arn(`client/${name}`)),
    allow("iot:Subscribe", arn(`topicfilter/${command}`)),
    allow("iot:Receive", arn(`topic/${command}`)),
    allow("iot:Publish", [arn(`topic/${event}`), arn(`topic/${status}`)]),
    allow("iot:RetainPublish", arn(`topic/${status}`)),
  ]);
}

/** Whether a box takes updates, and on which topics. */
export type BoxUpdates = "off" | UpdateTopics;

/**
 * Every policy of a box's certificate. What updates need is a document of its own: one for both is
 * longer than AWS allows, and a policy that is attached already would have to be replaced.
 * @throws RangeError when a word would change what a policy means
 */
export function boxPolicies(
  scope: PolicyScope & {
    readonly thingName?: string;
    readonly updates?: BoxUpdates;
    /** whether a box uses its shadow; default: it does not */
    readonly shadow?: boolean;
    /** whether a box tells why it restarted; default: it does not */
    readonly log?: boolean;
    /** whether a box has gates with names; default: it has one, without a name */
    readonly gates?: boolean;
  },
): PolicyDocument[] {
  const { updates = "off", shadow = false, log = false, gates = false, ...box } = scope;
  const policies = [boxPolicy(box)];
  if (updates !== "off") policies.push(boxUpdatePolicy({ ...box, topics: updates }));
  if (shadow) policies.push(boxShadowPolicy(box));
  if (log) policies.push(boxLogPolicy(box));
  if (gates) policies.push(boxGatesPolicy(box));
  return policies;
}

/**
 * The permission that a box needs to tell why it restarted, besides {@link boxPolicy}: to publish its
 * own log. It is a document of its own, because a policy that is attached already stays as it is.
 * @throws RangeError when a word would change what the policy means
 */
export function boxLogPolicy(scope: PolicyScope & { readonly thingName?: string }): PolicyDocument {
  const { prefix, thingName } = scope;
  const arn = arnsOf(scope);
  if (thingName !== undefined && !isThingName(thingName)) {
    throw new RangeError(`not a thing name: ${thingName}`);
  }
  const { log } = topicsOf(prefix, thingName ?? thingNameVariable);
  return policyOf([allow("iot:Publish", arn(`topic/${log}`))]);
}

/**
 * The permissions that a box needs for gates with names, besides {@link boxPolicy}: to receive the commands
 * of each, and to report on each one's topic. A wildcard stands for the gate's name, because a SUBSCRIBE
 * has room for few filters, and one document serves every box. It is below the box's own name.
 * @throws RangeError when a word would change what the policy means
 */
export function boxGatesPolicy(
  scope: PolicyScope & { readonly thingName?: string },
): PolicyDocument {
  const { prefix, thingName } = scope;
  const arn = arnsOf(scope);
  if (thingName !== undefined && !isThingName(thingName)) {
    throw new RangeError(`not a thing name: ${thingName}`);
  }
  const name = thingName ?? thingNameVariable;
  const { command, event } = gateTopicsOf(prefix, name, "*");
  return policyOf([
    allow("iot:Subscribe", arn(`topicfilter/${gateCommandFilter(prefix, name)}`)),
    allow("iot:Receive", arn(`topic/${command}`)),
    allow("iot:Publish", arn(`topic/${event}`)),
  ]);
}

/**
 * The permissions that a box needs for its shadow, besides {@link boxPolicy}: to read and update its
 * own, and to be told of a difference. It may not delete it. It subscribes with one wildcard below
 * `get` and one below `update`, because a SUBSCRIBE has room for few filters, but it may not receive
 * `update/documents`, which would be twice as long as anything it reads.
 * @throws RangeError when a word would change what the policy means
 */
export function boxShadowPolicy(
  scope: PolicyScope & { readonly thingName?: string },
): PolicyDocument {
  const { thingName } = scope;
  if (thingName !== undefined && !isThingName(thingName)) {
    throw new RangeError(`not a thing name: ${thingName}`);
  }
  const arn = arnsOf(scope);
  const root = shadowRootOf(thingName ?? thingNameVariable);
  const topics = (paths: readonly string[]) => paths.map((path) => arn(`topic/${root}/${path}`));
  return policyOf([
    allow("iot:Publish", topics(["get", "update"])),
    allow(
      "iot:Subscribe",
      ["get/+", "update/+"].map((path) => arn(`topicfilter/${root}/${path}`)),
    ),
    allow(
      "iot:Receive",
      topics([
        "get/accepted",
        "get/rejected",
        "update/accepted",
        "update/rejected",
        "update/delta",
      ]),
    ),
  ]);
}

/**
 * The permissions that a box needs for updates, besides {@link boxPolicy}: to be told of its own
 * jobs, to start and update them, and to fetch files.
 *
 * A wildcard stands for the id of a job or of a stream, which nobody knows in advance, and in
 * `iot:Receive` for `accepted` and `rejected`. All are below the box's own name.
 * @throws RangeError when a word would change what the policy means
 */
export function boxUpdatePolicy(
  scope: PolicyScope & { readonly topics: UpdateTopics; readonly thingName?: string },
): PolicyDocument {
  const { thingName } = scope;
  if (thingName !== undefined && !isThingName(thingName)) {
    throw new RangeError(`not a thing name: ${thingName}`);
  }
  const arn = arnsOf(scope);
  const root = updateRootOf(scope, thingName ?? thingNameVariable);
  const topic = (path: string) => arn(`topic/${root}/${anyLevel(path)}`);
  return policyOf([
    allow("iot:Publish", boxRequestPaths.map(topic)),
    allow(
      "iot:Subscribe",
      boxAnswerPaths.map((path) => arn(`topicfilter/${root}/${path}`)),
    ),
    allow("iot:Receive", boxAnswerPaths.map(topic)),
  ]);
}

/**
 * The permissions of the service that plays jobs and streams on the project's own topics: hear
 * every box's requests, and answer them. It may neither open a gate nor retain.
 * @throws RangeError when a word would change what the policy means
 */
export function updaterPolicy(
  scope: PolicyScope & { readonly clientIdPrefix: string },
): PolicyDocument {
  const { prefix, clientIdPrefix } = scope;
  const arn = arnsOf(scope);
  checkClientIdPrefix(clientIdPrefix);
  const anyBox = updateRootOf({ topics: "topics", prefix }, "*");
  const filterRoot = updateRootOf({ topics: "topics", prefix }, "+");
  const topic = (path: string) => arn(`topic/${anyBox}/${anyLevel(path)}`);
  return policyOf([
    allow("iot:Connect", arn(`client/${clientIdPrefix}*`)),
    allow(
      "iot:Subscribe",
      requestPaths.map((path) => arn(`topicfilter/${filterRoot}/${path}`)),
    ),
    allow("iot:Receive", requestPaths.map(topic)),
    allow("iot:Publish", answerPaths.map(topic)),
    { Effect: "Deny", Action: "iot:RetainPublish", Resource: arn("topic/*") },
  ]);
}

/** In a policy, MQTT's `+` is an ordinary character. */
function anyLevel(path: string): string {
  return path.replaceAll("+", "*");
}

/**
 * The permissions of the publishing service: command every box, receive their reports, and never
 * retain, because a retained command would open the gate again at every reconnect.
 *
 * The client id ends in a wildcard because two services with one certificate (the web service and a
 * person's `boom-box open`) must not disconnect each other: each adds its own suffix. The wildcard
 * covers all ids with this prefix. Choose a prefix that no thing name starts with: this certificate
 * could connect as such a thing and disconnect it.
 * @throws RangeError when a word would change what the policy means
 */
export function servicePolicy(
  scope: PolicyScope & { readonly clientIdPrefix: string },
): PolicyDocument {
  const { prefix, clientIdPrefix } = scope;
  const arn = arnsOf(scope);
  checkClientIdPrefix(clientIdPrefix);
  const anyBox = topicsOf(prefix, "*");
  const filters = topicsOf(prefix, "+");
  return policyOf([
    allow("iot:Connect", arn(`client/${clientIdPrefix}*`)),
    allow("iot:Publish", arn(`topic/${anyBox.command}`)),
    allow("iot:Subscribe", [
      arn(`topicfilter/${filters.event}`),
      // Of the gates of boxes that have several. In the other topics, `*` matches their names too.
      arn(`topicfilter/${gateTopicsOf(prefix, "+", "+").event}`),
      // Each box by name as well: retained messages are never delivered through a wildcard.
      arn(`topicfilter/${anyBox.status}`),
    ]),
    allow("iot:Receive", [arn(`topic/${anyBox.event}`), arn(`topic/${anyBox.status}`)]),
    { Effect: "Deny", Action: "iot:RetainPublish", Resource: arn("topic/*") },
  ]);
}

/**
 * The permissions of the claim certificate. It is in every box that has no certificate of its own
 * yet, so it does not stay secret for long. It may request a certificate and register a thing with
 * this one template. Each box connects with its own name, behind a prefix that no thing name can
 * have.
 * @throws RangeError when a word would change what the policy means
 */
export function claimPolicy(
  scope: Omit<PolicyScope, "prefix"> & { readonly template: string },
): PolicyDocument {
  const { template } = scope;
  if (!isTemplateName(template)) throw new RangeError(`not a template name: ${template}`);
  const arn = (resource: string) => iotArn(scope, resource);
  const { certificate, thing } = claimTopicsOf(template);
  const answers = [certificate.accepted, certificate.rejected, thing.accepted, thing.rejected];
  return policyOf([
    allow("iot:Connect", arn(`client/${claimClientIdPrefix}*`)),
    allow("iot:Publish", [arn(`topic/${certificate.request}`), arn(`topic/${thing.request}`)]),
    allow(
      "iot:Subscribe",
      answers.map((topic) => arn(`topicfilter/${topic}`)),
    ),
    allow(
      "iot:Receive",
      answers.map((topic) => arn(`topic/${topic}`)),
    ),
  ]);
}

function checkClientIdPrefix(clientIdPrefix: string): void {
  if (!/^[\w.:-]{1,64}$/.test(clientIdPrefix)) {
    throw new RangeError(`not a client id prefix: ${clientIdPrefix}`);
  }
}

function policyOf(Statement: readonly PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement };
}

function allow(Action: string, Resource: string | readonly string[]): PolicyStatement {
  return { Effect: "Allow", Action, Resource };
}

function arnsOf(scope: PolicyScope): (resource: string) => string {
  if (!isPrefix(scope.prefix)) throw new RangeError(`not a topic prefix: ${scope.prefix}`);
  return (resource) => iotArn(scope, resource);
}

/**
 * The form of a region's name: words joined by hyphens, such as `eu-central-1` or `eusc-de-east-1`. AWS
 * adds regions and partitions, so the names themselves are not known here.
 */
export function isRegion(text: string): boolean {
  return text.length <= 40 && /^[a-z][a-z\d]*(-[a-z\d]+){2,}$/.test(text);
}

/**
 * `arn:aws:iot:<region>:<account>:<resource>`
 * @throws RangeError when a part does not have AWS's format
 */
export function iotArn(
  { region, account, partition = "aws" }: Omit<PolicyScope, "prefix">,
  resource: string,
): string {
  if (!/^aws(-[a-z\d]+)*$/.test(partition)) throw new RangeError(`not a partition: ${partition}`);
  if (!isRegion(region)) throw new RangeError(`not an AWS region: ${region}`);
  if (!/^\d{12}$/.test(account)) throw new RangeError(`not an AWS account: ${account}`);
  return `arn:${partition}:iot:${region}:${account}:${resource}`;
}
