import { laptop, type Reachable } from "../hardware/network.ts";
import type { SimulatedBox, SimulatedBoxRecord } from "../simulated-box.ts";
import type { SimulatedGate } from "../simulated-gate.ts";
import type { Fault } from "./fault.ts";

/** A broker that can be stopped and started. */
export interface FaultyBroker {
  down(): void;
  up(): void;
}

/** The current faults. */
export interface FaultState {
  readonly isWifiOff: boolean;
  readonly isElsewhere: boolean;
  readonly isBrokerDown: boolean;
  readonly latencyMs: number;
  readonly lossPercent: number;
  readonly isNtpBlocked: boolean;
  /** offset of the time servers */
  readonly skewMs: number;
  /** how far all jumps together have moved the box's clock */
  readonly jumpedMs: number;
  readonly isPowerOff: boolean;
  /** the first gate, as the contact */
  readonly isGateHeld: boolean;
  /** of the contact at the gate; undefined if there is none */
  readonly contact:
    | { readonly stuckAt: 0 | 1 | undefined; readonly isBouncing: boolean; readonly level: 0 | 1 }
    | undefined;
  /** at the box; undefined if there is none */
  readonly button: { readonly isPressed: boolean; readonly isBouncing: boolean } | undefined;
}

export const noFaults: FaultState = {
  isWifiOff: false,
  isElsewhere: false,
  isBrokerDown: false,
  latencyMs: 0,
  lossPercent: 0,
  isNtpBlocked: false,
  skewMs: 0,
  jumpedMs: 0,
  isPowerOff: false,
  isGateHeld: false,
  contact: undefined,
  button: undefined,
};

export interface FaultInjectorOptions {
  readonly box: SimulatedBox;
  /** default: the connection is cut and refused on the box's side, with any broker */
  readonly broker?: FaultyBroker;
  onRecord?(record: SimulatedBoxRecord): void;
}

/**
 * How long a box waits for time servers that do not answer; the real one waits two seconds for
 * each.
 */
const ntpSilenceMs = 2_000;

/** Applies a {@link Fault} to a box; can be repeated at any time. */
export class FaultInjector {
  readonly #options: FaultInjectorOptions;
  #accessPoint: Reachable = laptop;
  #isWifiOff = false;
  #isBrokerDown = false;
  #isNtpBlocked = false;
  #skewMs = 0;
  #jumpedMs = 0;

  constructor(options: FaultInjectorOptions) {
    this.#options = options;
  }

  get state(): FaultState {
    const { box } = this.#options;
    return {
      isWifiOff: this.#isWifiOff,
      isElsewhere: this.#accessPoint !== laptop,
      isBrokerDown: this.#isBrokerDown,
      latencyMs: box.link.latencyMs,
      lossPercent: box.link.lossPercent,
      isNtpBlocked: this.#isNtpBlocked,
      skewMs: this.#skewMs,
      jumpedMs: this.#jumpedMs,
      isPowerOff: box.isPowerOff,
      isGateHeld: box.gate.isHeld,
      contact: box.contact,
      button: box.button,
    };
  }

  /** The record comes first, then its consequences. */
  apply(fault: Fault): void {
    const { box, onRecord } = this.#options;
    onRecord?.({ type: "fault", ...fault });
    switch (fault.fault) {
      case "wifi-off":
        this.#setWifiOff(true);
        break;
      case "wifi-on":
        this.#setWifiOff(false);
        break;
      case "access-point": {
        const { address, rssi } = fault;
        const isLaptop = address === laptop.address && rssi === laptop.RSSI;
        this.#accessPoint = isLaptop ? laptop : { address, RSSI: rssi };
        if (!this.#isWifiOff) this.#reach([this.#accessPoint]);
        break;
      }
      case "broker-down":
        this.#setBrokerDown(true);
        break;
      case "broker-up":
        this.#setBrokerDown(false);
        break;
      case "latency":
        box.link.latencyMs = fault.ms;
        break;
      case "loss":
        box.link.lossPercent = fault.percent;
        break;
      case "clock-skew":
        this.#skewMs = fault.ms;
        this.#scriptTime();
        break;
      case "clock-jump":
        this.#jumpedMs += fault.ms;
        box.device.clock.jump(fault.ms);
        break;
      case "ntp-blocked":
        this.#isNtpBlocked = true;
        this.#scriptTime();
        break;
      case "ntp-answers":
        this.#isNtpBlocked = false;
        this.#scriptTime();
        break;
      case "power-cut":
        box.cutPower(fault.forMs);
        break;
      case "gate-by-hand":
        this.#gate(fault).boom.openByHand();
        break;
      case "gate-held":
        this.#gate(fault).boom.setHeld(true);
        break;
      case "gate-released":
        this.#gate(fault).boom.setHeld(false);
        break;
      case "contact-stuck":
        this.#gate(fault).contact?.stickAt(fault.level === 1 ? 1 : 0);
        break;
      case "contact-free":
        this.#gate(fault).contact?.stickAt(undefined);
        break;
      case "contact-bounce":
        this.#gate(fault).contact?.bounce(fault.forMs);
        break;
      case "button-press":
        box.button?.press(fault.forMs);
        break;
      case "button-bounce":
        box.button?.bounce(fault.forMs);
    }
  }

  /** @throws RangeError when the box has no such gate */
  #gate({ gate: name }: { readonly gate?: string }): SimulatedGate {
    const { gates } = this.#options.box;
    const gate = name === undefined ? gates[0] : gates.find((each) => each.name === name);
    if (gate === undefined) throw new RangeError(`the box has no gate ${name}`);
    return gate;
  }

  #setWifiOff(isOff: boolean): void {
    if (isOff === this.#isWifiOff) return;
    this.#isWifiOff = isOff;
    this.#reach(isOff ? [] : [this.#accessPoint]);
  }

  /** Connections do not survive their network, and neither end is notified. */
  #reach(reachable: readonly Reachable[]): void {
    const { box } = this.#options;
    box.link.abandon();
    box.device.network.reach(reachable);
  }

  #setBrokerDown(isDown: boolean): void {
    const { box, broker } = this.#options;
    if (isDown === this.#isBrokerDown) return;
    this.#isBrokerDown = isDown;
    if (broker === undefined) box.link.refuse(isDown);
    else if (isDown) broker.down();
    else broker.up();
  }

  #scriptTime(): void {
    this.#options.box.device.clock.script = this.#isNtpBlocked
      ? { type: "blocked", afterMs: ntpSilenceMs }
      : { type: "answers", afterMs: 1, skewMs: this.#skewMs };
  }
}
