import type { Settings } from "./config.ts";
import { Box, type BoxEffect } from "./core/box.ts";
import { type ClaimEffect, Claimer } from "./core/claimer.ts";
import type { PacketParser } from "./core/mqtt/codec.ts";
import type { Device, Identity } from "./hal.ts";

/** The effects that the agent carries out. */
export type Effect = BoxEffect | ClaimEffect;

export interface MachineParts {
  readonly device: Device;
  readonly settings: Settings;
  readonly firmware: string;
}

/** @param identity the identity the box connects with */
export function makeBox(parts: MachineParts, parser: PacketParser, identity: Identity): Box {
  const { device, settings, firmware } = parts;
  const { network, storage, system } = device;
  const certificateEndsAt = device.certificateEndsAt(identity);
  return new Box({
    settings,
    firmware,
    resetReason: system.resetReason,
    stored: {
      "seen-ids": storage.read("seen-ids"),
      events: storage.read("events"),
      "moves-until": storage.read("moves-until"),
    },
    parser,
    pulseEndsItself: device.gatePin.pulse !== undefined,
    random: () => system.random(),
    facts: () => ({
      rssi: network.RSSI,
      address: network.address,
      heap: system.freeHeap(),
      certificateEndsAt,
    }),
  });
}

/** @param isOnce see {@link ClaimerOptions} */
export function makeClaimer(
  { device, settings }: MachineParts,
  parser: PacketParser,
  template: string,
  isOnce: boolean,
): Claimer {
  return new Claimer({
    settings,
    template,
    isOnce,
    parser,
    request: () => device.certificateRequest(),
    random: () => device.system.random(),
  });
}
