import { serviceClientIdPrefix, topicsOf } from "../../device/messages/topics.ts";
import {
  boxPolicy,
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

/** An AWS IoT policy of this project: one for all boxes of a prefix, one for its services. */
export interface NamedPolicy {
  readonly policyName: string;
  readonly document: string;
}

/**
 * `boom-box@gate`, `boom-box-service@gate`. A policy name cannot contain `/`, and a prefix cannot contain `+`.
 * [CreatePolicy: `[\w+=,.@-]+`, 128 characters]
 */
export function policyNameOf({ type, prefix }: Subject): string {
  const base = type === "box" ? "boom-box" : "boom-box-service";
  return `${base}@${prefix.replaceAll("/", "+")}`;
}

/** The same documents that the stand-in enforces. */
export function policyOf(subject: Subject, place: Omit<PolicyScope, "prefix">): NamedPolicy {
  const scope = { ...place, prefix: subject.prefix };
  const document =
    subject.type === "box"
      ? boxPolicy(scope)
      : servicePolicy({ ...scope, clientIdPrefix: serviceClientIdPrefix });
  return { policyName: policyNameOf(subject), document: JSON.stringify(document) };
}

/** The topic that it subscribes to, which its policy allows. */
export function topicToHear({ type, name, prefix }: Subject): string {
  return type === "box" ? topicsOf(prefix, name).command : topicsOf(prefix, "+").event;
}

/** The attribute that marks a thing as made here, so that `deprovision` deletes no other things. */
export function markOf({ prefix }: Subject): Readonly<Record<string, string>> {
  return { "boom-box": prefix };
}
