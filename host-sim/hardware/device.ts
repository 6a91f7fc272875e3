import type {
  Device,
  Identity,
  ResetReason,
  System,
  TLSSocket,
  TLSSocketOptions,
} from "../../device/hal.ts";
import { ScriptedClock } from "./clock.ts";
import type { FaultyLink } from "./link.ts";
import { ScriptedNetwork } from "./network.ts";
import { RecordedPin } from "./pin.ts";
import { MemoryStorage } from "./storage.ts";
import { NodeTimer, type PoweredTimer } from "./timer.ts";
import {
  type ClaimIdentity,
  NodeTLSSocket,
  TLSIdentities,
  type TLSIdentity,
  UnusableSocket,
} from "./tls.ts";

export interface NodeDeviceOptions {
  readonly pin: number;
  readonly identity: TLSIdentity;
  /** for a box that claims its certificate; `identity` is then what it has built in: the CA alone */
  readonly claim?: ClaimIdentity;
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
  return new Hardware(options);
}

/** A class, as a thousand boxes then share its methods. */
class Hardware implements NodeDevice {
  readonly gatePin: RecordedPin;
  readonly network: ScriptedNetwork;
  readonly clock: ScriptedClock;
  readonly storage: MemoryStorage;
  readonly timer: PoweredTimer;
  readonly system: System;
  readonly #identities: TLSIdentities;
  readonly #claim: ClaimIdentity | undefined;
  readonly #link: FaultyLink | undefined;

  constructor(options: NodeDeviceOptions) {
    this.gatePin = options.gatePin ?? new RecordedPin(options.pin);
    this.network = options.network ?? new ScriptedNetwork();
    this.clock = options.clock ?? new ScriptedClock();
    this.storage = options.storage ?? new MemoryStorage();
    this.timer = options.timer ?? new NodeTimer();
    this.system = {
      resetReason: options.resetReason ?? "power-on",
      freeHeap: unknownHeap,
      random: options.random ?? Math.random,
    };
    this.#identities = new TLSIdentities(options.identity, options.claim);
    this.#claim = options.claim;
    this.#link = options.link;
  }

  certificateRequest(): string | undefined {
    return this.#claim?.request;
  }

  certificateEndsAt(own: Identity): number | undefined {
    try {
      return this.#identities.of(own).certificateEndsAt;
    } catch {
      // It is none, or not for this key: who is shown it will say so.
      return undefined;
    }
  }

  connect(options: TLSSocketOptions): TLSSocket {
    return openSocket(options, this.#identities, this.#link);
  }
}

/** The heap of a laptop says nothing about a box. */
const unknownHeap = () => undefined;

/** What is no certificate, or not the key's, is the peer's to refuse; OpenSSL does so itself, by throwing. */
function openSocket(
  options: TLSSocketOptions,
  identities: TLSIdentities,
  link: FaultyLink | undefined,
): TLSSocket {
  let identity: TLSIdentity;
  try {
    identity = identities.of(options.identity ?? { type: "built-in" });
  } catch (error) {
    return new UnusableSocket(options, String(error));
  }
  return link?.connect(options, identity) ?? new NodeTLSSocket(options, identity);
}
