import type {
  Clock,
  Device,
  Digital,
  DigitalInput,
  Flash,
  FoundNetwork,
  GateHardware,
  Identity,
  Instant,
  KeyValue,
  NetworkInterface,
  Serial,
  SynchronizeOptions,
  System,
  Timer,
  TimerHandle,
  TLSSocket,
  TLSSocketOptions,
  WiFiNetwork,
} from "../../../device/hal.ts";
import type {
  Events,
  Handlers,
  ImageFacts,
  InputName,
  NetworkState,
  RemoteIdentity,
} from "../protocol.ts";
import { call } from "./bridge.ts";

/** `hal.ts` on XS. The host at the other end of the bridge does all the work. */
export class RemoteDevice implements Device {
  readonly gatePin = remotePin(0);
  readonly gateInput?: DigitalInput;
  readonly moreGates: readonly GateHardware[];
  readonly button?: DigitalInput;
  readonly network = new RemoteNetwork();
  readonly clock = new RemoteClock();
  readonly timer = new RemoteTimer();
  readonly serial = new RemoteSerial();
  readonly storage: KeyValue = {
    read: (key) => call("readStorage", key) ?? undefined,
    write: (key, value) => call("writeStorage", key, value),
    delete: (key) => call("deleteStorage", key),
  };
  readonly system: System = {
    resetReason: call("resetReason"),
    freeHeap: () => call("freeHeap") ?? undefined,
    random: () => call("random"),
  };
  readonly #sockets = new Map<number, RemoteSocket>();
  readonly #inputs = new Map<InputName, RemoteInput>();
  #lastSocket = 0;

  constructor() {
    const gateInput = this.#openInput(0);
    if (gateInput !== undefined) this.gateInput = gateInput;
    const button = this.#openInput("button");
    if (button !== undefined) this.button = button;
    const moreGates: GateHardware[] = [];
    for (let gate = 1; gate < call("gateCount"); gate++) {
      const input = this.#openInput(gate);
      const pin = remotePin(gate);
      moreGates.push(input === undefined ? { pin } : { pin, input });
    }
    this.moreGates = moreGates;
  }

  /** Undefined if the host has none. */
  #openInput(name: InputName): RemoteInput | undefined {
    const level = call("readInput", name);
    if (level === null) return undefined;
    const input = new RemoteInput(level);
    this.#inputs.set(name, input);
    return input;
  }

  certificateRequest(): string | undefined {
    return call("certificateRequest") ?? undefined;
  }

  certificateEndsAt(identity: Identity): number | undefined {
    return call("certificateEndsAt", remoteIdentity(identity)) ?? undefined;
  }

  connect(options: TLSSocketOptions): TLSSocket {
    const id = ++this.#lastSocket;
    const socket = new RemoteSocket(id, options, () => this.#sockets.delete(id));
    this.#sockets.set(id, socket);
    return socket;
  }

  /** Callbacks from the host. Those for closed or cleared objects are ignored. */
  readonly events: Omit<Handlers<Events>, "start" | "boot" | "stop"> = {
    timerFired: (id) => this.timer.fire(id),
    inputReadable: (input, level) => this.#inputs.get(input)?.become(level),
    networkFound: (found) => this.network.onFound?.(found),
    scanCompleted: () => this.network.onComplete?.(),
    serialReceived: (bytes) => this.serial.onReceived?.(Uint8Array.from(bytes)),
    networkChanged: (property, state) => this.network.change(property, state),
    synchronized: (id) => this.clock.finish(id)?.onSynchronized(),
    synchronizeFailed: (id, detail) => this.clock.finish(id)?.onError(detail),
    readable: (id, count) => this.#sockets.get(id)?.options.onReadable(count),
    writable: (id, count) => this.#sockets.get(id)?.options.onWritable(count),
    socketFailed: (id, reason, detail) =>
      this.#sockets.get(id)?.options.onError(reason, detail ?? undefined),
  };
}

function remotePin(gate: number): Digital {
  return { write: (value) => call("writePin", gate, value) };
}

/** The box's partition. */
export class RemoteFlash implements Flash {
  readonly length: number;
  readonly blockLength: number;

  constructor({ flashLength, blockLength }: ImageFacts) {
    this.length = flashLength;
    this.blockLength = blockLength;
  }

