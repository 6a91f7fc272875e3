import { Agent } from "../../device/agent.ts";
import { parseSettings } from "../../device/config.ts";
import type { Device, TimerHandle, TLSSocket, TLSSocketOptions } from "../../device/hal.ts";

/** One box on XS with minimal simulated hardware. Time advances only on request. */
interface Armed {
  readonly due: number;
  readonly callback: () => void;
}

const commandTopic = "gate/lot-1/command";
const date = Date.UTC(2026, 10, 24);

let ticks = 0;
let armed: Armed[] = [];
let socket: BenchSocket | undefined;
let edges = 0;

const timer = {
  set(callback: () => void, delayMs: number): TimerHandle {
    const each = { due: ticks + delayMs, callback };
    armed.push(each);
    return each;
  },
  clear(handle: TimerHandle): void {
    armed = armed.filter((each) => each !== handle);
  },
};

/** A broker that gives the required answer to every packet. */
class BenchSocket implements TLSSocket {
  readonly options: TLSSocketOptions;
  #received: Uint8Array | undefined;

  constructor(options: TLSSocketOptions) {
    this.options = options;
    timer.set(() => options.onWritable(16_384), 0);
  }

  read(): Uint8Array | undefined {
    const received = this.#received;
    this.#received = undefined;
    return received;
  }

  write(bytes: Uint8Array): number {
    const answer = answerTo(bytes);
    if (answer !== undefined) timer.set(() => this.deliver(answer), 0);
    return 16_384;
  }

  close(): void {}

  deliver(bytes: Uint8Array): void {
    if (socket !== this) return;
    this.#received = bytes;
    this.options.onReadable(bytes.length);
  }
}

/** The answer to one packet: CONNACK, SUBACK, PUBACK or PINGRESP (MQTT 3.1.1, 3.2, 3.9, 3.4, 3.13). */
function answerTo(packet: Uint8Array): Uint8Array | undefined {
  const [first = 0] = packet;
  let at = 1;
  while ((packet[at] ?? 0) >= 0x80) at += 1;
  at += 1;
  switch (first >> 4) {
    case 1:
      return Uint8Array.of(0x20, 2, 0, 0);
    case 3: {
      at += 2 + (packet[at] ?? 0) * 256 + (packet[at + 1] ?? 0);
      const isAcknowledged = (first & 6) !== 0;
      return isAcknowledged
        ? Uint8Array.of(0x40, 2, packet[at] ?? 0, packet[at + 1] ?? 0)
        : undefined;
    }
    case 8:
      return Uint8Array.of(0x90, 3, packet[at] ?? 0, packet[at + 1] ?? 0, 1);
    case 12:
      return Uint8Array.of(0xd0, 0);
    default:
      return undefined;
  }
}

/** Advances time, and runs due timers in order. */
function advance(ms: number): void {
  const end = ticks + ms;
  for (;;) {
    const next = armed.reduce<Armed | undefined>(
      (first, each) => (first === undefined || each.due < first.due ? each : first),
      undefined,
    );
    if (next === undefined || next.due > end) break;
    timer.clear(next);
    ticks = Math.max(ticks, next.due);
    next.callback();
  }
  ticks = end;
}

const device: Device = {
  gatePin: {
    write: (value) => {
      edges += value;
    },
  },
  network: {
    connection: 500,
    address: "10.0.0.9",
    RSSI: -60,
    onChanged: undefined,
    connect() {
      timer.set(() => this.onChanged?.("connection"), 0);
    },
    disconnect() {},
  },
  clock: {
    now: () => ({ ticks, date: date + ticks }),
    synchronize: ({ onSynchronized }) => {
      timer.set(onSynchronized, 0);
    },
  },
  timer,
  storage: { read: () => undefined, write: () => {}, delete: () => {} },
  system: { resetReason: "power-on", freeHeap: () => undefined, random: () => 0.5 },
  certificateRequest: () => undefined,
  certificateEndsAt: () => undefined,
  connect(options) {
    socket = new BenchSocket(options);
    return socket;
  },
};

let agent: Agent | undefined;
let lastIdentifier = 0;

/** A PUBLISH of QoS 1 with the payload `open`. */
function publishOpen(): Uint8Array {
  lastIdentifier = (lastIdentifier % 0xffff) + 1;
  const topic = [...commandTopic].map((character) => character.charCodeAt(0));
  const payload = [0x6f, 0x70, 0x65, 0x6e];
  const rest = [0, topic.length, ...topic, lastIdentifier >> 8, lastIdentifier & 255, ...payload];
  return Uint8Array.of(0x32, rest.length, ...rest);
}

function require(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`the box on XS ${what}`);
}

let waiting: Uint8Array | undefined;

Object.assign(globalThis, {
  bench: {
    connect() {
      const result = parseSettings({
        thingName: "lot-1",
        endpoint: "broker.test",
        networks: [{ SSID: "a" }],
      });
      if (result.type === "problems") throw new Error(result.problems.join());
      agent = new Agent({ device, settings: result.settings, firmware: "bench" });
      agent.start();
      advance(1_000);
      require(agent.connectionState === "connected", `is in ${agent.connectionState}`);
    },
    prepare() {
      waiting = publishOpen();
      edges = 0;
    },
    /** Everything from the received bytes to the pin. */
    open() {
      if (waiting !== undefined) socket?.deliver(waiting);
    },
    nothing() {},
    finish() {
      require(edges === 1, `raised its pin ${edges} times`);
      advance(10_000);
    },
    reconnect(times: number) {
      for (let i = 0; i < times; i++) {
        socket?.options.onError("closed");
        advance(200_000);
        require(agent?.connectionState === "connected", `did not reconnect after loss ${i + 1}`);
      }
    },
  },
});
