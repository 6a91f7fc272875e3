import type {
  Button,
  Clock,
  Device,
  Digital,
  DigitalInput,
  FoundNetwork,
  KeyValue,
  NetworkInterface,
  Serial,
  SocketError,
  SynchronizeOptions,
  System,
  Timer,
  TimerHandle,
  TLSSocket,
  TLSSocketOptions,
  WiFiNetwork,
} from "./hal.ts";

/**
 * Hardware that records and calls back on a later turn, on the global timers. With sinon's fake
 * timers, it does nothing until a test advances time.
 */
export class FakeDevice implements Device {
  readonly gatePin = new FakePin();
  gateInput?: FakeInput;
  button?: FakeInput;
  readonly network = new FakeNetwork();
  readonly clock = new FakeClock();
  readonly timer = new FakeTimer();
  readonly storage = new FakeStorage();
  readonly system: System = {
    resetReason: "power-on",
    freeHeap: () => undefined,
    random: () => 0.5,
  };
  /** all sockets ever opened, oldest first */
  readonly sockets: FakeSocket[] = [];

  certificateRequest(): string | undefined {
    return undefined;
  }

  certificateEndsAt(): number | undefined {
    return Date.UTC(2036, 10, 24);
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket has been opened");
    return socket;
  }

  connect(options: TLSSocketOptions): FakeSocket {
    const socket = new FakeSocket(options);
    this.sockets.push(socket);
    return socket;
  }
}

export class FakePin implements Digital {
  readonly writes: (0 | 1)[] = [];

  get value(): 0 | 1 {
    return this.writes.at(-1) ?? 0;
  }

  write(value: 0 | 1): void {
    this.writes.push(value);
  }
}

export class FakeInput implements DigitalInput {
  onReadable: DigitalInput["onReadable"];
  #level: 0 | 1 = 0;

  read(): 0 | 1 {
    return this.#level;
  }

  become(level: 0 | 1): void {
    this.#level = level;
    setTimeout(() => this.onReadable?.(), 0);
  }
}

class FakeNetwork implements NetworkInterface {
  /** false: no network can be joined */
  isReachable = true;
  /** what a scan finds */
  found: readonly FoundNetwork[] = [];
  scans = 0;
  connection = 200;
  address: string | undefined;
  RSSI: number | undefined;
  onChanged: NetworkInterface["onChanged"];
  readonly joined: (WiFiNetwork | undefined)[] = [];

  connect(network?: WiFiNetwork): void {
    this.joined.push(network);
    this.connection = 300;
    setTimeout(() => this.become(this.isReachable ? 500 : 200), 1);
  }

  scan(onFound: (network: FoundNetwork) => void, onComplete: () => void): void {
    this.scans++;
    setTimeout(() => {
      for (const network of this.found) onFound(network);
      onComplete();
    }, 1_500);
  }

  disconnect(): void {
    setTimeout(() => this.become(200), 1);
  }

  become(connection: number): void {
    this.connection = connection;
    this.address = connection >= 500 ? "10.0.0.9" : undefined;
    this.onChanged?.("connection");
  }
}

class FakeClock implements Clock {
  date: number | undefined;
  asked: SynchronizeOptions[] = [];

  now() {
    return { ticks: performance.now(), date: this.date };
  }

  synchronize(options: SynchronizeOptions): void {
    this.asked.push(options);
    setTimeout(() => {
      this.date = 1_800_000_000_000;
      options.onSynchronized();
    }, 1);
  }
}

class FakeTimer implements Timer {
  readonly #armed = new Map<TimerHandle, NodeJS.Timeout>();

  get armed(): number {
    return this.#armed.size;
  }

  set(callback: () => void, delayMs: number): TimerHandle {
    const handle = {};
    const fire = () => {
      this.#armed.delete(handle);
      callback();
    };
    this.#armed.set(handle, setTimeout(fire, Math.ceil(delayMs)));
    return handle;
  }

  clear(handle: TimerHandle): void {
    clearTimeout(this.#armed.get(handle));
    this.#armed.delete(handle);
  }
}

class FakeStorage implements KeyValue {
  readonly values = new Map<string, string>();

  read(key: string): string | undefined {
    return this.values.get(key);
  }

  write(key: string, value: string): void {
    this.values.set(key, value);
  }

  delete(key: string): void {
    this.values.delete(key);
  }
}

/** A serial port whose other end is the test. */
export class FakeSerial implements Serial {
  onReceived: Serial["onReceived"];
  readonly written: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.written.push(bytes);
  }
}

export class FakeButton implements Button {
  isPressed = false;
  onChanged: Button["onChanged"];

  become(isPressed: boolean): void {
    this.isPressed = isPressed;
    this.onChanged?.();
  }
}

/** A socket whose peer is the test. Unlike a real one, it can still call back after close(). */
export class FakeSocket implements TLSSocket {
  readonly options: TLSSocketOptions;
  /** one entry per call of write() */
  readonly written: Uint8Array[] = [];
  closed = 0;
  /** how many bytes may still be written */
  #room = 0;
  #received: Uint8Array[] = [];

  constructor(options: TLSSocketOptions) {
    this.options = options;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.written.flatMap((chunk) => [...chunk]));
  }

  read(): Uint8Array | undefined {
    const received = this.#received.splice(0);
    return received.length === 0 ? undefined : Uint8Array.from(received.flatMap((b) => [...b]));
  }

  write(bytes: Uint8Array): number {
    if (this.closed > 0) throw new Error("written after close()");
    if (bytes.length > this.#room) throw new Error(`${bytes.length} bytes into ${this.#room}`);
    this.written.push(bytes.slice());
    this.#room -= bytes.length;
    return this.#room;
  }

  close(): void {
    this.closed += 1;
  }

  /** The peer has room. The first time, the handshake is done. */
  accept(count: number): void {
    this.#room = count;
    this.options.onWritable(count);
  }

  /** The peer has sent bytes. */
  deliver(bytes: Uint8Array): void {
    this.#received.push(bytes);
    this.options.onReadable(bytes.length);
  }

  fail(reason: SocketError, detail?: string): void {
    this.options.onError(reason, detail);
  }
}
