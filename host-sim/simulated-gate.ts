import type { BoxGateSettings } from "../device/gate-settings.ts";
import type { NodeDeviceOptions, NodeGate } from "./hardware/device.ts";
import { ScriptedInput } from "./hardware/input.ts";
import { type Edge, RecordedPin } from "./hardware/pin.ts";
import { BoomGate, type BoomOptions } from "./site/boom-gate.ts";
import { Contact, levelOf } from "./site/contact.ts";
import { Remote } from "./site/remote.ts";

/** The edge of one of its pins. */
export interface GateEdge extends Edge {
  /** `pin`: the gate's; `input`: that of its contact */
  readonly type: "pin" | "input";
  readonly pin: number;
}

/** One gate of a simulated box: the pin, the remote that is wired to it, the boom, and its contact. */
export class SimulatedGate {
  /** undefined if the settings name no gate */
  readonly name: string | undefined;
  readonly hardware: NodeGate;
  readonly boom: BoomGate;
  /** undefined if the settings have none */
  readonly contact: Contact | undefined;
  readonly #remote: Remote;

  /** @param boom default: a gate that takes as long as the settings say, if they say it */
  constructor(
    { name, pin: number, travelMs, gateInput }: BoxGateSettings,
    boom: Partial<BoomOptions> | undefined,
    onEdge?: (edge: GateEdge) => void,
  ) {
    this.name = name;
    this.boom = new BoomGate(boom ?? (travelMs > 0 ? { travelMs } : {}));
    this.#remote = new Remote(() => this.boom.handleSignal());
    const pin = new RecordedPin(number);
    pin.onEdge = (edge) => {
      this.#remote.handleEdge(edge);
      onEdge?.({ type: "pin", pin: number, ...edge });
    };
    if (gateInput === undefined) {
      this.hardware = { pin };
      return;
    }
    const trueLevel = () => levelOf(gateInput, this.boom.state);
    const input = new ScriptedInput(gateInput.pin, trueLevel());
    input.onEdge = (edge) => onEdge?.({ type: "input", pin: gateInput.pin, ...edge });
    this.hardware = { pin, input };
    this.contact = new Contact({ trueLevel, wire: input });
    this.boom.onChanged = () => this.contact?.update();
  }

  /** A firmware without power writes nothing and hears nothing. */
  cutPower(): void {
    this.hardware.pin.write(0);
    if (this.hardware.input !== undefined) this.hardware.input.onReadable = undefined;
  }

  /** Nothing calls back any more. */
  powerOff(): void {
    this.#remote.powerOff();
    this.boom.powerOff();
    this.contact?.powerOff();
  }
}

/** The gates of a box, one at least, as its hardware. */
export function gateHardware(
  gates: readonly NodeGate[],
): Pick<NodeDeviceOptions, "pin" | "gatePin" | "gateInput" | "moreGates"> {
  const [first, ...others] = gates;
  if (first === undefined) throw new RangeError("a box has one gate at least");
  return {
    pin: first.pin.number,
    gatePin: first.pin,
    ...(first.input === undefined ? {} : { gateInput: first.input }),
    ...(others.length === 0 ? {} : { moreGates: others }),
  };
}
