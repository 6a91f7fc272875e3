import { membersOf, parseJson } from "../../../device/messages/json.ts";
import { printable } from "../../printable.ts";
import { type Case, minuteMs } from "../case.ts";
import { healthy } from "../script.ts";
import type { Transcript } from "../transcript.ts";
import { fail, inWords, pass } from "../verdict.ts";
import { instead } from "./mqtt.ts";

/** AWS recommends it for EXECUTION_TIMEOUT. */
const timeoutMs = 2 * minuteMs;

/** What the client says about the job. */
interface Step {
  readonly at: number;
  /** `start-next` starts a job without an update */
  readonly status: "start-next" | "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "REJECTED";
  readonly reason: string | undefined;
}

const statuses = ["IN_PROGRESS", "SUCCEEDED", "FAILED", "REJECTED"] as const;

function stepsOf(seen: Transcript): Step[] {
  const [connect] = seen.received("connect");
  const root = `$aws/things/${connect?.packet.clientId ?? ""}/jobs/`;
  return seen.received("publish").flatMap(({ at, packet }): Step[] => {
    if (packet.topic === `${root}start-next`) {
      return [{ at, status: "start-next", reason: undefined }];
    }
    if (packet.topic !== `${root}advisor/update`) return [];
    const { status, statusDetails } = membersOf(parseJson(packet.payload.toString()));
    const { reason } = membersOf(statusDetails);
    const known = statuses.find((each) => each === status);
    const why = typeof reason === "string" ? reason : undefined;
    return known === undefined ? [] : [{ at, status: known, reason: why }];
  });
}

const isEnd = ({ status }: Step) => status !== "start-next" && status !== "IN_PROGRESS";

export const jobCase: Case = {
  type: "played",
  name: "job-execution",
  title: "Job Execution",
  isQualifying: false,
  needs: "jobs",
  script: { certificate: "good", connections: [healthy], service: { type: "job" } },
  timeoutMs,
  uses: (seen) => seen.received("publish").some(({ packet }) => packet.topic.includes("/jobs/")),
  isOver: (seen) => stepsOf(seen).some(isEnd) || seen.first("malformed") !== undefined,
  judge(seen) {
    const steps = stepsOf(seen);
    const [first] = steps;
    if (first === undefined) return instead(seen, "it asked for no job");
    const end = steps.find(isEnd);
    if (end === undefined) return instead(seen, "it did not complete the job");
    const reason = end.reason === undefined ? "" : `: ${printable(end.reason)}`;
    if (end.status !== "SUCCEEDED") return fail(`it reported ${end.status}${reason}`);
    if (first === end) return fail("it reported SUCCEEDED without IN_PROGRESS before");
    const how = steps.map(({ status }) => status).join(", ");
    return pass(`${how}, within ${inWords(end.at - first.at)}`);
  },
};
