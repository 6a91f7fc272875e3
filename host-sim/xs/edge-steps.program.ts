import { Agent } from "../../device/agent.ts";
import { parseSettings } from "../../device/config.ts";
import { encodePuback, encodePublish } from "../../device/core/mqtt/encode.ts";
import type { Device, TimerHandle, TLSSocket, TLSSocketOptions } from "../../device/hal.ts";
import { handleMessages } from "./program/handle.ts";

/** Provided by the engine: steps since the last call. The counter restarts at 0. */
declare function resetMeter(limit: number, steps: number): number;

export const packetKinds = ["open", "full", "noise", "elsewhere", "longest", "puback"] as const;
export type PacketKind = (typeof packetKinds)[number];

/** The conditions of one pulse. */
export interface Surroundings {
  /** unacknowledged events in the journal and in the outbox */
  readonly waiting: number;
  /** earlier commands with an id of 64 characters */
  readonly ids: number;
  /** bytes of a packet that have arrived, one at a time, when the pulse must end */
  readonly partialBytes: number;
  /** the content of one read while the pin is HIGH, after the rest of that packet */
  readonly packets: readonly PacketKind[];
  /**
   * The deadline passes before this packet of the read; undefined: it passes while idle, and the
   * timer calls.
   */
  readonly lateFrom: number | undefined;
}

export interface Steps {
  /**
   * from the timer's callback, or from the clock reading that detects the end of the pulse, to LOW
   */
  readonly toEdge: number;
  /** the maximum between two clock readings */
  readonly betweenLooks: number;
}

/** The host's requests to the program. */
export interface EdgeEvents {
  measure(surroundings: Surroundings): Steps;
}

const commandTopic = "gate/lot-1/command";
const pulseMs = 500;
const cooldownMs = 3_000;

/** One box, its hardware and its broker. Time stands still until it is advanced. */
class Bench {
  ticks = 0;
  isHigh = false;
  isAcknowledging = true;
  /** events that were sent and not acknowledged */
  readonly unacknowledged: number[] = [];
  toEdge = 0;
  betweenLooks = 0;
  #isMeasuring = false;
  /** clock readings until the deadline has passed */
  #looksUntilLate: number | undefined;
  #armed: { readonly due: number; readonly callback: () => void }[] = [];
  #received: Uint8Array | undefined;
  #socket: TLSSocketOptions | undefined;
  #lastIdentifier = 0;
  readonly #agent: Agent;

