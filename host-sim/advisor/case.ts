import type { Script } from "./script.ts";
import type { Transcript } from "./transcript.ts";
import type { Verdict } from "./verdict.ts";

interface Named {
  /** for `--case` */
  readonly name: string;
  /** AWS IoT Device Advisor's name for the case, or close to it */
  readonly title: string;
  /** required to qualify a device */
  readonly isQualifying: boolean;
}

/** One case of AWS IoT Device Advisor: what the broker does, and how the result is judged. */
export interface Case extends Named {
  readonly type: "played";
  readonly script: Script;
  /**
   * time limit, after which the case is judged as it stands; ms of the client's time, from its
   * first connection
   */
  readonly timeoutMs: number;
  /** growth is measured: the client's back-off must be reset first */
  readonly needsCalm?: boolean;
  /** what a client must be set to do */
  readonly needs?: ClientFeature;
  /**
   * whether an external client does what the case is about; if not, the case does not apply to it.
   * Default: it does
   */
  uses?(seen: Transcript): boolean;
  /** no further input can change the verdict */
  isOver(seen: Transcript): boolean;
  judge(seen: Transcript): Verdict;
}

/** What a client does only if it is set so. */
export type ClientFeature = "shadow" | "jobs";

/** A case that reads the client's policy; no client connects. */
export interface PolicyCase extends Named {
  readonly type: "policy";
}

/** A case that does not apply to this firmware, and why. */
export interface InapplicableCase extends Named {
  readonly type: "inapplicable";
  readonly reason: string;
}

export type AnyCase = Case | PolicyCase | InapplicableCase;

export const minuteMs = 60_000;
