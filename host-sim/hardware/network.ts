import type { FoundNetwork, NetworkInterface, WiFiNetwork } from "../../device/hal.ts";

const disconnected = 200;
const connecting = 300;
const connected = 400;
const addressed = 500;

/** One network in range, or Ethernet (no SSID). */
export interface Reachable {
  readonly SSID?: string;
  readonly password?: string;
  readonly RSSI?: number;
  readonly address: string;
}

/** The laptop's own network, which is connected before the simulator starts. */
export const laptop: Reachable = { address: "127.0.0.1", RSSI: -55 };

/**
 * A network interface with a scriptable environment: which networks are in range, and how long
 * joining takes. A `Reachable` without SSID accepts every box.
 */
export class ScriptedNetwork implements NetworkInterface {
  onChanged: NetworkInterface["onChanged"];
  joinMs: number;
  #reachable: readonly Reachable[];
  #connection = disconnected;
  #joined: Reachable | undefined;
  #pending: NodeJS.Timeout | undefined;
  #scan: NodeJS.Timeout | undefined;

  constructor(reachable: readonly Reachable[] = [laptop], joinMs = 1) {
    this.#reachable = reachable;
    this.joinMs = joinMs;
  }

  get connection(): number {
    return this.#connection;
  }

  get address(): string | undefined {
    return this.#joined?.address;
  }

  get RSSI(): number | undefined {
    return this.#joined?.RSSI;
  }

  connect(network?: WiFiNetwork): void {
    clearTimeout(this.#pending);
    this.#joined = undefined;
    this.#connection = connecting;
    this.#pending = setTimeout(() => {
      this.#pending = undefined;
      const found = this.#reachable.find((reachable) => admits(reachable, network));
      if (found === undefined) {
        this.#change(disconnected);
        return;
      }
      this.#change(connected);
      // The observer may have disconnected just now.
      if (this.#connection !== connected) return;
      this.#joined = found;
      this.#change(addressed);
    }, this.joinMs);
  }

  disconnect(): void {
    clearTimeout(this.#pending);
    this.#joined = undefined;
    if (this.#connection === disconnected) return;
    this.#connection = disconnected;
    this.#pending = setTimeout(() => {
      this.#pending = undefined;
      this.onChanged?.("connection");
    }, 0);
  }

  /** Finds the networks in range that have an SSID, after as long as joining takes. */
  scan(onFound: (network: FoundNetwork) => void, onComplete: () => void): void {
    this.#scan = setTimeout(() => {
      for (const { SSID, RSSI, password } of this.#reachable) {
        if (SSID !== undefined) {
          onFound({ SSID, RSSI: RSSI ?? -60, isSecured: password !== undefined });
        }
      }
      onComplete();
    }, this.joinMs);
  }

  /** Changes the networks in range. A box that is joined to a removed network is notified. */
  reach(reachable: readonly Reachable[]): void {
    this.#reachable = reachable;
    if (this.#joined === undefined || reachable.includes(this.#joined)) return;
    this.disconnect();
  }

  /** Power-off: no callback runs any more. The networks in range stay for the next power-on. */
  powerOff(): void {
    clearTimeout(this.#pending);
    clearTimeout(this.#scan);
    this.#joined = undefined;
    this.#connection = disconnected;
    this.onChanged = undefined;
  }

  #change(connection: number): void {
    this.#connection = connection;
    this.onChanged?.("connection");
  }
}

function admits(reachable: Reachable, network: WiFiNetwork | undefined): boolean {
  if (reachable.SSID === undefined) return true;
  return reachable.SSID === network?.SSID && reachable.password === network.password;
}
