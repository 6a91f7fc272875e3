import type { Device, ResetReason, Timer } from "../../device/hal.ts";
import { ScriptedClock } from "./clock.ts";
import { ScriptedNetwork } from "./network.ts";
import { RecordedPin } from "./pin.ts";
import { MemoryStorage } from "./storage.ts";
import { NodeTimer } from "./timer.ts";
import { NodeTLSSocket, type TLSIdentity } from "./tls.ts";

export interface NodeDeviceOptions {
  readonly pin: number;
  readonly identity: TLSIdentity;
  readonly resetReason?: ResetReason;
  readonly network?: ScriptedNetwork;
  readonly clock?: ScriptedClock;
  /** goes by the same time as `clock`; default: Node's */
  readonly timer?: Timer;
  /** uniform in [0, 1); default: Math.random */
  readonly random?: () => number;
  /** what a box before this one left behind */
  readonly storage?: MemoryStorage;
}

/** All of `hal.ts` on Node, with the parts that can be scripted in reach. */
export interface NodeDevice extends Device {
  readonly gatePin: RecordedPin;
  readonly network: ScriptedNetwork;
  readonly clock: ScriptedClock;
  readonly storage: MemoryStorage;
}

export function createNodeDevice(options: NodeDeviceOptions): NodeDevice {
  return {
    gatePin: new RecordedPin(options.pin),
    network: options.network ?? new ScriptedNetwork(),
    clock: options.clock ?? new ScriptedClock(),
    storage: options.storage ?? new MemoryStorage(),
    timer: options.timer ?? new NodeTimer(),
    system: {
      resetReason: options.resetReason ?? "power-on",
      // The heap of a laptop says nothing about a box.
      freeHeap: () => undefined,
      random: options.random ?? Math.random,
    },
    connect: (socketOptions) => new NodeTLSSocket(socketOptions, options.identity),
  };
}
