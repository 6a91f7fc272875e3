import WiFi from "embedded:network/interface/wifi";
import type { NetworkKind } from "../../config.ts";
import type { NetworkInterface, Timer } from "../../hal.ts";
import { WiFiInterface } from "./wifi-interface.ts";

/** The module `boom-box/network` for WiFi. */
export function openNetwork(timer: Timer): NetworkInterface {
  return new WiFiInterface(WiFi, timer);
}

export const networkKind: NetworkKind = "wifi";
