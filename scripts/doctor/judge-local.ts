import { failed, type Judgement, ok, unknown } from "./finding.ts";
import type { PortAccess } from "./surroundings.ts";

/** What is wrong with the board's serial ports; pure. */

export interface Port {
  readonly path: string;
  readonly access: PortAccess | undefined;
}

/** @param isNamed whether the person named the port; else it was looked for */
export function judgePorts(ports: readonly Port[], isNamed: boolean): Judgement {
  const usable = ports.filter(({ access }) => access?.isAllowed === true);
  if (usable.length > 0) return ok(usable.map(({ path }) => path).join(", "));
  const [forbidden] = ports.filter(({ access }) => access !== undefined);
  if (forbidden?.access !== undefined) {
    return failed(
      "port-forbidden",
      `${forbidden.path} may not be used: ${remedy(forbidden.access)}`,
    );
  }
  return isNamed
    ? failed("port-missing", `there is no ${ports.map(({ path }) => path).join(", ")}`)
    : unknown("no board on USB: it is needed for flash and monitor alone");
}

function remedy({ group, isMember }: PortAccess): string {
  if (group === undefined) return "ask whose it is";
  return isMember
    ? `you are in its group ${group}, but this session began before: log in again`
    : `join its group with "sudo usermod -aG ${group} $USER", then log in again`;
}
