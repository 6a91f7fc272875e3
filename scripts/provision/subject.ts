import { serviceClientIdPrefix, topicsOf } from "../../device/messages/topics.ts";
import {
  boxGatesPolicy,
  boxLogPolicy,
  boxPolicy,
  boxShadowPolicy,
  boxUpdatePolicy,
  type PolicyScope,
  servicePolicy,
} from "../../host-sim/cloud/policy-documents.ts";

/** Who is provisioned: a box, or the service that publishes commands. */
export interface Subject {
  readonly type: "box" | "service";
  /** its folder in `certs/`; for a box, the thing's name */
  readonly name: string;
  /** the first levels of every topic */
  readonly prefix: string;
}

/** An AWS IoT policy of this project: five for all boxes of a prefix, one for its services. */
export interface NamedPolicy {
  readonly policyName: string;
  readonly document: string;
}

/**
 * `boom-box@gate` and those of updates, shadow, log and gates, or `boom-box-service@gate`. A policy name cannot
 * contain `/`, and a prefix cannot contain `+`.
 * [CreatePolicy: `[\w+=,.@-]+`, 128 characters]
 */
export function policyNamesOf({ type, prefix }: Subject): readonly [string, ...string[]] {
  const nameOf = (base: string) => `${base}@${prefix.replaceAll("/", "+")}`;
  if (type === "service") return [nameOf("boom-box-service")];
  return [
    nameOf("boom-box"),
    nameOf("boom-box-update"),
    nameOf("boom-box-shadow"),
    nameOf("boom-box-log"),
    nameOf("boom-box-gates"),
  ];
}

/**
 * The same documents that the stand-in enforces. What updates, shadow, log and gates need are policies of
 * their own: one document is longer than AWS allows, and boxes that have the first one keep it as it is.
 */
export function policiesOf(subject: Subject, place: Omit<PolicyScope, "prefix">): NamedPolicy[] {
  const scope = { ...place, prefix: subject.prefix };
  const documents =
    subject.type === "box"
      ? [
          boxPolicy(scope),
          boxUpdatePolicy({ ...scope, topics: "aws" }),
          boxShadowPolicy(scope),
          boxLogPolicy(scope),
          boxGatesPolicy(scope),
        ]
      : [servicePolicy({ ...scope, clientIdPrefix: serviceClientIdPrefix })];
  return policyNamesOf(subject).map((policyName, index) => ({
    policyName,
    document: JSON.stringify(documents[index]),
  }));
}

/** The topic that it subscribes to, which its policy allows. */
export function topicToHear({ type, name, prefix }: Subject): string {
  return type === "box" ? topicsOf(prefix, name).command : topicsOf(prefix, "+").event;
}

/** The attribute that marks a thing as made here, so that `deprovision` deletes no other things. */
export function markOf({ prefix }: Subject): Readonly<Record<string, string>> {
  return { "boom-box": prefix };
}
