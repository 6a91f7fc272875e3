import type { ControlPlane } from "./control-plane.ts";
import type { Subject } from "./subject.ts";

/** Something that was done, found done, or will be; for a terminal or, as it is, for JSON lines. */
export interface Step {
  /** the box, or `aws-service` */
  readonly name: string;
  readonly step:
    | "thing"
    | "key"
    | "certificate"
    | "policy"
    | "attachment"
    | "activation"
    | "files"
    | "settings"
    | "connection"
    | "deactivation"
    | "deletion";
  /** `kept`: it was so already. `planned`: it will be done. `note`: left alone, or to be known */
  readonly state: "done" | "kept" | "planned" | "note";
  readonly text: string;
}

/** One identity's provisioning: where, who, and who is told. */
export interface Run {
  readonly cloud: ControlPlane;
  /** the folder of all identities */
  readonly certs: string;
  readonly subject: Subject;
  readonly onStep: (step: Step) => void;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Tells of one step. */
export function tell(run: Run, step: Step["step"], state: Step["state"], text: string): void {
  run.onStep({ name: run.subject.name, step, state, text });
}

/** What a person types to have a command done for this very box (or service), when it is. */
export function commandFor({ cloud, subject }: Run, command: string): string {
  return `boom-box ${command}${cloud.type === "local" ? " --local" : ""} ${flagOf(subject)}`;
}

/** The flag that names it. */
export function flagOf({ type, name }: Subject): string {
  return type === "box" ? `--thing ${name}` : "--service";
}
