import { Option } from "commander";
import type { GateInputSettings } from "../../device/gate-input-settings.ts";

type Position = GateInputSettings["shows"];

const positions: readonly Position[] = ["closed", "open"];

/** A contact at the gate of a simulated box. */
export function contactOption(): Option {
  return new Option(
    "--contact <position>",
    "put a contact at the gate, which shows that it is closed or open, on pin 4",
  ).choices(positions);
}

/** The contact of a simulated gate as a setting; a gate counts as left open after a minute. */
export function contactSettings(shows: Position | undefined) {
  return shows === undefined ? {} : { gateInput: { pin: 4, shows, leftOpenMs: 60_000 } };
}

/** A push button at a simulated box. */
export function buttonOption(): Option {
  return new Option("--button", "put a push button that opens at the box, on pin 25");
}

export function buttonSettings(isThere: boolean | undefined) {
  return isThere === true ? { button: { pin: 25 } } : {};
}
