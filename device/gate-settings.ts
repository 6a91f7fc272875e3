import { thisChip } from "./chip.ts";
import { reasonAgainstOutput } from "./chips/pins.ts";
import type { Chip } from "./chips/table.ts";
import { type GateInputSettings, readGateInput, reasonAgainstPull } from "./gate-input-settings.ts";
import { mostNamedGates } from "./messages/gate.ts";
import { type PinUse, pinLimits, pinOf, reasonAgainstPins } from "./pins.ts";

/** One gate: the pin that is wired to its remote, and what is known about it. */
export interface GateSettings {
  readonly pin: number;
  readonly pulseMs: number;
  /** ends a pulse whose own timer failed */
  readonly pulseCapMs: number;
  readonly cooldownMs: number;
  /** how long the gate moves after a pulse; a command is refused meanwhile. 0: not known */
  readonly travelMs: number;
  /** a contact that shows where the gate is; without it, nobody knows */
  readonly gateInput: GateInputSettings | undefined;
}

/** One of several gates at a box, or the only one that has a name. */
export interface NamedGate extends GateSettings {
  /** a level of its topics: see `isGateName` */
  readonly name: string;
}

/** A gate of a box; without a name if it is the only one and the settings name none. */
export type BoxGateSettings = GateSettings & { readonly name?: string };

/** The settings of one gate that has no name; with names, they are members of `gates`. */
export const gateSettingNames = [
  "pin",
  "pulseMs",
  "pulseCapMs",
  "cooldownMs",
  "travelMs",
  "gateInput",
] as const satisfies readonly (keyof GateSettings)[];

/** Every gate of a box, one at least. Plain commands and the box's button go to the first. */
export function gatesOf(
  settings: GateSettings & { readonly gates: readonly NamedGate[] },
): readonly BoxGateSettings[] {
  return settings.gates.length === 0 ? [settings] : settings.gates;
}

/** The pins of a box besides those of its gates. */
export interface OtherPins {
  readonly led: { readonly pin: number | undefined } | undefined;
  readonly button: { readonly pin: number } | undefined;
}

/** Why these pins cannot be wired as the settings say; undefined if they can. */
export function reasonAgainstWiring(
  gates: readonly Pick<BoxGateSettings, "name" | "pin" | "gateInput">[],
  { led, button }: OtherPins,
  chip?: Chip,
): string | undefined {
  const of = (name: string | undefined) => (name === undefined ? "" : ` of ${name}`);
  const uses: readonly PinUse[] = [
    ...gates.map(
      ({ name, pin }): PinUse => [name === undefined ? "the gate" : `gate ${name}`, pin],
    ),
    ["led", led?.pin],
    ...gates.map(({ name, gateInput }): PinUse => [`gateInput${of(name)}`, gateInput?.pin]),
    ["button", button?.pin],
  ];
  const pulls = gates.map(({ gateInput }) => gateInput && reasonAgainstPull(gateInput, chip));
  return reasonAgainstPins(uses) ?? pulls.find((reason) => reason !== undefined);
}

/** What settings that are not checked may say about a gate. */
type RawGate = Partial<Readonly<Record<keyof NamedGate, unknown>>>;

/** Settings that are not checked. */
export type RawGates = RawGate & { readonly gates?: unknown };

function rawGatesIn(settings: RawGates): readonly RawGate[] {
  const { gates } = settings;
  if (!Array.isArray(gates)) return [settings];
  return gates.slice(0, mostNamedGates).map((gate: unknown) => Object(gate) as RawGate);
}

/**
 * The pins that settings may mean for gates, the first gate's first, or the default if none can be one.
 * They are not checked: each of these pins has to be LOW, whatever else is wrong. What uses the settings
 * refuses them (config.ts).
 */
export function gatePinsIn(settings: RawGates, chip: Chip = thisChip): readonly number[] {
  const pins: number[] = [];
  for (const { pin: given } of [...rawGatesIn(settings), settings]) {
    const pin = pinOf(given);
    if (pin === undefined || pins.includes(pin)) continue;
    if (reasonAgainstOutput(pin, chip) === undefined) pins.push(pin);
  }
  return pins.length === 0 ? [pinLimits.default] : pins;
}

/** The contacts of the gates, in their order; undefined for a gate that has none. */
export function gateInputsIn(settings: RawGates): readonly (GateInputSettings | undefined)[] {
  return rawGatesIn(settings).map(({ gateInput }) => readGateInput(gateInput));
}
