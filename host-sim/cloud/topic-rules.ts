import type { Limits } from "./aws-limits.ts";

/** AWS IoT Core's rules for topic names and topic filters; pure. */

type TopicLimits = Pick<Limits, "topicBytes" | "topicSlashes">;

/** Why `topic` is invalid as the topic of a PUBLISH or a will; undefined if it is valid. */
export function topicProblem(topic: string, limits: TopicLimits): string | undefined {
  if (/[+#]/.test(topic)) return "a topic must not contain + or #";
  return sizeProblem(topic, limits);
}

/** Why `filter` is invalid as a topic filter; undefined if it is valid. */
export function filterProblem(filter: string, limits: TopicLimits): string | undefined {
  const levels = filter.split("/");
  if (levels.some((level) => level.length > 1 && /[+#]/.test(level))) {
    return "+ and # must fill a level [MQTT-4.7.1-2, 4.7.1-3]";
  }
  if (levels.slice(0, -1).includes("#")) return "# must be the last level [MQTT-4.7.1-2]";
  if (levels[0] === "$share") return "the stand-in does not support shared subscriptions";
  return sizeProblem(filter, limits);
}

function sizeProblem(topic: string, limits: TopicLimits): string | undefined {
  if (topic.length === 0) return "a topic must not be empty [MQTT-4.7.3-1]";
  if (topic.includes("\0")) return "a topic must not contain U+0000 [MQTT-4.7.3-2]";
  // `$aws/rules/<rule>/` of Basic Ingest does not count towards bytes or slashes
  const counted = topic.replace(/^\$aws\/rules\/[^/]*\//, "");
  if (Buffer.byteLength(counted) > limits.topicBytes) return `over ${limits.topicBytes} bytes`;
  if (counted.split("/").length - 1 > limits.topicSlashes) {
    return `over ${limits.topicSlashes} slashes`;
  }
  return undefined;
}

export function hasWildcard(filter: string): boolean {
  return /[+#]/.test(filter);
}

/** Topics that start with `$` belong to AWS: nothing is retained there. */
export function isReserved(topic: string): boolean {
  return topic.startsWith("$");
}

const clientReserved = [
  /^\$aws\/things\/[^/]+\/shadow(\/name\/[^/]+)?\/(get|update|delete)$/,
  /^\$aws\/things\/[^/]+\/jobs\/(get|start-next|[^/]+\/(get|update))$/,
  /^\$aws\/things\/[^/]+\/streams\/[^/]+\/(get|describe)\/(json|cbor)$/,
  /^\$aws\/rules\/[^/]+\/.+$/,
  /^\$aws\/certificates\/(create|create-from-csr)\/(json|cbor)$/,
  /^\$aws\/provisioning-templates\/[^/]+\/provision\/(json|cbor)$/,
];

/**
 * The reserved topics to which clients may publish in AWS: shadows, jobs, streams, Basic
 * Ingest, provisioning.
 */
export function isOpenToClients(reservedTopic: string): boolean {
  return clientReserved.some((pattern) => pattern.test(reservedTopic));
}

/**
 * Whether a message on `topic` matches a subscription to `filter`. Like AWS, and unlike
 * [MQTT-4.7.1-2], `a/#` does not match `a`. A leading wildcard does not match `$…` [MQTT-4.7.2-1].
 */
export function matchesFilter(filter: string, topic: string): boolean {
  if (isReserved(topic) && hasWildcard(filter.slice(0, 1))) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (index >= levels.length) return false;
    if (level === "#") return true;
    if (level !== "+" && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}
