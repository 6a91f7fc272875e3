import { InvalidArgumentError, Option } from "commander";
import type { GateInputSettings } from "../../device/gate-input-settings.ts";
import { mostNamedGates } from "../../device/messages/gate.ts";
import { isGateName } from "../../device/messages/topics.ts";

type Position = GateInputSettings["shows"];

const positions: readonly Position[] = ["closed", "open"];

/** What is at the site of a simulated box. */
export interface SiteFlags {
  /** which position of each gate a contact there shows; absent: there is none */
  readonly contact?: Position;
  /** whether there is a push button at the box */
  readonly button?: boolean;
  /** the names of its gates; absent: one, without a name */
  readonly gates?: readonly string[];
}

/** The pins of simulated gates and their contacts, in their order. */
const gatePins = [5, 18, 19, 21] as const;
const inputPins = [4, 32, 33, 27] as const;

/** A contact at the gate of a simulated box. */
export function contactOption(): Option {
  return new Option(
    "--contact <position>",
    "put a contact at the gate, which shows that it is closed or open, on pin 4",
  ).choices(positions);
}

/** A push button at a simulated box. */
export function buttonOption(): Option {
  return new Option("--button", "put a push button that opens at the box, on pin 25");
}

/** Several gates at a simulated box. */
export function gatesOption(): Option {
  return new Option(
    "--gates <names>",
    `1–${mostNamedGates} gates with names, joined by commas, on the pins ${gatePins.join(", ")}`,
  ).argParser(readGateNames);
}

function readGateNames(text: string): readonly string[] {
  const names = text.split(",");
  const isRight = names.length <= mostNamedGates && new Set(names).size === names.length;
  if (isRight && names.every(isGateName)) return names;
  throw new InvalidArgumentError(
    `It must be 1–${mostNamedGates} different names such as in,out: letters, digits, - or _, at most 32.`,
  );
}

/**
 * What is at the site, as settings; a gate counts as left open after a minute.
 * @param timing of each gate
 */
export function siteSettings(
  { contact, button, gates }: SiteFlags,
  timing: Readonly<Record<string, number>> = {},
) {
  const contactAt = (pin: number | undefined) =>
    contact === undefined ? {} : { gateInput: { pin, shows: contact, leftOpenMs: 60_000 } };
  return {
    ...(button === true ? { button: { pin: 25 } } : {}),
    ...(gates === undefined
      ? { ...timing, ...contactAt(inputPins[0]) }
      : {
          gates: gates.map((name, index) => ({
            name,
            pin: gatePins[index],
            ...timing,
            ...contactAt(inputPins[index]),
          })),
        }),
  };
}