  constructor() {
    const result = parseSettings({
      thingName: "lot-1",
      endpoint: "broker.test",
      networks: [{ SSID: "a" }],
      pulseMs,
      cooldownMs,
    });
    if (result.type === "problems") throw new Error(result.problems.join());
    this.#agent = new Agent({
      device: this.#device(),
      settings: result.settings,
      firmware: "test",
    });
    this.#agent.start();
    this.advance(1_000);
    if (this.#agent.connectionState !== "connected") throw new Error("the box is not connected");
  }

  /** Advances time. Due callbacks run in order. */
  advance(ms: number): void {
    const end = this.ticks + ms;
    for (;;) {
      this.#armed.sort((one, other) => one.due - other.due);
      const next = this.#armed[0];
      if (next === undefined || next.due > end) break;
      this.#armed.shift();
      this.ticks = Math.max(this.ticks, next.due);
      this.#measured(next.callback);
    }
    this.ticks = end;
  }

  deliver(bytes: Uint8Array, looksUntilLate?: number): void {
    this.#received = bytes;
    this.#looksUntilLate = looksUntilLate;
    this.#measured(() => this.#socket?.onReadable(bytes.length));
    this.#looksUntilLate = undefined;
  }

  publish(payload: string, topic = commandTopic): Uint8Array {
    this.#lastIdentifier += 1;
    const packetIdentifier = this.#lastIdentifier;
    return encodePublish({ topic, payload, packetIdentifier, retain: false, dup: false });
  }

  packet(kind: PacketKind): Uint8Array {
    switch (kind) {
      case "open":
        return this.publish("open");
      case "full":
        return this.publish(command(this.#lastIdentifier));
      case "noise":
        return this.publish("{".repeat(1_000));
      case "elsewhere":
        return this.publish("open", "a".repeat(200));
      case "longest":
        return this.publish("\u00e9".repeat(2_000));
      case "puback":
        return encodePuback(this.unacknowledged.shift() ?? 1);
    }
  }

  #measured(callback: () => void): void {
    resetMeter(0, 0);
    this.#isMeasuring = true;
    callback();
    this.#look();
    this.#isMeasuring = false;
  }

  /** @returns steps since the last reading */
  #look(): number {
    const steps = resetMeter(0, 0);
    if (this.#isMeasuring && steps > this.betweenLooks) this.betweenLooks = steps;
    return steps;
  }

  #now() {
    this.#look();
    if (this.#looksUntilLate !== undefined) {
      this.#looksUntilLate -= 1;
      if (this.#looksUntilLate === 0) this.ticks += pulseMs;
    }
    // The cost of measuring does not count.
    const now = { ticks: this.ticks, date: 1_800_000_000_000 + this.ticks };
    resetMeter(0, 0);
    return now;
  }

  #answer(packet: Uint8Array): void {
    const later = (bytes: Uint8Array) => this.#set(() => this.deliver(bytes), 0);
    const identifierAt = (at: number) => (packet[at] ?? 0) * 256 + (packet[at + 1] ?? 0);
    switch ((packet[0] ?? 0) >> 4) {
      case 1:
        later(Uint8Array.of(0x20, 2, 0, 0));
        break;
      case 8:
        later(Uint8Array.of(0x90, 3, packet[2] ?? 0, packet[3] ?? 0, 1));
        break;
      case 3: {
        let at = 1;
        while ((packet[at] ?? 0) >= 0x80) at += 1;
        const identifier = identifierAt(at + 3 + identifierAt(at + 1));
        if (this.isAcknowledging) later(encodePuback(identifier));
        else this.unacknowledged.push(identifier);
      }
    }
  }

  #set(callback: () => void, delayMs: number): TimerHandle {
    const armed = { due: this.ticks + delayMs, callback };
    this.#armed.push(armed);
    return armed;
  }

  #device(): Device {
    const socket: TLSSocket = {
      read: () => this.#received,
      write: (bytes) => {
        this.#answer(bytes);
        return 16_384;
      },
      close: () => {},
    };
    return {
      gatePin: {
        write: (value) => {
          if (this.isHigh && value === 0) this.toEdge = this.#look();
          this.isHigh = value === 1;
        },
      },
      network: {
        connection: 500,
        address: "10.0.0.9",
        RSSI: -60,
        onChanged: undefined,
        connect() {
          this.onChanged?.("connection");
        },
        disconnect() {},
      },
      clock: {
        now: () => this.#now(),
        synchronize: ({ onSynchronized }) => {
          this.#set(onSynchronized, 0);
        },
      },
      timer: {
        set: (callback, delayMs) => this.#set(callback, delayMs),
        clear: (handle) => {
          this.#armed = this.#armed.filter((each) => each !== handle);
        },
      },
      storage: { read: () => undefined, write: () => {}, delete: () => {} },
      system: { resetReason: "power-on", freeHeap: () => undefined, random: () => 0.5 },
      certificateRequest: () => undefined,
      certificateEndsAt: () => undefined,
      connect: (options) => {
        this.#socket = options;
        this.#set(() => options.onWritable(16_384), 0);
        return socket;
      },
    };
  }
}

/** As long as a command may be: every word at its limit. */
function command(index: number): string {
  const id = `${index}-`.padEnd(64, "x");
  return JSON.stringify({ action: "open", id, by: "\u00e9".repeat(64) });
}

/** All in one chunk, as one read returns them. */
function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function requirePin(bench: Bench, isHigh: boolean): void {
  if (bench.isHigh !== isHigh) throw new Error(`the pin is ${isHigh ? "LOW" : "HIGH"}`);
}

handleMessages<EdgeEvents>({
  measure({ waiting, ids, partialBytes, packets, lateFrom }) {
    const bench = new Bench();
    for (let i = 0; i < ids; i++) {
      bench.deliver(bench.publish(command(10_000 + i)));
      bench.advance(100);
    }
    bench.advance(pulseMs + cooldownMs);
    bench.deliver(bench.publish("open"));
    bench.isAcknowledging = false;
    bench.betweenLooks = 0;
    for (let i = 0; i < waiting; i++) bench.deliver(bench.publish(command(20_000 + i)));
    const partial = bench.publish("x".repeat(1_980));
    const come = Math.min(partialBytes, partial.length);
    for (let at = 0; at < come; at++) bench.deliver(partial.subarray(at, at + 1));
    requirePin(bench, true);
    if (lateFrom !== undefined) {
      const read = [partial.subarray(come), ...packets.map((kind) => bench.packet(kind))];
      bench.deliver(join(read), lateFrom + 1);
    }
    bench.advance(pulseMs);
    requirePin(bench, false);
    return { toEdge: bench.toEdge, betweenLooks: bench.betweenLooks };
  },
});
