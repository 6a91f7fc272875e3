import type NativeWiFi from "embedded:network/interface/wifi";
import type { NetworkInterface, Timer, WiFiNetwork } from "../../hal.ts";

const disconnected = 200;

/** WiFi by ECMA-419: never joins again by itself, and tells nothing of what we ended. */
export class WiFiInterface implements NetworkInterface {
  onChanged: NetworkInterface["onChanged"];
  readonly #native: NativeWiFi;
  readonly #timer: Timer;

  constructor(io: typeof NativeWiFi, timer: Timer) {
    this.#timer = timer;
    this.#native = new io({ onChanged: (property) => this.#tell(property) });
  }

  get connection(): number {
    return this.#native.connection;
  }

  get address(): string | undefined {
    return this.#native.address;
  }

  get RSSI(): number | undefined {
    return this.#native.RSSI;
  }

  connect(network?: WiFiNetwork): void {
    try {
      if (this.#native.connection > disconnected) this.#native.disconnect();
      // Joining needs a name; without one there is nothing to join, and that is told as any failure.
      if (network === undefined) throw new Error("no WiFi network is set");
      this.#native.connect(network);
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
