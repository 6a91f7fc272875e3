import Ethernet from "embedded:network/interface/ethernet";
import type { NetworkKind } from "../../config.ts";
import type { NetworkInterface, Timer } from "../../hal.ts";
import { EthernetInterface } from "./ethernet-interface.ts";

/** The module `boom-box/network` for Ethernet. */
export function openNetwork(timer: Timer): NetworkInterface {
  return new EthernetInterface(Ethernet, timer);
}

export const networkKind: NetworkKind = "ethernet";
