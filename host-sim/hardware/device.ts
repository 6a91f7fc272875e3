import type { Device, ResetReason } from "../../device/hal.ts";
import { ScriptedClock } from "./clock.ts";
import type { FaultyLink } from "./link.ts";
import { ScriptedNetwork } from "./network.ts";
import { RecordedPin } from "./pin.ts";
import { MemoryStorage } from "./storage.ts";
import { NodeTimer, type PoweredTimer } from "./timer.ts";
import { NodeTLSSocket, type TLSIdentity } from "./tls.ts";

export interface NodeDeviceOptions {
  readonly pin: number;
  readonly identity: TLSIdentity;
  readonly resetReason?: ResetReason;
  readonly network?: ScriptedNetwork;
  readonly clock?: ScriptedClock;
  /** goes by the same time as `clock`; default: Node's */
  readonly timer?: PoweredTimer;
  /** uniform in [0, 1); default: Math.random */
  readonly random?: () => number;
  /** what a box before this one left behind */
  readonly storage?: MemoryStorage;
  /** the pin that the box before this one had; default: one of its own, with `pin` as its number */
  readonly gatePin?: RecordedPin;
  /** a way to the broker that faults can be put on; default: none, and nothing is lost or late */
  readonly link?: FaultyLink;
}

/** All of `hal.ts` on Node, with the parts that can be scripted in reach. */
export interface NodeDevice extends Device {
  readonly gatePin: RecordedPin;
  readonly network: ScriptedNetwork;
  readonly clock: ScriptedClock;
  readonly storage: MemoryStorage;
  readonly timer: PoweredTimer;
}

export function createNodeDevice(options: NodeDeviceOptions): NodeDevice {
  const { identity, link } = options;
  return {
    gatePin: options.gatePin ?? new RecordedPin(options.pin),
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
    connect:
      link === undefined
        ? (socketOptions) => new NodeTLSSocket(socketOptions, identity)
        : (socketOptions) => link.connect(socketOptions, identity),
  };
}
