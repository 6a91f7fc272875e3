import { type Chip, highestPin } from "./table.ts";

/**
 * Why nothing can be wired to this pin at all: there is none, or the chip cannot run without it.
 * @returns words that follow the pin's number; undefined if it can be used
 */
export function reasonAgainstAnyUse(pin: number, { pins, title }: Chip): string | undefined {
  if (pin > highestPin({ pins }) || pins.missing.includes(pin))
    return `does not exist on the ${title}`;
  return pins.memory.includes(pin) ? "is connected to the flash memory" : undefined;
}

/** The same for an output. */
export function reasonAgainstOutput(pin: number, chip: Chip): string | undefined {
  return chip.pins.inputOnly.includes(pin) ? "is input-only" : reasonAgainstAnyUse(pin, chip);
}

/** Why the gate, a light or a push button must not use this pin; undefined if it can. */
export function reasonAgainstPin(pin: number, chip: Chip): string | undefined {
  return reasonAgainstOutput(pin, chip) ?? reasonAgainstInputPin(pin, chip);
}

/**
 * Why the contact at the gate must not be wired to this pin. A contact holds its pin at a level at the
 * start too: on a pin that selects the boot mode, it could keep the box from starting.
 */
export function reasonAgainstInputPin(pin: number, chip: Chip): string | undefined {
  const reason = reasonAgainstAnyUse(pin, chip);
  if (reason !== undefined) return reason;
  const { console, usb, strapping } = chip.pins;
  if (pin === console.receive || pin === console.transmit) return "is the serial port for flashing";
  if (usb.includes(pin)) return "is the chip's own USB port";
  const strap = strapping.find((each) => each.pin === pin);
  if (strap === undefined || strap.isHarmless === true) return undefined;
  return "is a strapping pin that selects the boot mode";
}

/** The pins to use instead, for people; docs/wiring.md says what to check before you use one. */
export function fitPins({ fitPins: pins }: Pick<Chip, "fitPins">): string {
  return listed(pins);
}

/** The same for a contact. On a pin that only reads, it needs a resistor of its own. */
export function fitInputPins({ fitPins: pins, pins: { inputOnly, strapping } }: Chip): string {
  const wired = strapping.map(({ pin }) => pin);
  return listed([...pins.filter((pin) => !wired.includes(pin)), ...inputOnly.slice(0, 2)]);
}

function listed(pins: readonly number[]): string {
  return `${pins.slice(0, -1).join(", ")} or ${pins.at(-1)}`;
}
