import { Agent, type AgentOptions } from "../device/agent.ts";
import type { Settings } from "../device/config.ts";
import type { FirmwareRecord } from "../device/firmware.ts";
import { gatesOf } from "../device/gate-settings.ts";
import { firmwareVersion } from "../device/version.ts";
import type { Fault } from "./faults/fault.ts";
import { ScriptedClock } from "./hardware/clock.ts";
import { createNodeDevice, type NodeDevice, type NodeDeviceOptions } from "./hardware/device.ts";
import { ScriptedInput } from "./hardware/input.ts";
import { FaultyLink } from "./hardware/link.ts";
import { gateHardware, SimulatedGate } from "./simulated-gate.ts";
import type { BoomGate, BoomOptions } from "./site/boom-gate.ts";
import type { Contact } from "./site/contact.ts";
import { PushButton } from "./site/push-button.ts";

/** As a cheap push button does, whenever it is pressed or released. */
const buttonBounceMs = 3;

/** What runs on the simulated hardware: the agent itself, or the agent on another engine. */
export interface Firmware extends Pick<Agent, "connectionState" | "start" | "stop"> {
  /**
   * Power-off: releases all resources outside the object. The firmware is not notified, calls back
   * no more, and is not used again.
   */
  powerOff?(): void;
}

export interface SimulatedBoxOptions
  extends Omit<
    NodeDeviceOptions,
    "pin" | "gatePin" | "gateInput" | "moreGates" | "button" | "link"
  > {
  readonly settings: Settings;
  /** of every gate; default: one that takes as long as the settings say, if they say it */
  readonly boom?: Partial<BoomOptions>;
  /** creates one for each power-on; default: the agent, in this process */
  makeFirmware?(options: AgentOptions): Firmware;
  onRecord?(record: SimulatedBoxRecord): void;
}

/** The firmware's records, and events of its environment. */
export type SimulatedBoxRecord =
  | FirmwareRecord
  | {
      /** `pin`: a gate's; `input`: that of the contact at a gate; `button`: that of the button */
      readonly type: "pin" | "input" | "button";
      readonly pin: number;
      readonly value: 0 | 1;
      /** when the edge was, on the scale of `performance.now()` */
      readonly at: number;
    }
  | { readonly type: "power"; readonly state: "off" | "on" }
  | ({ readonly type: "fault" } & Fault);

/**
 * One box on a laptop: the firmware's own agent on simulated hardware, with each pin wired to a
 * remote and its gate. As on the board, the pins exist, and are LOW, before anything else.
 */
export class SimulatedBox {
  /** in the order of the settings; one at least */
  readonly gates: readonly SimulatedGate[];
  /** at the box; undefined if the settings have none */
  readonly button: PushButton | undefined;
  readonly link = new FaultyLink();
  readonly #options: SimulatedBoxOptions;
  #device: NodeDevice;
  /** undefined while the power is off */
  #firmware: Firmware | undefined;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: SimulatedBoxOptions) {
    const { settings, boom, onRecord, makeFirmware: _, ...hardware } = options;
    this.#options = options;
    const { button } = settings;
    this.gates = gatesOf(settings).map((each) => new SimulatedGate(each, boom, onRecord));
    const buttonWire = button && new ScriptedInput(button.pin, 1);
    this.#device = createNodeDevice({
      ...hardware,
      ...gateHardware(this.gates.map(({ hardware }) => hardware)),
      ...(buttonWire === undefined ? {} : { button: buttonWire }),
      link: this.link,
    });
    if (buttonWire !== undefined) {
      const { number } = buttonWire;
      buttonWire.onEdge = (edge) => onRecord?.({ type: "button", pin: number, ...edge });
      this.button = new PushButton({ wire: buttonWire, bounceMs: buttonBounceMs });
    }
    this.#firmware = this.#makeFirmware();
  }

  /** The first gate. */
  get gate(): BoomGate {
    return this.#first.boom;
  }

  /** At the first gate; undefined if the settings have none. */
  get contact(): Contact | undefined {
    return this.#first.contact;
  }

  get #first(): SimulatedGate {
    const [first] = this.gates;
    if (first === undefined) throw new RangeError("a box has one gate at least");
    return first;
  }

  /** Its hardware since the last power-on; pins, network and storage are always the same. */
  get device(): NodeDevice {
    return this.#device;
  }

  get isPowerOff(): boolean {
    return this.#firmware === undefined;
  }

  get connectionState() {
    return this.#firmware?.connectionState ?? "stopped";
  }

  start(): void {
    this.#firmware?.start();
  }

  /** Writes LOW at once, disconnects cleanly from the broker, then stops the box completely. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        this.powerOff();
        resolve();
      };
      if (this.#firmware === undefined) finish();
      else this.#firmware.stop(finish);
    });
  }

  /**
   * Cuts the power at any moment: the pins fall, the firmware is discarded without notice, and its
   * connection goes silent. After `forMs`, a new one starts, with reset reason power-on, an unset
   * clock, and the stored data. If it is called while the power is off, it stays off for longer.
   */
  cutPower(forMs: number): void {
    clearTimeout(this.#restart);
    this.#restart = setTimeout(() => this.#powerOn(), forMs);
    if (this.#firmware === undefined) return;
    const firmware = this.#firmware;
    this.#firmware = undefined;
    for (const gate of this.gates) gate.cutPower();
    if (this.#device.button !== undefined) this.#device.button.onReadable = undefined;
    this.link.abandon();
    this.#device.timer.powerOff();
    this.#device.network.powerOff();
    this.#device.clock.powerOff();
    firmware.powerOff?.();
    this.#options.onRecord?.({ type: "power", state: "off" });
  }

  /** Nothing in the hardware calls back any more. */
  powerOff(): void {
    clearTimeout(this.#restart);
    for (const gate of this.gates) gate.powerOff();
    this.button?.powerOff();
    this.#device.network.powerOff();
    this.#device.clock.powerOff();
  }

  #powerOn(): void {
    const { identity } = this.#options;
    const { button, network, storage, clock } = this.#device;
    this.#device = createNodeDevice({
      identity,
      ...gateHardware(this.gates.map(({ hardware }) => hardware)),
      ...(button === undefined ? {} : { button }),
      network,
      storage,
      link: this.link,
      clock: new ScriptedClock(clock.script),
      resetReason: "power-on",
    });
    this.#options.onRecord?.({ type: "power", state: "on" });
    this.#firmware = this.#makeFirmware();
    this.#firmware.start();
  }

  #makeFirmware(): Firmware {
    const { settings, onRecord, makeFirmware } = this.#options;
    const options: AgentOptions = {
      device: this.#device,
      settings,
      firmware: firmwareVersion,
      ...(onRecord === undefined ? {} : { onRecord }),
    };
    return makeFirmware?.(options) ?? new Agent(options);
  }
}
