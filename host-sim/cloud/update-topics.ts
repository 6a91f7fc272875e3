import { isThingName } from "../../device/messages/topics.ts";

/**
 * The topics of AWS IoT Jobs and of AWS's MQTT-based file delivery, and the same under a project's
 * own prefix for brokers of other makes, where `$aws/…` does not exist. Pure.
 */

/** `aws`: `$aws/things/<thing>/…`. `topics`: `<prefix>/<thing>/update/…`. */
export type UpdateTopics = "aws" | "topics";

export interface UpdateTopicsScope {
  readonly topics: UpdateTopics;
  /** first levels of the project's topics; `aws` does not use it */
  readonly prefix: string;
}

/** What a box publishes, after its root; `+` is one level: the id of a job or of a stream. */
export const boxRequestPaths = ["jobs/start-next", "jobs/+/update", "streams/+/get/cbor"] as const;

/** What a box subscribes to, after its root. */
export const boxAnswerPaths = [
  "jobs/notify-next",
  "jobs/start-next/+",
  "jobs/+/update/+",
  "streams/+/data/cbor",
  "streams/+/rejected/cbor",
] as const;

/** Every request, after a root. None of them matches the topic of an answer or a notification. */
export const requestPaths = [
  "jobs/get",
  "jobs/start-next",
  "jobs/+/get",
  "jobs/+/update",
  "streams/+/get/+",
  "streams/+/describe/+",
] as const;

/** Every answer and notification, after a root. */
export const answerPaths = [
  "jobs/notify",
  "jobs/notify-next",
  "jobs/get/+",
  "jobs/start-next/+",
  "jobs/+/get/+",
  "jobs/+/update/+",
  "streams/+/data/+",
  "streams/+/description/+",
  "streams/+/rejected/+",
] as const;

/** The levels in front of `/jobs/…` and `/streams/…`. A policy or a filter may name any thing. */
export function updateRootOf({ topics, prefix }: UpdateTopicsScope, thingName: string): string {
  return topics === "aws" ? `$aws/things/${thingName}` : `${prefix}/${thingName}/update`;
}

/** @returns the thing and what follows its root; undefined when the topic is not one of ours */
export function readUpdateTopic(
  scope: UpdateTopicsScope,
  topic: string,
): { readonly thingName: string; readonly path: string } | undefined {
  const start = scope.topics === "aws" ? "$aws/things/" : `${scope.prefix}/`;
  if (!topic.startsWith(start)) return undefined;
  const [thingName = ""] = topic.slice(start.length).split("/");
  if (!isThingName(thingName)) return undefined;
  const root = `${updateRootOf(scope, thingName)}/`;
  return topic.startsWith(root) ? { thingName, path: topic.slice(root.length) } : undefined;
}
