import type { Script } from "./script.ts";
import type { Transcript } from "./transcript.ts";
import type { Verdict } from "./verdict.ts";

interface Named {
  /** for `--case` */
  readonly name: string;
  /** AWS IoT Device Advisor's name for it, or near it */
  readonly title: string;
  /** one of those a device is qualified with */
  readonly isQualifying: boolean;
}

/** One case of AWS IoT Device Advisor: what the broker does, and what is made of it. */
export interface Case extends Named {
  readonly type: "played";
  readonly script: Script;
  /** then it is judged as it stands; ms of the client's time, from its first connection on */
  readonly timeoutMs: number;
  /** growth is measured: the client's backoff must start anew */
  readonly needsCalm?: boolean;
  /** nothing that comes could change the verdict */
  isOver(seen: Transcript): boolean;
  judge(seen: Transcript): Verdict;
}

/** One that reads the client's policy; nobody connects. */
export interface PolicyCase extends Named {
  readonly type: "policy";
}

/** One that has nothing to ask of this firmware, and why. */
export interface InapplicableCase extends Named {
  readonly type: "inapplicable";
  readonly reason: string;
}

export type AnyCase = Case | PolicyCase | InapplicableCase;

export const minuteMs = 60_000;
