/** The topics of a thing's classic shadow (AWS IoT developer guide, "Device Shadow MQTT topics"). */
export interface ShadowTopics {
  /** ends in `/` */
  readonly root: string;
  /** for one SUBSCRIBE; few, because AWS IoT Core accepts 8 in all */
  readonly filters: readonly string[];
  readonly get: string;
  readonly update: string;
}

/** `thingName` must have passed `isThingName`. */
export function shadowTopicsOf(thingName: string): ShadowTopics {
  const root = `$aws/things/${thingName}/shadow/`;
  return {
    root,
    filters: [`${root}get/+`, `${root}update/+`],
    get: `${root}get`,
    update: `${root}update`,
  };
}

/** A message to a box, by what follows the root of its topic. */
export type ShadowTopic =
  | "get/accepted"
  | "get/rejected"
  | "update/accepted"
  | "update/rejected"
  | "update/delta";

/** @returns undefined if a box does not read it, such as `update/documents` */
export function readShadowTopic({ root }: ShadowTopics, topic: string): ShadowTopic | undefined {
  if (!topic.startsWith(root)) return undefined;
  const path = topic.slice(root.length);
  switch (path) {
    case "get/accepted":
    case "get/rejected":
    case "update/accepted":
    case "update/rejected":
    case "update/delta":
      return path;
    default:
      return undefined;
  }
}
