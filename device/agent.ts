import { type Effect, makeBox, makeClaimer, type SettingsChanges } from "./agent-machines.ts";
import type { Settings } from "./config.ts";
import type { OfGate } from "./core/box.ts";
import type { ClaimReport } from "./core/claimer.ts";
import type { ConnectionState } from "./core/connection.ts";
import { PacketParser } from "./core/mqtt/codec.ts";
import type { ShadowReport } from "./core/shadow.ts";
import type { SlotOperation } from "./core/slot-operation.ts";
import type { StateMachine } from "./core/state-machine.ts";
import type { UpdateReport } from "./core/update-effect.ts";
import type { CrashMemory } from "./crash-memory.ts";
import { GatePin } from "./gate-pin.ts";
import { gatesOf } from "./gate-settings.ts";
import {
  type Device,
  gatesOfDevice,
  type Instant,
  networkReady,
  type SocketError,
  type TimerHandle,
  type TLSSocket,
} from "./hal.ts";
import type { EventReport } from "./messages/event.ts";
import type { GateEvent, GateStatus } from "./messages/gate.ts";
import type { StatusReport } from "./messages/status.ts";
import { OwnCertificate } from "./own-certificate.ts";
import { PacedInput } from "./paced-input.ts";
import { performOperation } from "./slot-operations.ts";
import { WriteQueue } from "./write-queue.ts";

/** What an observer receives: a terminal, a log, a test. It contains no secrets. */
export type AgentRecord =
  | {
      readonly type: "connection";
      readonly state: ConnectionState;
      /** why the state before was left; null on the way up */
      readonly reason: string | null;
    }
  | ({ readonly type: "claim" } & ClaimReport)
  | ({ readonly type: "shadow" } & ShadowReport)
  | ({ readonly type: "event" } & OfGate & EventReport)
  | ({ readonly type: "gate-event" } & OfGate & GateEvent)
  | ({ readonly type: "gate" } & OfGate & GateStatus)
  | ({ readonly type: "status" } & StatusReport)
  | ({ readonly type: "update" } & UpdateReport);

export interface AgentOptions {
  readonly device: Device;
  readonly settings: Settings;
  readonly firmware: string;
  /** shared by many boxes in one process; by default, each box has its own */
  readonly parser?: PacketParser;
  /** what becomes of changes of the settings from far away; default: they are refused */
  readonly changes?: SettingsChanges;
  /** what is known of a crash: told if the settings say so */
  readonly crashes?: CrashMemory;
  onRecord?(record: AgentRecord): void;
  /** A gate's pin has risen or fallen. @param isHigh whether one is HIGH now */
  onPulse?(isHigh: boolean): void;
}

/** A timer that is later than this is lost. */
const lostAfterMs = 1_000;

