import { utf8Length } from "../../device/core/utf8.ts";
import { secondsOf } from "./job-wire.ts";
import {
  differenceOf,
  emptySection,
  type Json,
  type JsonObject,
  merge,
  metadataOf,
  type Section,
  stateOf,
  timestamps,
} from "./shadow-document.ts";
import { awsShadowLimits, type ShadowLimits } from "./shadow-limits.ts";
import {
  readShadowChange,
  readShadowRequest,
  rejected,
  type ShadowChange,
  type ShadowRejection,
  tooLarge,
} from "./shadow-request.ts";

export const shadowOperations = ["get", "update", "delete"] as const;
export type ShadowOperation = (typeof shadowOperations)[number];

/** `path` follows the root of the shadow: `update/delta`. */
export interface ShadowMessage {
  readonly path: string;
  /** JSON */
  readonly payload: string;
}

interface Shadow {
  readonly desired: Section;
  readonly reported: Section;
  readonly version: number;
}

/** A shadow as GetThingShadow shows it, without its metadata. Sections without members are left out. */
export interface ShadowView {
  readonly state: {
    readonly desired?: JsonObject;
    readonly reported?: JsonObject;
    readonly delta?: JsonObject;
  };
  readonly version: number;
}

/**
 * AWS IoT Device Shadow's state: the classic (unnamed) shadow of each thing. In memory and without a
 * clock: every call is told the time, in milliseconds since 1970. Pass it to the next stand-in to keep
 * it.
 *
 * An accepted update is published with its difference and its documents to everybody who has
 * subscribed, whoever made it. AWS documents that `update/delta` follows when `desired` and `reported`
 * differ; that this is so also after an update of `reported` alone is *(unverified)*.
 */
export class Shadows {
  readonly limits: ShadowLimits;
  readonly #shadows = new Map<string, Shadow>();
  /** what is remembered of deleted ones */
  readonly #deleted = new Map<string, { readonly version: number; readonly at: number }>();
  readonly #watchers = new Set<(thingName: string, messages: readonly ShadowMessage[]) => void>();

  constructor(limits: Partial<ShadowLimits> = {}) {
    this.limits = { ...awsShadowLimits, ...limits };
  }

  /** `publish` is called after every change, with what AWS publishes about it. @returns ends it */
  watch(publish: (thingName: string, messages: readonly ShadowMessage[]) => void): () => void {
    this.#watchers.add(publish);
    return () => this.#watchers.delete(publish);
  }

  /**
   * A request that arrived on `…/shadow/<operation>`. What an accepted `update` or `delete` causes is
   * told to those who {@link watch}.
   * @returns the answer to `get`, or a rejection
   */
  request(
    thingName: string,
    operation: ShadowOperation,
    text: string,
    now: number,
  ): ShadowMessage | undefined {
    const request = readShadowRequest(text, this.limits);
    if (request.type === "rejected") return rejection(operation, request, undefined, now);
    const { clientToken, body } = request;
    const outcome =
      operation === "update"
        ? this.#update(thingName, body, clientToken, now)
        : operation === "get"
          ? this.#get(thingName, clientToken, now)
          : this.#delete(thingName, clientToken, now);
    return outcome !== undefined && "type" in outcome
      ? rejection(operation, outcome, clientToken, now)
      : outcome;
  }

  /**
   * UpdateThingShadow, by a person or a service.
   * @returns why it is rejected; undefined: it is accepted
   */
  update(
    thingName: string,
    request: {
      readonly state: {
        readonly desired?: JsonObject | null;
        readonly reported?: JsonObject | null;
      };
      readonly version?: number;
    },
    now: number,
  ): ShadowRejection | undefined {
    const read = readShadowRequest(JSON.stringify(request), this.limits);
    if (read.type === "rejected") return read;
    return this.#update(thingName, read.body, undefined, now);
  }

  /** GetThingShadow; undefined: there is none. */
  view(thingName: string): ShadowView | undefined {
    const shadow = this.#shadows.get(thingName);
    if (shadow === undefined) return undefined;
    return { state: sectionsOf(shadow, stateOf), version: shadow.version };
  }

  /** DeleteThing. */
  removeThing(thingName: string): void {
    this.#shadows.delete(thingName);
    this.#deleted.delete(thingName);
  }

