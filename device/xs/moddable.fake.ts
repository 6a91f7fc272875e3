import type NativeDigital from "embedded:io/digital";
import type TCP from "embedded:io/socket/tcp";
import type { TCPOptions } from "embedded:io/socket/tcp";
import type NativeTLSSocket from "embedded:io/socket/tcp/tls";
import type { Secure, TLSOptions, Transport } from "embedded:io/socket/tcp/tls";
import type UDP from "embedded:io/socket/udp";
import type { Datagram } from "embedded:io/socket/udp";
import type NativeWiFi from "embedded:network/interface/wifi";
import { createSocket } from "node:dgram";
import { connect as connectTcp } from "node:net";
import { connect, createSecureContext, type TLSSocket } from "node:tls";
import type { ClaimIdentity } from "../../host-sim/hardware/tls.ts";
import type { XsModules } from "./device.ts";
import { openGatePin } from "./gate-pin.ts";
import { WiFiInterface } from "./network/wifi-interface.ts";

/** A 32-bit counter that wraps a tenth of a second after creation. */
export class FakeTime {
  readonly #from = performance.now();
  readonly set = (seconds: number): void => {
    this.seconds = seconds;
  };
  seconds: number | undefined;

  get ticks(): number {
    return (Math.floor(performance.now() - this.#from) + 0x7fff_ffff - 100) | 0;
  }

  delta(from: number, to: number): number {
    return (to - from) | 0;
  }
}

/** Whole milliseconds, which may end early in the last one. */
export const fakeTimer: XsModules["nativeTimer"] = {
  set: (callback, delayMs = 0) => setTimeout(callback, Math.floor(delayMs)),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

type DigitalOptions = ConstructorParameters<typeof NativeDigital>[0];

export class FakeDigital implements NativeDigital {
  static readonly Output = 8;
  static readonly Input = 0;
  static readonly InputPullUp = 1;
  static readonly InputPullDown = 2;
  static readonly Rising = 1;
  static readonly Falling = 2;
  static edges: (0 | 1)[] = [];
  readonly options: DigitalOptions;
  #value: 0 | 1;

  constructor(options: DigitalOptions) {
    this.options = options;
    this.#value = options.initialValue ?? 1;
  }

  read(): 0 | 1 {
    return this.#value;
  }

  /** The level of an input changes from outside. */
  become(value: 0 | 1): void {
    this.#value = value;
    const edge = value === 1 ? FakeDigital.Rising : FakeDigital.Falling;
    if (((this.options.edge ?? 0) & edge) !== 0) this.options.onReadable?.();
  }

  write(value: 0 | 1): void {
    if (value !== this.#value) FakeDigital.edges.push(value);
    this.#value = value;
  }
}

/** ECMA-419's UDP on top of Node's. */
export class FakeUDP implements UDP {
  readonly #socket = createSocket("udp4");
  readonly #received: Datagram[] = [];

  constructor({ onReadable }: ConstructorParameters<typeof UDP>[0]) {
    this.#socket.on("message", (bytes, { address, port }) => {
      this.#received.push(Object.assign(Uint8Array.from(bytes).buffer, { address, port }));
      onReadable?.(this.#received.length);
    });
  }

  read(): Datagram | undefined {
    return this.#received.shift();
  }

  write(bytes: ArrayBuffer | Uint8Array, address: string, port: number): void {
    this.#socket.send(new Uint8Array(bytes), port, address);
  }

  close(): void {
    this.#socket.close();
  }
}

/** The peer that a transport of Moddable's TLS is for. Node does TLS itself, below the fake TCP. */
export interface FakeIdentity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Like the SDK: the peer refuses an invalid certificate. */
function contextOf(ca: string, { clientCertificates: [certificate], clientKey }: Secure) {
  if (certificate === undefined) return createSecureContext({ ca });
  const cert = pemOf("CERTIFICATE", certificate);
  try {
    return createSecureContext({ ca, cert, key: pemOf("PRIVATE KEY", clientKey) });
  } catch {
    return createSecureContext({ ca });
  }
}

const pemOf = (label: string, der: ArrayBuffer) =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64")}\n-----END ${label}-----\n`;

/** The DER in PEM: a certificate's or a PKCS#8 key's. */
function derOf(pem: string): Uint8Array {
  const base64 = pem.split(/-----[^-]+-----/)[1] ?? "";
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

/**
 * TCP and TLS as in the SDK: TLS throws refusals out of TCP's callback, and reports one record at a
 * time.
 */
export function fakeTls(identity: FakeIdentity) {
  let secureContext = createSecureContext(identity);
  let refusal: Error | undefined;

  class FakeTCP implements TCP {
    readonly #socket: TLSSocket;
    #received = Buffer.alloc(0);

    constructor({ address, port, onReadable, onWritable, onError }: TCPOptions) {
      const tcp = connectTcp({ host: address, port });
      tcp.on("connect", () => onWritable?.(0));
      const socket = connect({ socket: tcp, secureContext, servername: "localhost" });
      this.#socket = socket;
      let isOver = false;
      const end = () => {
        if (!isOver) onError?.();
        isOver = true;
      };
      socket.on("secureConnect", () => onWritable?.(1_440));
      socket.on("data", (bytes: Buffer) => {
        this.#received = Buffer.concat([this.#received, bytes]);
        onReadable?.(this.#received.length);
      });
      socket.on("error", (error: NodeJS.ErrnoException) => {
        const { code = "" } = error;
        // An alert is the peer's verdict on our certificate, not ours on the peer's.
        if (/CERT|SELF_SIGNED|ALTNAME|UNABLE/.test(code) && !code.includes("_ALERT_")) {
          isOver = true;
          refusal = new Error(`certificate 0: ${error.code}`);
          onReadable?.(1);
        } else end();
      });
      tcp.on("error", end);
      socket.on("close", end);
    }

    read(bytes: Uint8Array): number {
      bytes.set(this.#received.subarray(0, bytes.length));
      this.#received = this.#received.subarray(bytes.length);
      return bytes.length;
    }

    write(bytes: ArrayBuffer | Uint8Array): number {
      this.#socket.write(new Uint8Array(bytes));
      return 1_440;
    }

    close(): void {
      this.#socket.destroy();
    }
  }

  class FakeTLSSocket implements NativeTLSSocket {
    readonly #transport: Transport;
    #waiting = 0;

    constructor({ onReadable, onWritable, onError, ...options }: TLSOptions) {
      secureContext = contextOf(identity.ca, options.secure);
      this.#transport = new options.TCP.io({
        ...options,
        onReadable: (count) => {
          if (refusal !== undefined) {
            const error = refusal;
            refusal = undefined;
            throw error;
          }
          this.#transport.readable = count;
          // One record at a time, with at most four bytes.
          this.#waiting = Math.min(4, count);
          onReadable(this.#waiting);
        },
        onWritable: (count) => {
          if (count > 96) onWritable(count - 96);
        },
        onError,
      });
      this.#transport.readable = 0;
      this.#transport.writable = 0;
    }

    read(count: number): ArrayBuffer | undefined {
      if (count > this.#waiting) throw new Error("invalid");
      const bytes = new Uint8Array(count);
      this.#transport.read(bytes);
      // The SDK continues by itself if data remain, where no catch reaches it.
      const rest = this.#transport.readable;
      if (rest > 0) throw new Error("it would set its own timer");
      return bytes.buffer;
    }

    write(bytes: Uint8Array): number {
      return this.#transport.write(bytes) - 32;
    }

    close(): void {
      this.#transport.close();
    }
  }
  return { tcp: FakeTCP, tls: FakeTLSSocket };
}

/** One access point, in range or not. */
export class FakeWiFi implements NativeWiFi {
  static isReachable = true;
  static made: FakeWiFi[] = [];
  static readonly networks = [
    { SSID: "car park", RSSI: -60, security: "wpa2_psk" },
    { SSID: "guests", RSSI: -80, security: "none" },
  ];
  connection = 200;
  readonly joined: unknown[] = [];
  readonly #onChanged: ((property: string) => void) | undefined;
  #pending: NodeJS.Timeout | undefined;

  constructor({ onChanged }: ConstructorParameters<typeof NativeWiFi>[0]) {
    this.#onChanged = onChanged;
    FakeWiFi.made.push(this);
  }

  get address(): string | undefined {
    return this.connection === 500 ? "10.0.0.9" : undefined;
  }

  get RSSI(): number | undefined {
    return this.connection >= 400 ? -60 : undefined;
  }

  connect(options: { SSID: string; password?: string }): void {
    if (options.SSID === "") throw new Error("SSID required");
    if (this.connection !== 200) throw new Error("already connecting");
    this.joined.push(options);
    this.connection = 300;
    this.#pending = setTimeout(() => this.become(FakeWiFi.isReachable ? 500 : 200), 1);
  }

  disconnect(): void {
    clearTimeout(this.#pending);
    this.connection = 200;
  }

  scan({ onFound, onComplete }: Parameters<NativeWiFi["scan"]>[0]): void {
    if (this.connection === 300) throw new Error("scan failed");
    setTimeout(() => {
      for (const network of FakeWiFi.networks) onFound(network);
      onComplete();
    }, 1);
  }

  become(connection: number): void {
    this.connection = connection;
    this.#onChanged?.("connection");
  }
}

/** Like NVS on the ESP32: keys of at most 15 characters. */
export const fakeKeyValue = (values = new Map<string, string>()): XsModules["keyValue"] => ({
  open({ path }) {
    const check = (key: string) => {
      if (key.length > 15) throw new Error("key too long");
      return key;
    };
    check(path);
    return {
      read: (key) => values.get(check(key)),
      write: (key, value) => {
        values.set(check(key), value);
      },
      delete: (key) => {
        values.delete(check(key));
      },
    };
  },
});

/** All Moddable modules that a box uses, on Node. */
export function fakeModules(
  identity: FakeIdentity,
  claim: ClaimIdentity,
  resolve: XsModules["resolve"],
): XsModules {
  FakeDigital.edges = [];
  FakeWiFi.isReachable = true;
  FakeWiFi.made = [];
  const files = new Map([
    ["ca.der", derOf(identity.ca)],
    ["certificate.der", derOf(identity.cert)],
    ["private-key.der", derOf(identity.key)],
    ["claim-certificate.der", derOf(claim.certificate)],
    ["claim-private-key.der", derOf(claim.key)],
    ["request.pem", Uint8Array.from(Buffer.from(claim.request))],
  ]);
  return {
    ...fakeTls(identity),
    time: new FakeTime(),
    nativeTimer: fakeTimer,
    udp: FakeUDP,
    rng: { init: () => {} },
    resolve,
    keyValue: fakeKeyValue(),
    freeHeap: () => 120_000,
    getResetReason: () => ({ reason: 9, string: "Brownout" }),
    gatePin: openGatePin(FakeDigital, 5, {}),
    openNetwork: (timer) => new WiFiInterface(FakeWiFi, timer),
    readFile: (name) => files.get(name),
    onFailure: (detail) => {
      throw new Error(detail);
    },
  };
}
