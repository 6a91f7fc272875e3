/** What is used of Moddable's modules, and no more; written from their behaviour (SDK 8.2.3). */

/** Text to the serial port, or to standard output on a desktop. */
declare function trace(text: string): void;

declare const System: {
  /** IPv4 in dots, by the name servers of the network; undefined where there is none */
  resolve(host: string, callback: (host: string, address: string | undefined) => void): void;
};

declare module "time" {
  const Time: {
    /** ms; on microcontrollers a signed 32-bit number that wraps */
    readonly ticks: number;
    /** ms from one reading of `ticks` to a later one, wrapped or not */
    delta(from: number, to: number): number;
    /** seconds since 1970; only whole ones are kept */
    set(seconds: number): void;
  };
  export default Time;
}

declare module "timer" {
  const Timer: {
    set(callback: () => void, delayMs?: number): object;
    /** one that has fired may be cleared too */
    clear(handle: object | undefined): void;
  };
  export default Timer;
}

declare module "Resource" {
  /** A file of the image, in flash. */
  export default class Resource extends ArrayBuffer {
    constructor(name: string);
  }
}

declare module "mc/ffi" {
  import type { BoardFunctions } from "./esp32/board.ts";

  /** Made by the SDK of what manifest.json declares: each function of ESP-IDF as a method. */
  const FFI: new () => BoardFunctions;
  export default FFI;
}

/** What differs between an ESP32 and a desktop, behind one name: `esp32/board.ts` and `lin/board.ts`. */
declare module "boom-box/board" {
  import type { PulseOutput } from "../hal.ts";
  /** UDP */
  export const timeServerPort: number;
  export interface Board {
    /** The gate's pin with hardware that ends its pulses, where there is such. */
    withPulses(gpio: PulseOutput, pin: number): PulseOutput;
    /** in bytes; undefined where the platform cannot tell */
    freeHeap(): number | undefined;
    /** The firmware that runs is good: the bootloader keeps it after a restart. */
    confirmFirmware(): void;
  }
  export function openBoard(): Board;
}

declare module "resetReason" {
  export default function getResetReason(): { readonly reason: number; readonly string: string };
}

declare module "rng" {
  /** One generator for all of TLS: a stream cipher, seeded once. */
  const RNG: { init(seed: ArrayBuffer): void };
  export default RNG;
}

declare module "embedded:io/digital" {
  export default class Digital {
    static readonly Output: number;
    constructor(options: { pin: number; mode: number; initialValue?: 0 | 1 });
    write(value: 0 | 1): void;
  }
}

declare module "embedded:io/socket/tcp" {
  export interface TCPOptions {
    readonly address: string;
    readonly port: number;
    readonly nodelay?: boolean;
    onReadable?(count: number): void;
    onWritable?(count: number): void;
    onError?(): void;
  }
  export default class TCP {
    constructor(options: TCPOptions);
    /** fills the whole of `bytes` */
    read(bytes: Uint8Array): number;
    /** @returns how many bytes may be written now */
    write(bytes: ArrayBuffer | Uint8Array): number;
    close(): void;
  }
}

declare module "embedded:io/socket/udp" {
  /** A datagram, with its sender. */
  export type Datagram = ArrayBuffer & { readonly address: string; readonly port: number };
  export default class UDP {
    constructor(options: { port?: number; onReadable?(count: number): void });
    read(): Datagram | undefined;
    write(bytes: ArrayBuffer | Uint8Array, address: string, port: number): void;
    close(): void;
  }
}

declare module "embedded:io/socket/tcp/tls" {
  import type { TCPOptions } from "embedded:io/socket/tcp";

  /** DER throughout; the key is RSA, PKCS#8. */
  export interface Secure {
    readonly certificate: ArrayBuffer;
    readonly clientCertificates: readonly ArrayBuffer[];
    readonly clientKey: ArrayBuffer;
    readonly applicationLayerProtocolNegotiation?: string;
    readonly cache?: false;
  }
  /** What carries it: TCP, or something that behaves as TCP does. */
  export interface Transport {
    readable: number;
    writable: number;
    read(bytes: Uint8Array): number;
    write(bytes: ArrayBuffer | Uint8Array): number;
    close(): void;
  }
  export interface TLSOptions {
    readonly TCP: { readonly io: new (options: TCPOptions) => Transport };
    /** ours: all options are handed on to the transport, the callbacks changed */
    readonly guard?: object;
    readonly address: string;
    readonly port: number;
    readonly nodelay?: boolean;
    /** SNI, and the name in the certificate */
    readonly host: string;
    readonly secure: Secure;
    /** so many bytes of one record */
    onReadable(count: number): void;
    /** the first time: the handshake is done */
    onWritable(count: number): void;
    onError(): void;
  }
  export default class TLSSocket {
    constructor(options: TLSOptions);
    read(count: number): ArrayBuffer | undefined;
    write(bytes: Uint8Array): number;
    close(): void;
  }
}

declare module "embedded:network/interface/wifi" {
  export default class WiFi {
    constructor(options: { onChanged?(property: string): void });
    readonly connection: number;
    readonly address: string | undefined;
    readonly RSSI: number | undefined;
    /** @throws Error while it is connecting, or where the driver refuses */
    connect(options: { SSID: string; password?: string }): void;
    /** at once, and onChanged is not called */
    disconnect(): void;
  }
}

declare module "embedded:network/interface/ethernet" {
  export default class Ethernet {
    constructor(options: { onChanged?(property: string): void });
    readonly connection: number;
    readonly address: string | undefined;
    connect(): void;
    disconnect(): void;
  }
}

declare module "embedded:storage/key-value" {
  interface Store {
    /** undefined where there is none; throws where another type was written */
    read(key: string): string | undefined;
    /** in flash when it returns */
    write(key: string, value: string): void;
    delete(key: string): void;
  }
  /** Path and keys of 15 characters at most on the ESP32. */
  const KeyValue: { open(options: { path: string; format: "string" }): Store };
  export default KeyValue;
}

declare module "boom-box/network" {
  import type { NetworkInterface, Timer } from "../hal.ts";

  /** The module that the build chose by the setting `network`: `network/wifi.ts` or `ethernet.ts`. */
  export function openNetwork(timer: Timer): NetworkInterface;
}
