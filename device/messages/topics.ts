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

/** Where commands for a gate go, and where it is told: for one of several, a level below the box's own. */
export interface GateTopics {
  /** to the box, QoS 1: for this gate */
  readonly command: string;
  /** from the box, QoS 1: one per command to the topic above, and what else happens at this gate */
  readonly event: string;
}

/** @param gate its name, which must have passed {@link isGateName}; undefined: the box's plain topics */
export function gateTopicsOf(
  prefix: string,
  thingName: string,
  gate: string | undefined,
): GateTopics {
  const box = `${prefix}/${thingName}`;
  const root = gate === undefined ? box : `${box}/${gate}`;
  return { command: `${root}/command`, event: `${root}/event` };
}

/** What a box with named gates subscribes to: the commands of each. */
export function gateCommandFilter(prefix: string, thingName: string): string {
  return gateTopicsOf(prefix, thingName, "+").command;
}

/** Levels below a thing that mean something else. */
const reservedLevels = ["command", "event", "status", "update", "log"];

/** The name of one of several gates: 1–32 letters, digits, `_`, `-`, and no other level of a topic. */
export function isGateName(text: string): boolean {
  return consistsOf(text, isNameUnit, 1, 32) && !reservedLevels.includes(text);
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

/** Where a message came from, or goes to. */
export interface TopicParts {
  readonly thingName: string;
  readonly kind: (typeof serviceKinds)[number];
  /** the name of the gate in the topic; absent if it has none */
  readonly gateName?: string;
}

/** @returns undefined when the topic is none of a service's */
export function readTopic(prefix: string, topic: string): TopicParts | undefined {
  const [thingName = "", last = "", below] = topic.slice(prefix.length + 1).split("/");
  if (!isThingName(thingName)) return undefined;
  if (below === "command" || below === "event") {
    const isOurs = isGateName(last) && gateTopicsOf(prefix, thingName, last)[below] === topic;
    return isOurs ? { thingName, kind: below, gateName: last } : undefined;
  }
  const topics = topicsOf(prefix, thingName);
  const kind = serviceKinds.find((each) => each === last);
  return kind !== undefined && topics[kind] === topic ? { thingName, kind } : undefined;
}