/**
 * The only drive loop. It passes the hardware's callbacks to the state machine, carries out the
 * effects and arms one timer. If anything in it throws, the pin goes LOW before the error
 * propagates.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #device: Device;
  readonly #parser: PacketParser;
  /** in the order of the settings */
  readonly #pins: readonly GatePin[];
  readonly #certificate: OwnCertificate;
  readonly #queue = new WriteQueue();
  #machine: StateMachine<Effect>;
  #socket: TLSSocket | undefined;
  #wake: { readonly handle: TimerHandle; readonly at: number } | undefined;
  #onStopped: (() => void) | undefined;

  constructor(options: AgentOptions) {
    const { device, settings } = options;
    this.#options = options;
    this.#device = device;
    this.#parser = options.parser ?? new PacketParser();
    const hardware = gatesOfDevice(device);
    this.#pins = gatesOf(settings).map(({ pulseMs, pulseCapMs }, index) => {
      const pin = hardware[index]?.pin;
      if (pin === undefined) throw new RangeError(`the device has no pin for gate ${index}`);
      return new GatePin(pin, device.timer, {
        pulseMs,
        capMs: pulseCapMs,
        onCapped: () => this.#handle((now) => this.#machine.capped?.(index, now) ?? []),
      });
    });
    this.#certificate = new OwnCertificate(device.storage, settings.claim);
    // Nobody hears more than what was printed.
    if (!settings.log) options.crashes?.told();
    const template = this.#certificate.firstClaim();
    this.#machine =
      template === undefined
        ? this.#makeBox()
        : makeClaimer(options, this.#parser, template, false);
    device.network.onChanged = () => this.#handleNetwork();
  }

  get connectionState(): ConnectionState {
    return this.#machine.connectionState;
  }

  /** A pulse is under way; {@link Agent.stop} would cut it short. */
  get isPulsing(): boolean {
    return this.#pins.some(({ isPulsing }) => isPulsing);
  }

  start(): void {
    const { button, timer } = this.#device;
    gatesOfDevice(this.#device).forEach(({ input }, index) => {
      if (input === undefined) return;
      new PacedInput(input, timer, () =>
        this.#handle((now) => this.#machine.inputChanged?.(index, now) ?? []),
      );
    });
    if (button !== undefined) {
      new PacedInput(button, timer, () =>
        this.#handle((now) => this.#machine.buttonChanged?.(now) ?? []),
      );
    }
    this.#handle((now) => this.#machine.start(now));
  }

  /**
   * Writes LOW at once, then takes at most two seconds to disconnect cleanly. `onStopped` is called
   * at the end.
   */
  stop(onStopped: () => void = () => {}): void {
    this.#onStopped = onStopped;
    this.#handle((now) => this.#machine.stop(now));
  }

  #makeBox(): StateMachine<Effect> {
    return makeBox(this.#options, this.#parser, this.#certificate.identityFor("own"));
  }

  #handle(input: (now: Instant) => Effect[]): void {
    try {
      const now = this.#device.clock.now();
      this.#apply(input(now), now);
      // One packet at a time, and the clock is read before each: a pulse can end between two
      // packets.
      while (this.#machine.hasMore) {
        const next = this.#device.clock.now();
        this.#apply(this.#machine.handleMore(next), next);
      }
      const template = this.#certificate.nextClaim(this.#machine, now);
      if (template !== undefined) {
        this.#replace(makeClaimer(this.#options, this.#parser, template, true), now);
      }
      this.#arm();
    } catch (error) {
      for (const pin of this.#pins) pin.write(0);
      throw error;
    }
  }

  /** The next machine takes over when the last one ends, between two connections. */
  #replace(machine: StateMachine<Effect>, now: Instant): void {
    this.#machine = machine;
    this.#apply(machine.start(now), now);
  }

  #apply(effects: readonly Effect[], now: Instant): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "write":
          this.#write(effect.gate, effect.value);
          break;
        case "send":
          this.#send(effect.bytes);
          break;
        case "acknowledge":
          this.#apply(this.#machine.acknowledge?.(effect.packet, now) ?? [], now);
          break;
        case "store":
          this.#device.storage.write(effect.key, effect.value);
          break;
        case "claim":
          this.#options.onRecord?.({ type: "claim", ...effect.report });
          break;
        case "keep": {
          const isStored = this.#certificate.keep(effect.certificate);
          const outcome = isStored ? "provisioned" : "unstored";
          this.#options.onRecord?.({ type: "claim", outcome });
          break;
        }
        case "done":
          this.#replace(this.#makeBox(), now);
          break;
        case "event":
          this.#options.onRecord?.({ type: "event", ...ofGate(effect), ...effect.report });
          break;
        case "gate-event":
          this.#options.onRecord?.({ type: "gate-event", ...ofGate(effect), ...effect.report });
          break;
        case "gate":
          this.#options.onRecord?.({ type: "gate", ...ofGate(effect), ...effect.report });
          break;
        case "status":
          this.#options.onRecord?.({ type: "status", ...effect.report });
          break;
        case "slots":
          this.#apply(this.#operate(effect.operation), now);
          break;
        case "update":
          this.#options.onRecord?.({ type: "update", ...effect.report });
          break;
        case "shadow":
          this.#options.onRecord?.({ type: "shadow", ...effect.report });
          break;
        case "crash-told":
          this.#options.crashes?.told();
          break;
        case "try-settings":
          this.#options.changes?.attempt(effect.change);
          break;
        case "restart":
          this.stop(() => {
            this.#options.crashes?.restarting();
            this.#device.updates?.slots.restart();
          });
          break;
        case "state":
          this.#enterState(effect.state, effect.reason);
          break;
        case "join":
          this.#device.network.connect(effect.network);
          break;
        case "leave":
          this.#device.network.disconnect();
          break;
        case "synchronize":
          this.#synchronize();
          break;
        case "open-socket":
          this.#openSocket();
          break;
        case "close-socket":
          this.#closeSocket();
      }
    }
  }

  /** Writes the edge first, then handles its consequences. */
  #write(gate: number, value: 0 | 1): void {
    this.#pins[gate]?.write(value);
    const now = this.#device.clock.now();
    this.#options.onPulse?.(this.isPulsing);
    const effects = value === 1 ? this.#machine.rose?.(gate, now) : this.#machine.fell?.(gate, now);
    if (effects !== undefined) this.#apply(effects, now);
  }

  /** The flash may take its time: the clock is read again. */
  #operate(operation: SlotOperation): Effect[] {
    const { updates, clock } = this.#device;
    if (updates === undefined) return [];
    let bytes: Uint8Array | undefined;
    try {
      if (operation.type === "roll-back") this.#options.crashes?.restarting();
      bytes = performOperation(updates.slots, operation);
    } catch {
      return this.#machine.operationFailed?.(operation, clock.now()) ?? [];
    }
    return this.#machine.operationDone?.(operation, bytes, clock.now()) ?? [];
  }

  #enterState(state: ConnectionState, reason: string | null): void {
    this.#options.onRecord?.({ type: "connection", state, reason });
    if (state !== "stopped") return;
    const onStopped = this.#onStopped;
    this.#onStopped = undefined;
    onStopped?.();
  }

  #handleNetwork(): void {
    const { connection } = this.#device.network;
    if (connection >= networkReady) this.#handle((now) => this.#machine.networkUp(now));
    else if (connection <= 200) this.#handle((now) => this.#machine.networkDown(now));
  }

  #synchronize(): void {
    const { timeServers } = this.#options.settings;
    const first = this.#machine.firstTimeServer % timeServers.length;
    this.#device.clock.synchronize({
      servers: [...timeServers.slice(first), ...timeServers.slice(0, first)],
      onSynchronized: () => this.#handle((now) => this.#machine.timeSet(now)),
      onError: (detail) => this.#handle((now) => this.#machine.timeFailed(now, detail)),
    });
  }

  #openSocket(): void {
    const { endpoint, port, alpn } = this.#options.settings;
    let isOpen = false;
    // A late callback of a closed socket does not apply to the open one.
    const socket = this.#device.connect({
      host: endpoint,
      port,
      identity: this.#certificate.identityFor(this.#machine.certificate),
      ...(alpn ? { applicationLayerProtocol: "x-amzn-mqtt-ca" } : {}),
      onReadable: () => {
        if (this.#socket !== socket) return;
        this.#handle((now) => {
          const bytes = socket.read();
          return bytes === undefined ? [] : this.#machine.handleBytes(bytes, now);
        });
      },
      onWritable: (count) => {
        if (this.#socket !== socket) return;
        this.#handle((now) => {
          this.#queue.writeTo(socket, count);
          if (isOpen) return [];
          isOpen = true;
          return this.#machine.socketOpen(now);
        });
      },
      onError: (reason, detail) => this.#handleLost(socket, reason, detail),
    });
    this.#socket = socket;
  }

  #handleLost(socket: TLSSocket | undefined, reason: SocketError, detail?: string): void {
    if (this.#socket !== socket) return;
    this.#handle((now) => this.#machine.socketLost(now, reason, detail));
  }

  #closeSocket(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#queue.clear();
  }

  #send(bytes: Uint8Array): void {
    const socket = this.#socket;
    this.#queue.add(bytes);
    if (socket !== undefined) this.#queue.writeTo(socket);
    if (!this.#queue.isOverfull) return;
    this.#queue.clear();
    // On a later turn: these bytes are one of several effects that are still being carried out.
    const reason = "the peer does not read";
    this.#device.timer.set(() => this.#handleLost(socket, "timeout", reason), 0);
  }

  /**
   * One timer for all deadlines. If it fires too early, the clock is read once more. If it is long
   * overdue, it is lost, and another one replaces it.
   */
  #arm(): void {
    const at = this.#machine.deadline;
    if (this.#wake !== undefined) {
      const isLost = this.#device.clock.now().ticks - this.#wake.at > lostAfterMs;
      if (at !== undefined && this.#wake.at <= at && !isLost) return;
      this.#device.timer.clear(this.#wake.handle);
      this.#wake = undefined;
    }
    if (at === undefined) return;
    const delayMs = Math.max(0, at - this.#device.clock.now().ticks);
    const handle = this.#device.timer.set(() => {
      this.#wake = undefined;
      this.#handle((now) => this.#machine.handleTimeout(now));
    }, delayMs);
    this.#wake = { handle, at };
  }
}

function ofGate({ gateName }: OfGate): OfGate {
  return gateName === undefined ? {} : { gateName };
}
