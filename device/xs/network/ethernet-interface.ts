import type NativeEthernet from "embedded:network/interface/ethernet";
import type { NetworkInterface, Timer } from "../../hal.ts";

const disconnected = 200;

/** Ethernet with ECMA-419. */
export class EthernetInterface implements NetworkInterface {
  onChanged: NetworkInterface["onChanged"];
  readonly RSSI = undefined;
  readonly #native: NativeEthernet;
  readonly #timer: Timer;

  constructor(io: typeof NativeEthernet, timer: Timer) {
    this.#timer = timer;
    this.#native = new io({ onChanged: (property) => this.#tell(property) });
  }

  get connection(): number {
    return this.#native.connection;
  }

  get address(): string | undefined {
    return this.#native.address;
  }

  connect(): void {
    try {
      if (this.#native.connection > disconnected) this.#native.disconnect();
      this.#native.connect();
    } catch {
      this.#tellLater();
    }
  }

  disconnect(): void {
    if (this.#native.connection <= disconnected) return;
    this.#native.disconnect();
    this.#tellLater();
  }

  #tellLater(): void {
    this.#timer.set(() => this.#tell("connection"), 0);
  }

  #tell(property: string): void {
    if (property === "connection" || property === "address") this.onChanged?.(property);
  }
}
