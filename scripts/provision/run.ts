import type { ControlPlane } from "./control-plane.ts";
import type { Subject } from "./subject.ts";

/** A step that was done, was done already, or will be done. Printed as text, or unchanged as a JSON line. */
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
  /** `kept`: was done already. `planned`: will be done. `note`: information, or not changed */
  readonly state: "done" | "kept" | "planned" | "note";
  readonly text: string;
}

/** The context of one identity's provisioning. */
export interface Run {
  readonly cloud: ControlPlane;
  /** the folder of all identities */
  readonly certs: string;
  readonly subject: Subject;
  readonly onStep: (step: Step) => void;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Reports one step. */
export function tell(run: Run, step: Step["step"], state: Step["state"], text: string): void {
  run.onStep({ name: run.subject.name, step, state, text });
}

/** The command line that runs `command` for this box (or service) in its cloud. */
export function commandFor({ cloud, subject }: Run, command: string): string {
  return `boom-box ${command}${cloud.type === "local" ? " --local" : ""} ${flagOf(subject)}`;
}

/** The flag that names the box or service. */
export function flagOf({ type, name }: Subject): string {
  return type === "box" ? `--thing ${name}` : "--service";
}
