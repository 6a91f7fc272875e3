import type NativeEthernet from "embedded:network/interface/ethernet";
import { type NetworkInterface, networkReady, type Timer } from "../../hal.ts";

const disconnected = 200;
const connecting = 300;

/**
 * Ethernet with ECMA-419. The cable stays connected from the first connect() on, and this class reports
 * what its user asked for: the SDK's `disconnect` clears the driver's flags while DHCP goes on, so a later
 * `connect` waits for an address event that never comes (modules/io/ethernet/esp32, SDK 8.2.3).
 */
export class EthernetInterface implements NetworkInterface {
  onChanged: NetworkInterface["onChanged"];
  readonly RSSI = undefined;
  readonly #native: NativeEthernet;
  readonly #timer: Timer;
  /** reported in place of the driver's state; undefined: the driver's own */
  #reported: typeof disconnected | typeof connecting | undefined;

  constructor(io: typeof NativeEthernet, timer: Timer) {
    this.#timer = timer;
    this.#native = new io({ onChanged: (property) => this.#tell(property) });
  }

  get connection(): number {
    return this.#reported ?? this.#native.connection;
  }

  get address(): string | undefined {
    return this.#reported === undefined ? this.#native.address : undefined;
  }

  connect(): void {
    const { connection } = this.#native;
    if (connection >= networkReady) {
      this.#reported = connecting;
      this.#tellLater(() => {
        if (this.#reported === connecting) this.#reported = undefined;
      });
      return;
    }
    this.#reported = undefined;
    if (connection > disconnected) return;
    try {
      this.#native.connect();
    } catch {
      this.#tellLater();
    }
  }

  disconnect(): void {
    if (this.connection <= disconnected) return;
    this.#reported = disconnected;
    this.#tellLater();
  }

  #tellLater(first: () => void = () => {}): void {
    this.#timer.set(() => {
      first();
      this.onChanged?.("connection");
    }, 0);
  }

  /** The driver's changes. They are of no interest while the user wants no connection. */
  #tell(property: string): void {
    if (this.#reported !== undefined) return;
    if (property === "connection" || property === "address") this.onChanged?.(property);
  }
}
