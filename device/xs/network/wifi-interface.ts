import type NativeWiFi from "embedded:network/interface/wifi";
import type { FoundNetwork, NetworkInterface, Timer, WiFiNetwork } from "../../hal.ts";

const disconnected = 200;

/** WiFi with ECMA-419. It never rejoins by itself, and does not report a disconnect of our own. */
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
      // Joining needs an SSID. Without one, it is reported like any other failure.
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

  scan(onFound: (network: FoundNetwork) => void, onComplete: () => void): void {
    try {
      this.#native.scan({
        onFound: ({ SSID, RSSI, security }) => {
          onFound({ SSID, RSSI, isSecured: security !== "none" });
        },
        onComplete,
      });
    } catch {
      this.#timer.set(onComplete, 0);
    }
  }

  #tellLater(): void {
    this.#timer.set(() => this.#tell("connection"), 0);
  }

  #tell(property: string): void {
    if (property === "connection" || property === "address") this.onChanged?.(property);
  }
}
