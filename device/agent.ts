import type { Settings } from "./config.ts";
import { Box, type BoxEffect } from "./core/box.ts";
import { type ClaimEffect, Claimer, type ClaimReport } from "./core/claimer.ts";
import type { ConnectionState } from "./core/connection.ts";
import { PacketParser } from "./core/mqtt/codec.ts";
import { Reclaim } from "./core/reclaim.ts";
import type { StateMachine } from "./core/state-machine.ts";
import { GatePin } from "./gate-pin.ts";
import {
  type Device,
  type Identity,
  type Instant,
  networkReady,
  type SocketError,
  type TimerHandle,
  type TLSSocket,
} from "./hal.ts";
import type { EventReport, StatusReport } from "./messages/event.ts";
import { OwnCertificate } from "./own-certificate.ts";
import { WriteQueue } from "./write-queue.ts";

/** What an onlooker is told: a terminal, a log, a test. Nothing secret is in it. */
export type AgentRecord =
  | {
      readonly type: "connection";
      readonly state: ConnectionState;
      /** why the state before was left; null on the way up */
      readonly reason: string | null;
    }
  | ({ readonly type: "claim" } & ClaimReport)
  | ({ readonly type: "event" } & EventReport)
  | ({ readonly type: "status" } & StatusReport);

export interface AgentOptions {
  readonly device: Device;
  readonly settings: Settings;
  readonly firmware: string;
  /** where many boxes share one; default: one of its own */
  readonly parser?: PacketParser;
  onRecord?(record: AgentRecord): void;
}

/** Bytes that may wait for a peer that does not read; then the connection is given up. */
const maximumQueuedBytes = 16_384;

/** No timer is as late as that while callbacks run. */
const lostAfterMs = 1_000;

const builtIn: Identity = { type: "built-in" };

type Effect = BoxEffect | ClaimEffect;

