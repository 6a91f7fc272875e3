import { failed, type Judgement, ok, unknown } from "./finding.ts";
import type { PortAccess } from "./surroundings.ts";

/** Judges the board's serial ports. Pure functions. */

export interface Port {
  readonly path: string;
  readonly access: PortAccess | undefined;
}

/** @param isNamed whether the user named the port */
export function judgePorts(ports: readonly Port[], isNamed: boolean): Judgement {
  const usable = ports.filter(({ access }) => access?.isAllowed === true);
  if (usable.length > 0) return ok(usable.map(({ path }) => path).join(", "));
  const [forbidden] = ports.filter(({ access }) => access !== undefined);
  if (forbidden?.access !== undefined) {
    return failed(
      "port-forbidden",
      `you have no permission to use ${forbidden.path}: ${remedy(forbidden.access)}`,
    );
  }
  return isNamed
    ? failed("port-missing", `there is no port ${ports.map(({ path }) => path).join(", ")}`)
    : unknown("no board on USB: only flash and monitor need one");
}

function remedy({ group, isMember }: PortAccess): string {
  if (group === undefined) return "ask the administrator of this machine for access";
  return isMember
    ? `you joined its group ${group} after this session began: log in again`
    : `join its group with "sudo usermod -aG ${group} $USER", then log in again`;
}
