import { consistsOf, isNameUnit } from "../characters.ts";

/**
 * The topics of updates, below one root: AWS IoT Core's own for Jobs (developer guide, "Jobs device MQTT
 * API operations") and for streams ("AWS IoT MQTT-based file delivery in devices"), or the same shapes
 * below a box's prefix on another broker.
 */
export interface UpdateTopics {
  /** such as `$aws/things/gate-1/` or `gate/gate-1/update/` */
  readonly root: string;
  /** for one SUBSCRIBE; AWS IoT Core accepts 8 */
  readonly filters: readonly string[];
  readonly startNext: string;
}

/** Which broker's topics they are. */
export type UpdateTopicsKind = "aws" | "topics";

/** Both words must have passed `isPrefix` and `isThingName`. */
export function updateTopicsOf(
  kind: UpdateTopicsKind,
  prefix: string,
  thingName: string,
): UpdateTopics {
  const root = kind === "aws" ? `$aws/things/${thingName}/` : `${prefix}/${thingName}/update/`;
  const filters = [
    "jobs/notify-next",
    "jobs/start-next/+",
    "jobs/+/update/+",
    "streams/+/data/cbor",
    "streams/+/rejected/cbor",
  ].map((filter) => root + filter);
  return { root, filters, startNext: `${root}jobs/start-next` };
}

/** `jobId` must have passed {@link isJobId}. */
export function jobUpdateTopic({ root }: UpdateTopics, jobId: string): string {
  return `${root}jobs/${jobId}/update`;
}

/** `stream` must have passed {@link isStreamId}. */
export function getStreamTopic({ root }: UpdateTopics, stream: string): string {
  return `${root}streams/${stream}/get/cbor`;
}

/** A message to a box, by its topic. */
export type UpdateTopic =
  | { readonly type: "notify-next" }
  | { readonly type: "start-next"; readonly answer: Answer }
  | { readonly type: "job"; readonly jobId: string; readonly answer: Answer }
  | { readonly type: "data"; readonly stream: string }
  | { readonly type: "no-data"; readonly stream: string };

export type Answer = "accepted" | "rejected";

/** @returns undefined if the topic is none that a box subscribes to */
export function readUpdateTopic({ root }: UpdateTopics, topic: string): UpdateTopic | undefined {
  if (!topic.startsWith(root)) return undefined;
  const levels = topic.slice(root.length).split("/");
  const [first, second = "", third, fourth] = levels;
  if (first === "jobs") {
    if (levels.length === 2) return second === "notify-next" ? { type: second } : undefined;
    const answer = answerOf(levels.at(-1));
    if (answer === undefined) return undefined;
    if (levels.length === 3) return second === "start-next" ? { type: second, answer } : undefined;
    const isJob = levels.length === 4 && third === "update" && isJobId(second);
    return isJob ? { type: "job", jobId: second, answer } : undefined;
  }
  const isStream = first === "streams" && levels.length === 4 && fourth === "cbor";
  if (!isStream || !isStreamId(second)) return undefined;
  if (third === "data") return { type: "data", stream: second };
  return third === "rejected" ? { type: "no-data", stream: second } : undefined;
}

/** [CreateJob: `[a-zA-Z0-9_-]+`, 64 characters] */
export function isJobId(text: string): boolean {
  return consistsOf(text, isNameUnit, 1, 64);
}

/** [CreateStream: `[a-zA-Z0-9_-]+`, 128 characters] */
export function isStreamId(text: string): boolean {
  return consistsOf(text, isNameUnit, 1, 128);
}

function answerOf(level: string | undefined): Answer | undefined {
  return level === "accepted" || level === "rejected" ? level : undefined;
}