/**
 * The only drive loop: hardware calls back, the box is told, its effects are carried out, one timer
 * is armed. Should anything in it throw, the pin goes LOW before the error leaves.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #device: Device;
  readonly #pin: GatePin;
  readonly #parser: PacketParser;
  readonly #certificate: OwnCertificate;
  readonly #reclaim = new Reclaim();
  #machine: StateMachine<Effect>;
  /** undefined while a certificate is claimed: there is no gate then */
  #box: Box | undefined;
  #socket: TLSSocket | undefined;
  #writable = 0;
  readonly #queue = new WriteQueue();
  #wake: { readonly handle: TimerHandle; readonly at: number } | undefined;
  #onStopped: (() => void) | undefined;

  constructor(options: AgentOptions) {
    const { device, settings } = options;
    this.#options = options;
    this.#device = device;
    this.#parser = options.parser ?? new PacketParser();
    this.#certificate = new OwnCertificate(device.storage);
    this.#pin = new GatePin(device.gatePin, device.timer, {
      pulseMs: settings.pulseMs,
      capMs: settings.pulseCapMs,
      onCapped: () => this.#handle((now) => this.#box?.capped(now) ?? []),
    });
    const needsClaim = settings.claim !== undefined && this.#certificate.identity() === undefined;
    this.#machine = needsClaim
      ? this.#makeClaimer(settings.claim.template, false)
      : this.#makeBox();
    device.network.onChanged = () => this.#handleNetwork();
  }

  get connectionState(): ConnectionState {
    return this.#machine.connectionState;
  }

  start(): void {
    this.#handle((now) => this.#machine.start(now));
  }

  /** LOW at once, then a good-bye of two seconds at most. `onStopped` is called when all is quiet. */
  stop(onStopped: () => void = () => {}): void {
    this.#onStopped = onStopped;
    this.#handle((now) => this.#machine.stop(now));
  }

  #makeBox(): Box {
    const { settings, firmware } = this.#options;
    const { network, storage, system } = this.#device;
    const certificateEndsAt = this.#device.certificateEndsAt(this.#ownIdentity());
    const box = new Box({
      settings,
      firmware,
      resetReason: system.resetReason,
      stored: { "seen-ids": storage.read("seen-ids"), events: storage.read("events") },
      parser: this.#parser,
      pulseEndsItself: this.#device.gatePin.pulse !== undefined,
      random: () => system.random(),
      facts: () => ({
        rssi: network.RSSI,
        address: network.address,
        heap: system.freeHeap(),
        certificateEndsAt,
      }),
    });
    this.#box = box;
    return box;
  }

  #makeClaimer(template: string, isOnce: boolean): Claimer {
    this.#box = undefined;
    return new Claimer({
      settings: this.#options.settings,
      ...{ template, isOnce, parser: this.#parser },
      request: () => this.#device.certificateRequest(),
      random: () => this.#device.system.random(),
    });
  }

  #handle(input: (now: Instant) => Effect[]): void {
    try {
      const now = this.#device.clock.now();
      this.#apply(input(now), now);
      // A packet at a time, each with its own moment: a pulse that is over ends between two of them.
      while (this.#machine.hasMore) {
        const next = this.#device.clock.now();
        this.#apply(this.#machine.handleMore(next), next);
      }
      this.#claimAgainIfRefused(now);
      this.#arm();
    } catch (error) {
      this.#pin.write(0);
      throw error;
    }
  }

  /** A box between two connections that its own certificate has not opened for long. */
  #claimAgainIfRefused(now: Instant): void {
    const { claim } = this.#options.settings;
    const box = this.#box;
    if (claim === undefined || box?.connectionState !== "backoff") return;
    if (!this.#reclaim.isDue(box.refusals, now.ticks)) return;
    this.#reclaim.begun(now.ticks);
    this.#machine = this.#makeClaimer(claim.template, true);
    this.#apply(this.#machine.start(now), now);
  }

  #apply(effects: readonly Effect[], now: Instant): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "write":
          this.#write(effect.value);
          break;
        case "send":
          this.#send(effect.bytes);
          break;
        case "acknowledge":
          this.#apply(this.#box?.acknowledge(effect.packet, now) ?? [], now);
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
          this.#machine = this.#makeBox();
          this.#apply(this.#machine.start(now), now);
          break;
        case "event":
          this.#options.onRecord?.({ type: "event", ...effect.report });
          break;
        case "status":
          this.#options.onRecord?.({ type: "status", ...effect.report });
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

  /** The edge first; what is to be done about it comes after. */
  #write(value: 0 | 1): void {
    this.#pin.write(value);
    const now = this.#device.clock.now();
    const effects = value === 1 ? this.#box?.rose(now) : this.#box?.fell(now);
    if (effects !== undefined) this.#apply(effects, now);
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
    this.#device.clock.synchronize({
      servers: this.#options.settings.timeServers,
      onSynchronized: () => this.#handle((now) => this.#machine.timeSet(now)),
      onError: (detail) => this.#handle((now) => this.#machine.timeFailed(now, detail)),
    });
  }

  #openSocket(): void {
    const { endpoint, port, alpn } = this.#options.settings;
    let isOpen = false;
    const socket = this.#device.connect({
      host: endpoint,
      port,
      identity: this.#identity(),
      ...(alpn ? { applicationLayerProtocol: "x-amzn-mqtt-ca" } : {}),
      // A late word of a socket that was closed says nothing about the one that is open.
      onReadable: () => {
        if (this.#socket === socket) this.#read(socket);
      },
      onWritable: (count) => {
        if (this.#socket !== socket) return;
        this.#writable = count;
        this.#handle((now) => {
          this.#drain();
          if (isOpen) return [];
          isOpen = true;
          return this.#machine.socketOpen(now);
        });
      },
      onError: (reason, detail) => {
        if (this.#socket === socket) this.#handleLost(reason, detail);
      },
    });
    this.#socket = socket;
  }

  #identity(): Identity {
    return this.#box === undefined ? { type: "claim" } : this.#ownIdentity();
  }

  #ownIdentity(): Identity {
    const { claim } = this.#options.settings;
    const own = claim === undefined ? undefined : this.#certificate.identity();
    return own ?? builtIn;
  }

  #read(socket: TLSSocket): void {
    this.#handle((now) => {
      const bytes = socket.read();
      return bytes === undefined ? [] : this.#machine.handleBytes(bytes, now);
    });
  }

  #handleLost(reason: SocketError, detail: string | undefined): void {
    this.#handle((now) => this.#machine.socketLost(now, reason, detail));
  }

  #closeSocket(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#queue.clear();
    this.#writable = 0;
  }

  #send(bytes: Uint8Array): void {
    this.#queue.add(bytes);
    this.#drain();
    if (this.#queue.bytes <= maximumQueuedBytes) return;
    this.#queue.clear();
    // On a later turn: the box is still in the middle of the call whose effects these are.
    const socket = this.#socket;
    this.#device.timer.set(() => {
      if (this.#socket === socket) this.#handleLost("timeout", "the peer does not read");
    }, 0);
  }

  #drain(): void {
    while (this.#socket !== undefined && this.#writable > 0) {
      const part = this.#queue.take(this.#writable);
      if (part === undefined) return;
      this.#writable = this.#socket.write(part);
    }
  }

  /**
   * One timer for all deadlines. One that is armed too early costs a look at the clock, no more; one
   * that is long overdue was lost, and another takes its place.
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
