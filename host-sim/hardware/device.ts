import type {
  Device,
  Identity,
  ResetReason,
  System,
  TLSSocket,
  TLSSocketOptions,
  UpdateHardware,
} from "../../device/hal.ts";
import { ScriptedClock } from "./clock.ts";
import type { ScriptedInput } from "./input.ts";
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

/** A gate's pin, and its contact if it has one. */
export interface NodeGate {
  readonly pin: RecordedPin;
  readonly input?: ScriptedInput;
}

export interface NodeDeviceOptions {
  readonly pin: number;
  readonly identity: TLSIdentity;
  /** for a box that claims its certificate; its built-in `identity` is then only the CA */
  readonly claim?: ClaimIdentity;
  readonly resetReason?: ResetReason;
  readonly network?: ScriptedNetwork;
  readonly clock?: ScriptedClock;
  /** uses the same time as `clock`; default: Node's */
  readonly timer?: PoweredTimer;
  /** uniform in [0, 1); default: Math.random */
  readonly random?: () => number;
  /** what a previous box left in storage */
  readonly storage?: MemoryStorage;
  /** the pin of the previous box; default: its own, with `pin` as its number */
  readonly gatePin?: RecordedPin;
  /** the contact at the gate; absent if there is none */
  readonly gateInput?: ScriptedInput;
  /** the gates after the first; absent if there is one gate */
  readonly moreGates?: readonly NodeGate[];
  /** the button at the box; absent if there is none */
  readonly button?: ScriptedInput;
  /** absent if its firmware cannot be replaced */
  readonly updates?: UpdateHardware;
  /** a link to the broker that faults can be applied to; default: none, without loss or delay */
  readonly link?: FaultyLink;
}

/** All of `hal.ts` on Node, with access to the scriptable parts. */
export interface NodeDevice extends Device {
  readonly gatePin: RecordedPin;
  readonly gateInput?: ScriptedInput;
  readonly moreGates?: readonly NodeGate[];
  readonly button?: ScriptedInput;
  readonly network: ScriptedNetwork;
  readonly clock: ScriptedClock;
  readonly storage: MemoryStorage;
  readonly timer: PoweredTimer;
}

export function createNodeDevice(options: NodeDeviceOptions): NodeDevice {
  return new Hardware(options);
}

/** A class, so that a thousand boxes share its methods. */
class Hardware implements NodeDevice {
  readonly gatePin: RecordedPin;
  readonly gateInput?: ScriptedInput;
  readonly moreGates?: readonly NodeGate[];
  readonly button?: ScriptedInput;
  readonly network: ScriptedNetwork;
  readonly clock: ScriptedClock;
  readonly storage: MemoryStorage;
  readonly timer: PoweredTimer;
  readonly system: System;
  readonly updates?: UpdateHardware;
  readonly #identities: TLSIdentities;
  readonly #claim: ClaimIdentity | undefined;
  readonly #link: FaultyLink | undefined;

  constructor(options: NodeDeviceOptions) {
    this.gatePin = options.gatePin ?? new RecordedPin(options.pin);
    if (options.gateInput !== undefined) this.gateInput = options.gateInput;
    if (options.moreGates !== undefined) this.moreGates = options.moreGates;
    if (options.button !== undefined) this.button = options.button;
    this.network = options.network ?? new ScriptedNetwork();
    this.clock = options.clock ?? new ScriptedClock();
    this.storage = options.storage ?? new MemoryStorage();
    this.timer = options.timer ?? new NodeTimer();
    this.system = {
      resetReason: options.resetReason ?? "power-on",
      freeHeap: unknownHeap,
      random: options.random ?? Math.random,
    };
    if (options.updates !== undefined) this.updates = options.updates;
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
      // It is invalid, or not for this key: the peer will report it.
      return undefined;
    }
  }

  connect(options: TLSSocketOptions): TLSSocket {
    return openSocket(options, this.#identities, this.#link);
  }
}

/** A laptop's heap is meaningless for a box. */
const unknownHeap = () => undefined;

/**
 * A certificate that is invalid or does not match the key is refused by the peer; OpenSSL already
 * throws.
 */
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
