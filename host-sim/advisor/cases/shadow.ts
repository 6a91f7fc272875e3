import { equals, isObject, type JsonObject } from "../../cloud/shadow-document.ts";
import { awsShadowLimits } from "../../cloud/shadow-limits.ts";
import { readShadowChange, readShadowRequest } from "../../cloud/shadow-request.ts";
import { shadowRootOf } from "../../cloud/shadow-service.ts";
import { printable } from "../../printable.ts";
import { type Case, minuteMs } from "../case.ts";
import { healthy } from "../script.ts";
import type { Transcript } from "../transcript.ts";
import { fail, inWords, pass } from "../verdict.ts";
import { instead } from "./mqtt.ts";

/** AWS recommends it for EXECUTION_TIMEOUT. */
const timeoutMs = 2 * minuteMs;

/** An update of the classic shadow, as AWS would read it. */
interface Update {
  readonly at: number;
  readonly reported: JsonObject;
  /** why AWS would reject it */
  readonly problem: string | undefined;
}

function updatesOf(seen: Transcript): Update[] {
  const [connect] = seen.received("connect");
  const topic = `${shadowRootOf(connect?.packet.clientId ?? "")}/update`;
  return seen
    .received("publish")
    .filter(({ packet }) => packet.topic === topic)
    .map(({ at, packet }) => {
      const request = readShadowRequest(packet.payload.toString(), awsShadowLimits);
      if (request.type === "rejected") return { at, reported: {}, problem: request.message };
      const change = readShadowChange(request.body, awsShadowLimits);
      if ("type" in change) return { at, reported: {}, problem: change.message };
      return { at, reported: change.reported ?? {}, problem: undefined };
    });
}

const firstProblem = (updates: readonly Update[]) =>
  updates.find(({ problem }) => problem !== undefined)?.problem;

const isReport = ({ reported }: Update) => Object.keys(reported).length > 0;

function usesShadow(seen: Transcript): boolean {
  return seen.received("publish").some(({ packet }) => packet.topic.includes("/shadow/"));
}

const publish: Case = {
  type: "played",
  name: "shadow-publish",
  title: "Shadow Publish Reported State",
  isQualifying: false,
  needs: "shadow",
  script: { certificate: "good", connections: [healthy], service: { type: "shadow" } },
  timeoutMs,
  uses: usesShadow,
  isOver: (seen) => {
    const updates = updatesOf(seen);
    return updates.some(isReport) || firstProblem(updates) !== undefined || isBroken(seen);
  },
  judge(seen) {
    const updates = updatesOf(seen);
    const problem = firstProblem(updates);
    if (problem !== undefined) return fail(`AWS IoT Core would reject its update: ${problem}`);
    const first = updates.find(isReport);
    if (first === undefined) return instead(seen, "it reported no state in its shadow");
    const afterMs = first.at - (seen.sent("SUBACK")[0]?.at ?? first.at);
    const names = Object.keys(first.reported).map(printable);
    return pass(`reported ${names.join(", ")}, ${inWords(afterMs)} after it had subscribed`);
  },
};

/** A setting that the firmware takes from its shadow. */
const desired: JsonObject = { travelMs: 9_000 };

/** Members of `wanted` that a later report shows as they are wanted. */
function synchronizedAt(seen: Transcript): number | undefined {
  const shown = new Set<string>();
  for (const { at, reported } of updatesOf(seen)) {
    for (const [name, value] of Object.entries(desired)) {
      const own = reported[name];
      if (own === undefined) continue;
      if (isSameValue(own, value)) shown.add(name);
      else shown.delete(name);
    }
    if (shown.size === Object.keys(desired).length) return at;
  }
  return undefined;
}

const isSameValue = (one: JsonObject[string], other: JsonObject[string]) =>
  isObject(one) === isObject(other) && equals(one, other);

const update: Case = {
  type: "played",
  name: "shadow-update",
  title: "Shadow Update Reported State",
  isQualifying: false,
  needs: "shadow",
  script: { certificate: "good", connections: [healthy], service: { type: "shadow", desired } },
  timeoutMs,
  uses: usesShadow,
  isOver: (seen) =>
    synchronizedAt(seen) !== undefined ||
    firstProblem(updatesOf(seen)) !== undefined ||
    isBroken(seen),
  judge(seen) {
    const updates = updatesOf(seen);
    const problem = firstProblem(updates);
    if (problem !== undefined) return fail(`AWS IoT Core would reject its update: ${problem}`);
    const first = updates.find(isReport);
    if (first === undefined) return instead(seen, "it reported no state in its shadow");
    const at = synchronizedAt(seen);
    const wanted = JSON.stringify(desired);
    if (at === undefined) return instead(seen, `it never reported the desired state ${wanted}`);
    return pass(`reported the desired state ${wanted} ${inWords(at - first.at)} after its own`);
  },
};

function isBroken(seen: Transcript): boolean {
  return seen.first("malformed") !== undefined;
}

export const shadowCases: readonly Case[] = [publish, update];