  #get(
    thingName: string,
    clientToken: string | undefined,
    now: number,
  ): ShadowMessage | ShadowRejection {
    const shadow = this.#shadows.get(thingName);
    if (shadow === undefined) return noShadow(thingName);
    const { desired, reported } = sectionsOf(shadow, metadataOf);
    const payload = JSON.stringify({
      state: sectionsOf(shadow, stateOf),
      metadata: { desired, reported },
      version: shadow.version,
      timestamp: secondsOf(now),
      clientToken,
    });
    return { path: "get/accepted", payload };
  }

  #update(
    thingName: string,
    body: JsonObject,
    clientToken: string | undefined,
    now: number,
  ): ShadowRejection | undefined {
    const change = readShadowChange(body, this.limits);
    if ("type" in change) return change;
    const before = this.#shadows.get(thingName);
    const version = before?.version ?? this.#lastVersion(thingName, now);
    if (change.version !== undefined && change.version !== version) {
      return rejected(409, "Version conflict");
    }
    const at = secondsOf(now);
    const after: Shadow = {
      desired: changed(before?.desired, change.desired, at),
      reported: changed(before?.reported, change.reported, at),
      version: version + 1,
    };
    const { desired, reported } = sectionsOf(after, stateOf);
    if (utf8Length(JSON.stringify({ desired, reported })) > this.limits.documentBytes) {
      return tooLarge;
    }
    this.#shadows.set(thingName, after);
    this.#deleted.delete(thingName);
    const common = { timestamp: at, clientToken };
    const messages = [acceptedMessage(change, after.version, common)];
    const difference = differenceOf(after.desired, after.reported);
    if (difference.size > 0) {
      const [state, metadata] = [stateOf(difference), metadataOf(difference)];
      const delta = { version: after.version, ...common, state, metadata };
      messages.push({ path: "update/delta", payload: JSON.stringify(delta) });
    }
    const documents = { previous: before && documentOf(before), current: documentOf(after) };
    messages.push({
      path: "update/documents",
      payload: JSON.stringify({ ...documents, ...common }),
    });
    this.#tell(thingName, messages);
    return undefined;
  }

  #delete(
    thingName: string,
    clientToken: string | undefined,
    now: number,
  ): ShadowRejection | undefined {
    const shadow = this.#shadows.get(thingName);
    if (shadow === undefined) return noShadow(thingName);
    this.#shadows.delete(thingName);
    this.#deleted.set(thingName, { version: shadow.version, at: now });
    const { version } = shadow;
    const payload = JSON.stringify({ version, timestamp: secondsOf(now), clientToken });
    this.#tell(thingName, [{ path: "delete/accepted", payload }]);
    return undefined;
  }

  /** "the version number of the new device shadow document will follow that of the deleted one" */
  #lastVersion(thingName: string, now: number): number {
    const deleted = this.#deleted.get(thingName);
    if (deleted === undefined) return 0;
    return now - deleted.at < this.limits.deletedVersionHours * 3_600_000 ? deleted.version : 0;
  }

  #tell(thingName: string, messages: readonly ShadowMessage[]): void {
    for (const watcher of this.#watchers) watcher(thingName, messages);
  }
}

export function rejection(
  operation: ShadowOperation,
  { code, message }: ShadowRejection,
  clientToken: string | undefined,
  now: number,
): ShadowMessage {
  const payload = JSON.stringify({ code, message, timestamp: secondsOf(now), clientToken });
  return { path: `${operation}/rejected`, payload };
}

function noShadow(thingName: string): ShadowRejection {
  return rejected(404, `No shadow exists with name: '${thingName}'`);
}

function changed(
  section: Section = emptySection,
  change: JsonObject | null | undefined,
  at: number,
): Section {
  if (change === undefined) return section;
  return change === null ? emptySection : merge(section, change, at);
}

/** Repeats what was asked for, `null` included. */
function acceptedMessage(
  { desired, reported }: ShadowChange,
  version: number,
  common: { readonly timestamp: number; readonly clientToken: string | undefined },
): ShadowMessage {
  const metadata: Record<string, Json> = {};
  if (desired) metadata.desired = timestamps(desired, common.timestamp);
  if (reported) metadata.reported = timestamps(reported, common.timestamp);
  const payload = JSON.stringify({ state: { desired, reported }, metadata, version, ...common });
  return { path: "update/accepted", payload };
}

function documentOf(shadow: Shadow): JsonObject {
  const state = sectionsOf(shadow, stateOf);
  const metadata = sectionsOf(shadow, metadataOf);
  return {
    state: withoutDelta(state),
    metadata: withoutDelta(metadata),
    version: shadow.version,
  };
}

function withoutDelta({ desired, reported }: ShadowView["state"]): JsonObject {
  return { ...(desired && { desired }), ...(reported && { reported }) };
}

function sectionsOf(
  { desired, reported }: Shadow,
  view: (section: Section) => JsonObject,
): ShadowView["state"] {
  const difference = differenceOf(desired, reported);
  return {
    ...(desired.size > 0 && { desired: view(desired) }),
    ...(reported.size > 0 && { reported: view(reported) }),
    ...(difference.size > 0 && { delta: view(difference) }),
  };
}
