import { type GateEvent, type GateEventName, gateEventNames } from "../../device/messages/gate.ts";
import { siteTimeOf, wireContact } from "../scenarios/site.ts";
import type { World } from "../scenarios/world.ts";
import { BoomGate } from "../site/boom-gate.ts";
import type { Contact } from "../site/contact.ts";
import { Remote } from "../site/remote.ts";

const minute = 60_000;
const hour = 60 * minute;

/** The settings of a box whose gate {@link GateDays} moves. */
export const gateDaysSettings = {
  gateInput: { pin: 4, shows: "closed", leftOpenMs: 10 * minute },
  travelMs: 9_000,
} as const;

/** How often each event was caused, and how often it was told. */
export type GateTotals = Readonly<
  Record<GateEventName, { readonly caused: number; readonly told: number }>
>;

/**
 * A gate with a contact, beside the box. Each evening, somebody opens it by hand, it is held open, and
 * its contact is stuck while it is opened. At any other time, nothing happens to it that the box did not
 * do, so no other event may be told.
 */
export class GateDays {
  readonly #world: World;
  readonly #gate: BoomGate;
  readonly #contact: Contact | undefined;
  readonly #remote: Remote;
  readonly #caused = new Map<GateEventName, number>();
  /** each different one once: QoS 1 may repeat one */
  readonly #told = new Map<GateEventName, Set<string>>();

  constructor(world: World) {
    this.#world = world;
    const time = siteTimeOf(world);
    this.#gate = new BoomGate({ travelMs: 8_000, holdMs: 20_000 }, time);
    this.#contact = wireContact(world, this.#gate);
    this.#remote = new Remote(() => this.#gate.handleSignal(), time);
  }

  handleEdge(value: 0 | 1, at: number): void {
    this.#remote.handleEdge({ value, at });
  }

  reported(event: GateEvent): void {
    const texts = this.#told.get(event.gate) ?? new Set();
    this.#told.set(event.gate, texts.add(JSON.stringify(event)));
  }

  /** At the start of a day. Its evening begins at half past six, when nobody else comes. */
  begin(open: () => void): void {
    const contact = this.#contact;
    this.#at(18.5, () => {
      this.#gate.openByHand();
      this.#cause("opened-by-hand");
    });
    this.#at(19, () => {
      open();
      this.#cause("left-open");
    });
    this.#at(19.01, () => this.#gate.setHeld(true));
    this.#at(19.5, () => this.#gate.setHeld(false));
    this.#at(21, () => {
      contact?.stickAt(0);
      open();
      this.#cause("did-not-open");
    });
    this.#at(21.4, () => contact?.stickAt(undefined));
    this.#at(21.5, () => contact?.bounce(20));
  }

  get totals(): GateTotals {
    const entries = gateEventNames.map((name) => [
      name,
      { caused: this.#caused.get(name) ?? 0, told: this.#told.get(name)?.size ?? 0 },
    ]);
    return Object.fromEntries(entries) as GateTotals;
  }

  #cause(name: GateEventName): void {
    this.#caused.set(name, (this.#caused.get(name) ?? 0) + 1);
  }

  #at(hours: number, callback: () => void): void {
    this.#world.timeline.after(hours * hour, callback);
  }
}
