import { Agent, type AgentOptions } from "../../device/agent.ts";
import { ownFiles } from "../../device/box-contents.ts";
import { BoxData, boxPartitionLength } from "../../device/box-data.ts";
import type { Settings } from "../../device/config.ts";
import { Firmware as WholeFirmware } from "../../device/firmware.ts";
import type { FirmwareSlots, TimerHandle, UpdateHardware } from "../../device/hal.ts";
import { settingsFile, writeSettings } from "../../device/settings-text.ts";
import { ScriptedClock } from "../hardware/clock.ts";
import { MemoryFlash } from "../hardware/flash.ts";
import type { PoweredTimer } from "../hardware/timer.ts";
import type { TLSIdentity } from "../hardware/tls.ts";
import { Sha256, updateVerifier } from "../hardware/update.ts";
import { type Firmware, SimulatedBox } from "../simulated-box.ts";
import type { XsBox } from "../xs/firmware.ts";
import type { ClientFeature } from "./case.ts";
import type { Pace } from "./pace.ts";
import type { RunningClient } from "./run.ts";

/** An agent, or all of the firmware around it. */
export type BoxFirmware = AgentOptions & Pick<XsBox, "setup">;

export interface BoxClientOptions {
  /** the host of the advisor, too */
  readonly settings: Settings;
  readonly identity: TLSIdentity;
  /** the box's clock and timers */
  readonly pace: Pace;
  /** what the box is set to do besides its work at the gate */
  readonly feature?: ClientFeature;
  /** the public keys in its image; default: none */
  readonly updateKeys?: readonly string[];
  /** uniform in [0, 1); default: Math.random */
  readonly random?: () => number;
  /** default: in this process; `onFailed` is called when it fails */
  makeFirmware?(firmware: BoxFirmware, onFailed: (error: Error) => void): Firmware;
}

export const boxChip = "ESP32";

/** Our own firmware on simulated hardware. The advisor controls its time. */
export function startBoxClient(options: BoxClientOptions): RunningClient {
  const { identity, pace, feature, updateKeys = [], random, makeFirmware = runHere } = options;
  const settings = settingsWith(options.settings, feature);
  let problem: string | undefined;
  const box = new SimulatedBox({
    settings,
    identity,
    clock: new ScriptedClock(undefined, {
      // A box that reads its clock is active.
      now: () => {
        pace.stir();
        return pace.now();
      },
      date: () => pace.date(),
    }),
    timer: new PacedTimer(pace),
    ...(random === undefined ? {} : { random }),
    ...(feature === "jobs" ? { updates: updateHardware(updateKeys) } : {}),
    makeFirmware: (agent) => {
      // Only all of the firmware can try other settings: it keeps them in its partition.
      const firmware = feature === "shadow" ? { ...agent, setup: setupWith(settings) } : agent;
      return makeFirmware(firmware, (error) => {
        problem = error.message;
      });
    },
  });
  box.start();
  return {
    problem() {
      const { edges } = box.device.gatePin;
      // No case sends a command that opens the gate.
      return edges.length === 0 ? problem : `pin ${settings.pin} moved, edges: ${edges.length}`;
    },
    stop: () => box.stop(),
  };
}

function settingsWith(settings: Settings, feature: ClientFeature | undefined): Settings {
  switch (feature) {
    case "shadow":
      return { ...settings, shadow: true, networks: [{ SSID: "advisor" }] };
    case "jobs":
      return { ...settings, updates: "aws" };
    case undefined:
      return settings;
  }
}

function runHere({ setup, ...agent }: BoxFirmware): Firmware {
  if (setup === undefined) return new Agent(agent);
  const { device, firmware, onRecord } = agent;
  return new WholeFirmware({
    device,
    data: new BoxData(setup.flash),
    setup: {},
    networkKind: setup.networkKind,
    version: firmware,
    chip: setup.chip,
    onRecord: (record) => {
      if (record.type !== "setup" && record.type !== "crash") onRecord?.(record);
    },
  });
}

/** A partition with these settings. The identity is the hardware's: the files need only be there. */
function setupWith(settings: Settings): NonNullable<XsBox["setup"]> {
  const flash = MemoryFlash.erased(boxPartitionLength);
  const files = ownFiles.map((name): [string, Uint8Array] => [name, Uint8Array.of(0)]);
  // A file has no empty list: it would name no gate.
  const { gates: _, ...written } = settings;
  new BoxData(flash).write(new Map([[settingsFile, writeSettings(written)], ...files]));
  const serial = { onReceived: undefined, write() {} };
  return { flash, serial, networkKind: settings.network, chip: boxChip };
}

function updateHardware(keys: readonly string[]): UpdateHardware {
  return {
    slots: untouchedSlots,
    chip: boxChip,
    network: undefined,
    keyCount: keys.length,
    verify: updateVerifier(keys),
    makeDigest: () => new Sha256(),
  };
}

const touched = (): never => {
  throw new Error("no case brings another firmware");
};

/** The running firmware is confirmed, and no case replaces it. */
const untouchedSlots: FirmwareSlots = {
  runningState: "valid",
  hasOtherFailed: false,
  otherLength: 0x1f_0000,
  forgetOther: touched,
  erase: touched,
  write: touched,
  read: touched,
  select: touched,
  confirm: touched,
  rollBack: touched,
  restart: touched,
};

/** The box's own timers among those it shares with the advisor: only these stop with its power. */
class PacedTimer implements PoweredTimer {
  readonly #pace: Pace;
  readonly #armed = new Set<TimerHandle>();

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  set(callback: () => void, delayMs: number): TimerHandle {
    const handle = this.#pace.set(() => {
      this.#armed.delete(handle);
      callback();
    }, delayMs);
    this.#armed.add(handle);
    return handle;
  }

  clear(handle: TimerHandle): void {
    this.#armed.delete(handle);
    this.#pace.clear(handle);
  }

  powerOff(): void {
    for (const handle of this.#armed) this.clear(handle);
  }
}