  read(offset: number, count: number): Uint8Array {
    return Uint8Array.from(call("readFlash", offset, count));
  }

  write(offset: number, bytes: Uint8Array): void {
    call("writeFlash", offset, Array.from(bytes));
  }

  eraseBlocks(first: number, end: number): void {
    call("eraseFlash", first, end);
  }
}

class RemoteInput implements DigitalInput {
  onReadable: DigitalInput["onReadable"];
  #level: 0 | 1;

  constructor(level: 0 | 1) {
    this.#level = level;
  }

  read(): 0 | 1 {
    return this.#level;
  }

  become(level: 0 | 1): void {
    this.#level = level;
    this.onReadable?.();
  }
}

class RemoteSerial implements Serial {
  onReceived: Serial["onReceived"];

  write(bytes: Uint8Array): void {
    call("writeSerial", Array.from(bytes));
  }
}

class RemoteNetwork implements NetworkInterface {
  onChanged: NetworkInterface["onChanged"];
  onFound: ((network: FoundNetwork) => void) | undefined;
  onComplete: (() => void) | undefined;
  #state = call("network");

  get connection(): number {
    return this.#state.connection;
  }

  get address(): string | undefined {
    return this.#state.address ?? undefined;
  }

  get RSSI(): number | undefined {
    return call("RSSI") ?? undefined;
  }

  connect(network?: WiFiNetwork): void {
    this.#state = call("join", network ?? null);
  }

  disconnect(): void {
    this.#state = call("leave");
  }

  scan(onFound: (network: FoundNetwork) => void, onComplete: () => void): void {
    this.onFound = onFound;
    this.onComplete = onComplete;
    call("scan");
  }

  change(property: "connection" | "address", state: NetworkState): void {
    this.#state = state;
    this.onChanged?.(property);
  }
}

class RemoteClock implements Clock {
  #asked: { readonly id: number; readonly options: SynchronizeOptions } | undefined;
  #last = 0;

  now(): Instant {
    const { ticks, date } = call("now");
    return { ticks, date };
  }

  synchronize(options: SynchronizeOptions): void {
    const id = ++this.#last;
    this.#asked = { id, options };
    call("synchronize", id, options.servers);
  }

  /** @returns the requester, unless there is a newer request */
  finish(id: number): SynchronizeOptions | undefined {
    const asked = this.#asked;
    if (asked?.id !== id) return undefined;
    this.#asked = undefined;
    return asked.options;
  }
}

class RemoteTimer implements Timer {
  readonly #armed = new Map<number, () => void>();
  #last = 0;

  set(callback: () => void, delayMs: number): TimerHandle {
    const id = ++this.#last;
    this.#armed.set(id, callback);
    call("setTimer", id, delayMs);
    return { id };
  }

  clear(handle: TimerHandle): void {
    const { id } = handle as { readonly id: number };
    // It may have fired on the other side already; once removed here, it has no effect.
    if (this.#armed.delete(id)) call("clearTimer", id);
  }

  fire(id: number): void {
    const callback = this.#armed.get(id);
    this.#armed.delete(id);
    callback?.();
  }
}

class RemoteSocket implements TLSSocket {
  readonly options: TLSSocketOptions;
  readonly #id: number;
  #onClosed: (() => void) | undefined;

  constructor(id: number, options: TLSSocketOptions, onClosed: () => void) {
    this.options = options;
    this.#id = id;
    this.#onClosed = onClosed;
    const { host, port, applicationLayerProtocol, identity } = options;
    call("openSocket", id, host, port, applicationLayerProtocol ?? null, remoteIdentity(identity));
  }

  read(): Uint8Array | undefined {
    if (this.#onClosed === undefined) return undefined;
    const bytes = call("read", this.#id);
    return bytes === null ? undefined : Uint8Array.from(bytes);
  }

  write(bytes: Uint8Array): number {
    if (this.#onClosed === undefined) return 0;
    return call("write", this.#id, Array.from(bytes));
  }

  close(): void {
    if (this.#onClosed === undefined) return;
    this.#onClosed();
    this.#onClosed = undefined;
    call("closeSocket", this.#id);
  }
}

function remoteIdentity(identity: Identity | undefined): RemoteIdentity {
  if (identity === undefined) return "built-in";
  return identity.type === "issued" ? Array.from(identity.certificate) : identity.type;
}
