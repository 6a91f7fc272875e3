import { gatesOf } from "../../device/gate-settings.ts";
import { BoomGate, type BoomOptions } from "../site/boom-gate.ts";
import { Contact, levelOf } from "../site/contact.ts";
import { Remote } from "../site/remote.ts";
import type { Trial } from "./scenario.ts";
import type { World } from "./world.ts";

/** The time at the gate of a virtual world. */
export function siteTimeOf({ timeline }: Pick<World, "timeline">) {
  return {
    now: () => timeline.now,
    after: (delayMs: number, callback: () => void) => timeline.after(delayMs, callback),
    cancel: (handle: object) => void timeline.cancel(handle),
  };
}

/**
 * Wires the pin of the first gate to one that takes eight seconds, and a contact at the gate to the box's
 * input, if its settings have one. The contact bounces for two milliseconds whenever it opens or closes.
 */
export function wireGate(trial: Trial, boom: Partial<BoomOptions> = {}) {
  const [first] = wireGates(trial, boom);
  if (first === undefined) throw new RangeError("a box has one gate at least");
  return first;
}

/** As {@link wireGate}, for every gate of the box, in the order of the settings. */
export function wireGates(trial: Trial, boom: Partial<BoomOptions> = {}) {
  const { world } = trial;
  const time = siteTimeOf(world);
  const gates = gatesOf(world.settings).map((_, index) => {
    const gate = new BoomGate({ travelMs: 8_000, holdMs: 20_000, ...boom }, time);
    const remote = new Remote(() => gate.handleSignal(), time);
    return { gate, remote, contact: wireContactOf(world, index, gate) };
  });
  trial.onEdge = (value, at, index) => gates[index]?.remote.handleEdge({ value, at });
  return gates;
}

export function wireContact(world: World, gate: BoomGate): Contact | undefined {
  return wireContactOf(world, 0, gate);
}

function wireContactOf(world: World, index: number, gate: BoomGate): Contact | undefined {
  const settings = gatesOf(world.settings)[index]?.gateInput;
  const wire = world.inputs[index];
  if (settings === undefined || wire === undefined) return undefined;
  const trueLevel = () => levelOf(settings, gate.state);
  const contact = new Contact({ trueLevel, wire, bounceMs: 2, time: siteTimeOf(world) });
  gate.onChanged = () => contact.update();
  return contact;
}
