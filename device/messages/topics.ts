import { colon, consistsOf, dot, isNameUnit } from "../characters.ts";

/**
 * Every topic of a Boom Box, in one place: `<prefix>/<thingName>/{command,event,status,log}`. AWS IoT
 * Core allows 256 bytes and 7 slashes in a topic; `$…` is reserved.
 */
export interface Topics {
  /** to the box, QoS 1: `open`, or a JSON command */
  readonly command: string;
  /** from the box, QoS 1: one per command, executed or refused */
  readonly event: string;
  /** from the box, QoS 1, retained, and its last will */
  readonly status: string;
  /** from the box, QoS 1: why it restarted */
  readonly log: string;
}

export const defaultPrefix = "gate";

/** The client ids of publishers begin with this, and the service's policy allows no others. */
export const serviceClientIdPrefix = "service-";

/** The topics of one thing. Both words must have passed {@link isPrefix} and {@link isThingName}. */
export function topicsOf(prefix: string, thingName: string): Topics {
  const root = `${prefix}/${thingName}`;
  return {
    command: `${root}/command`,
    event: `${root}/event`,
    status: `${root}/status`,
    log: `${root}/log`,
  };
}

/** One to three levels of letters, digits, `_`, `-`, `.`; at most 64 characters. */
export function isPrefix(text: string): boolean {
  const levels = text.split("/");
  return (
    text.length <= 64 &&
    levels.length <= 3 &&
    levels.every((level) => consistsOf(level, isPrefixUnit, 1, 64))
  );
}

/**
 * AWS allows `[a-zA-Z0-9:_-]{1,128}` for a thing name (CreateThing). The limit here is 64, because
 * the name is also the client id and a part of every topic. The client ids of publishers are not free.
 */
export function isThingName(text: string): boolean {
  return consistsOf(text, isThingNameUnit, 1, 64) && !text.startsWith(serviceClientIdPrefix);
}

const isPrefixUnit = (unit: number) => isNameUnit(unit) || unit === dot;
const isThingNameUnit = (unit: number) => isNameUnit(unit) || unit === colon;

/** The topics that a service of the project hears or publishes to. */
const serviceKinds = ["command", "event", "status"] as const satisfies readonly (keyof Topics)[];

/** @returns the message's thing and kind; undefined when the topic is none of a service's */
export function readTopic(
  prefix: string,
  topic: string,
): { readonly thingName: string; readonly kind: (typeof serviceKinds)[number] } | undefined {
  const [thingName = "", last] = topic.slice(prefix.length + 1).split("/");
  if (!isThingName(thingName)) return undefined;
  const topics = topicsOf(prefix, thingName);
  const kind = serviceKinds.find((each) => each === last);
  return kind !== undefined && topics[kind] === topic ? { thingName, kind } : undefined;
}
