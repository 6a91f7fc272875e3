import type { Fault } from "../faults/fault.ts";
import { type FaultState, noFaults } from "../faults/injector.ts";
import type { SimulatedBoxRecord } from "../simulated-box.ts";
import { Emulator, type EmulatorOptions } from "./emulator.ts";
import type { Relay } from "./relay.ts";
import type { SerialLine } from "./serial-line.ts";
import type { TimeServer } from "./time-server.ts";

export interface EmulatedBoxOptions
  extends Pick<EmulatorOptions, "qemu" | "chip" | "flash" | "directory" | "pins"> {
  readonly relay: Relay;
  readonly timeServer: TimeServer;
  onRecord(record: SimulatedBoxRecord): void;
  /** Serial output that is not a record: resets, a panic. */
  onText(text: string): void;
  /** It cannot continue; `words` contains the reason. */
  onFailed(words: string): void;
}

/** The faults that an emulator supports; its hardware lacks the others. */
const faults: readonly Fault["fault"][] = [
  ...(["wifi-off", "wifi-on", "broker-down", "broker-up", "latency", "loss"] as const),
  ...(["clock-skew", "ntp-blocked", "ntp-answers", "power-cut"] as const),
];

/** Time limit from power-on to the firmware's first line, on a busy machine. */
export const bootTimeoutMs = 30_000;

/**
 * A box whose firmware runs on an emulated ESP32, with its broker and its time server on this
 * machine.
 */
export class EmulatedBox {
  readonly #options: EmulatedBoxOptions;
  #emulator: Emulator | undefined;
  #restart: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #state: FaultState = noFaults;

  constructor(options: EmulatedBoxOptions) {
    this.#options = options;
  }

  static canHave(fault: Fault): boolean {
    return faults.includes(fault.fault);
  }

  get state(): FaultState {
    const { relay, timeServer } = this.#options;
    return {
      ...this.#state,
      latencyMs: relay.latencyMs,
      lossPercent: relay.lossPercent,
      isNtpBlocked: timeServer.isSilent,
      skewMs: timeServer.skewMs,
      isPowerOff: this.#emulator === undefined,
    };
  }

  start(): void {
    this.#powerOn();
  }

  /** The record comes first, then its consequences. Unsupported faults are ignored. */
  apply(fault: Fault): void {
    if (!EmulatedBox.canHave(fault)) {
      this.#options.onText(`${fault.fault}: an emulated box cannot have this fault`);
      return;
    }
    const { relay, timeServer, onRecord } = this.#options;
    onRecord({ type: "fault", ...fault });
    switch (fault.fault) {
      case "wifi-off":
      case "wifi-on":
        this.#state = { ...this.#state, isWifiOff: fault.fault === "wifi-off" };
        this.#emulator?.setCable(!this.#state.isWifiOff);
        break;
      case "broker-down":
      case "broker-up":
        this.#state = { ...this.#state, isBrokerDown: fault.fault === "broker-down" };
        relay.refuse(this.#state.isBrokerDown);
        break;
      case "latency":
        relay.latencyMs = fault.ms;
        break;
      case "loss":
        relay.lossPercent = fault.percent;
        break;
      case "clock-skew":
        timeServer.skewMs = fault.ms;
        break;
      case "ntp-blocked":
      case "ntp-answers":
        timeServer.isSilent = fault.fault === "ntp-blocked";
        break;
      case "power-cut":
        this.#cutPower(fault.forMs);
    }
  }

  /** Cuts the power permanently. */
  powerOff(): void {
    clearTimeout(this.#restart);
    clearTimeout(this.#silence);
    this.#emulator?.cutPower();
    this.#emulator = undefined;
  }

  #cutPower(forMs: number): void {
    const wasOn = this.#emulator !== undefined;
    this.powerOff();
    if (wasOn) this.#options.onRecord({ type: "power", state: "off" });
    this.#restart = setTimeout(() => {
      this.#options.onRecord({ type: "power", state: "on" });
      this.#powerOn();
    }, forMs);
  }

  #powerOn(): void {
    const { qemu, chip, flash, directory, pins, onRecord, onFailed } = this.#options;
    this.#emulator = new Emulator({
      qemu,
      ...(chip === undefined ? {} : { chip }),
      flash,
      directory,
      pins,
      onSerial: (line) => this.#handleSerial(line),
      onPin: (pin, { value, at }) => onRecord({ type: "pin", pin, value, at }),
      onEnded: (words) => {
        this.powerOff();
        onFailed(`the emulator exited: ${words}`);
      },
    });
    if (this.#state.isWifiOff) this.#emulator.setCable(false);
    this.#silence = setTimeout(() => {
      this.powerOff();
      onFailed(
        `no output from the firmware within ${bootTimeoutMs / 1000} s of power-on: rebuild the image`,
      );
    }, bootTimeoutMs);
  }

  #handleSerial(line: SerialLine): void {
    switch (line.type) {
      case "record":
        clearTimeout(this.#silence);
        this.#options.onRecord(line.record);
        break;
      case "reset":
        this.#options.onText(`reset: ${line.cause}`);
        break;
      case "text":
        this.#options.onText(line.text);
    }
  }
}
