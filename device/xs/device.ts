import type NativeKeyValue from "embedded:storage/key-value";
import type Time from "time";
import type NativeTimer from "timer";
import type {
  Device,
  DigitalInput,
  GateHardware,
  NetworkInterface,
  PulseOutput,
  Timer,
  TLSSocketOptions,
  UpdateHardware,
} from "../hal.ts";
import { XsClock } from "./clock.ts";
import { certificateEndsAt, requestOf } from "./credentials.ts";
import { XsKeyValue } from "./key-value.ts";
import { createResolve, type NativeResolve } from "./resolve.ts";
import type { SntpOptions } from "./sntp.ts";
import { type SystemModules, XsSystem } from "./system.ts";
import { Ticks } from "./ticks.ts";
import { XsTimer } from "./timer.ts";
import { type TLSContext, XsTLSSocket } from "./tls-socket.ts";

/** Moddable's modules, and the instances that exist already. */
export interface XsModules
  extends Omit<SntpOptions, "timer" | "resolve">,
    Omit<TLSContext, "timer" | "resolve">,
    SystemModules {
  readonly time: typeof Time;
  readonly nativeTimer: Pick<typeof NativeTimer, "set" | "clear">;
  readonly keyValue: typeof NativeKeyValue;
  readonly resolve: NativeResolve;
  readonly gatePin: PulseOutput;
  /** absent if there is no contact at the gate */
  readonly gateInput?: DigitalInput;
  /** absent if there is one gate */
  readonly moreGates?: readonly GateHardware[];
  /** absent if the box has no button that opens */
  readonly button?: DigitalInput;
  readonly openNetwork: (timer: Timer) => NetworkInterface;
  /** absent if the firmware cannot be replaced */
  readonly updates?: UpdateHardware;
  /** reports an error that does not stop the box */
  readonly onFailure: (detail: string) => void;
}

/** Implements all of `hal.ts` on Moddable. */
export function createXsDevice(modules: XsModules): Device {
  const ticks = new Ticks(modules.time);
  const timer = new XsTimer(modules.nativeTimer, ticks);
  // One for all parts: on the board, every object counts.
  const context = { ...modules, ticks, timer, resolve: createResolve(modules.resolve, timer) };
  return {
    gatePin: modules.gatePin,
    ...(modules.gateInput === undefined ? {} : { gateInput: modules.gateInput }),
    ...(modules.moreGates === undefined ? {} : { moreGates: modules.moreGates }),
    ...(modules.button === undefined ? {} : { button: modules.button }),
    network: modules.openNetwork(timer),
    clock: new XsClock(context),
    timer,
    storage: new XsKeyValue(modules.keyValue, modules.onFailure),
    system: new XsSystem(modules),
    ...(modules.updates === undefined ? {} : { updates: modules.updates }),
    certificateRequest: () => requestOf(modules),
    certificateEndsAt: (identity) => certificateEndsAt(modules, identity),
    connect: (options: TLSSocketOptions) => new XsTLSSocket(context, options),
  };
}
