import type { Settings } from "./config.ts";
import { Box, type BoxEffect } from "./core/box.ts";
import type { ConnectionState } from "./core/connection.ts";
import { PacketParser } from "./core/mqtt/codec.ts";
import type { EventReport, StatusReport } from "./core/report.ts";
import { GatePin } from "./gate-pin.ts";
import {
  type Device,
  type Instant,
  networkReady,
  type SocketError,
  type TimerHandle,
  type TLSSocket,
} from "./hal.ts";

/** What an onlooker is told: a terminal, a log, a test. Nothing secret is in it. */
export type AgentRecord =
  | {
      readonly type: "connection";
      readonly state: ConnectionState;
      /** why the state before was left; null on the way up */
      readonly reason: string | null;
    }
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

/**
 * The only drive loop: hardware calls back, the box is told, its effects are carried out, one timer
 * is armed. Should anything in it throw, the pin goes LOW before the error leaves.
 */
export class Agent {
  readonly #options: AgentOptions;
  readonly #device: Device;
  readonly #pin: GatePin;
  readonly #box: Box;
  #socket: TLSSocket | undefined;
  #writable = 0;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #wake: { readonly handle: TimerHandle; readonly at: number } | undefined;
  #onStopped: (() => void) | undefined;

  constructor(options: AgentOptions) {
    const { device, settings, firmware } = options;
    const { network, system } = device;
    this.#options = options;
    this.#device = device;
    this.#pin = new GatePin(device.gatePin, device.timer, settings.pulseCapMs, () =>
      this.#handle((now) => this.#box.capped(now)),
    );
    this.#box = new Box({
      settings,
      firmware,
      resetReason: system.resetReason,
      stored: {
        "seen-ids": device.storage.read("seen-ids"),
        events: device.storage.read("events"),
      },
      parser: options.parser ?? new PacketParser(),
      random: () => system.random(),
      facts: () => ({
        rssi: network.RSSI,
        address: network.address,
        heap: system.freeHeap(),
      }),
    });
    network.onChanged = () => this.#handleNetwork();
  }

  get connectionState(): ConnectionState {
    return this.#box.connectionState;
  }

  start(): void {
    this.#handle((now) => this.#box.start(now));
  }

  /** LOW at once, then a good-bye of two seconds at most. `onStopped` is called when all is quiet. */
  stop(onStopped: () => void = () => {}): void {
    this.#onStopped = onStopped;
    this.#handle((now) => this.#box.stop(now));
  }

  #handle(input: (now: Instant) => BoxEffect[]): void {
    try {
      const now = this.#device.clock.now();
      this.#apply(input(now), now);
      this.#arm();
    } catch (error) {
      this.#pin.write(0);
      throw error;
    }
  }

  #apply(effects: readonly BoxEffect[], now: Instant): void {
    for (const effect of effects) {
      switch (effect.type) {
        case "write":
          this.#pin.write(effect.value);
          if (effect.value === 1) this.#box.raised(this.#device.clock.now());
          break;
        case "send":
          this.#send(effect.bytes);
          break;
        case "acknowledge":
          this.#apply(this.#box.acknowledge(effect.packet, now), now);
          break;
        case "store":
          this.#device.storage.write(effect.key, effect.value);
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

  #enterState(state: ConnectionState, reason: string | null): void {
    this.#options.onRecord?.({ type: "connection", state, reason });
    if (state !== "stopped") return;
    const onStopped = this.#onStopped;
    this.#onStopped = undefined;
    onStopped?.();
  }

  #handleNetwork(): void {
    const { connection } = this.#device.network;
    if (connection >= networkReady) this.#handle((now) => this.#box.networkUp(now));
    else if (connection <= 200) this.#handle((now) => this.#box.networkDown(now));
  }

  #synchronize(): void {
    this.#device.clock.synchronize({
      servers: this.#options.settings.timeServers,
      onSynchronized: () => this.#handle((now) => this.#box.timeSet(now)),
      onError: (detail) => this.#handle((now) => this.#box.timeFailed(now, detail)),
    });
  }

  #openSocket(): void {
    const { endpoint, port, alpn } = this.#options.settings;
    let isOpen = false;
    const socket = this.#device.connect({
      host: endpoint,
      port,
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
          return this.#box.socketOpen(now);
        });
      },
      onError: (reason, detail) => {
        if (this.#socket === socket) this.#handleLost(reason, detail);
      },
    });
    this.#socket = socket;
  }

  #read(socket: TLSSocket): void {
    this.#handle((now) => {
      const bytes = socket.read();
      return bytes === undefined ? [] : this.#box.handleBytes(bytes, now);
    });
  }

  #handleLost(reason: SocketError, detail: string | undefined): void {
    this.#handle((now) => this.#box.socketLost(now, reason, detail));
  }

  #closeSocket(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#writable = 0;
  }

  #send(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#drain();
    if (this.#queuedBytes <= maximumQueuedBytes) return;
    this.#queue = [];
    this.#queuedBytes = 0;
    // On a later turn: the box is still in the middle of the call whose effects these are.
    const socket = this.#socket;
    this.#device.timer.set(() => {
      if (this.#socket === socket) this.#handleLost("timeout", "the peer does not read");
    }, 0);
  }

  #drain(): void {
    while (this.#socket !== undefined && this.#writable > 0) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      const part = next.subarray(0, this.#writable);
      if (part.length < next.length) this.#queue.unshift(next.subarray(part.length));
      this.#queuedBytes -= part.length;
      this.#writable = this.#socket.write(part);
    }
  }

  /**
   * One timer for all deadlines. One that is armed too early costs a look at the clock, no more; one
   * that is long overdue was lost, and another takes its place.
   */
  #arm(): void {
    const at = this.#box.deadline;
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
      this.#handle((now) => this.#box.handleTimeout(now));
    }, delayMs);
    this.#wake = { handle, at };
  }
}
