import type { Settings } from "./config.ts";
import { Box, type BoxEffect, type BoxOptions } from "./core/box.ts";
import { type ClaimEffect, Claimer } from "./core/claimer.ts";
import type { PacketParser } from "./core/mqtt/codec.ts";
import type { ChangeVerdict } from "./core/shadow.ts";
import { reportedState, type SettingsChange } from "./core/shadow-settings.ts";
import { updateKey } from "./core/update-effect.ts";
import type { CrashMemory } from "./crash-memory.ts";
import { type Device, gatesOfDevice, type Identity } from "./hal.ts";
import { shadowTopicsOf } from "./messages/shadow-topics.ts";
import { updateTopicsOf } from "./messages/update-topics.ts";

/** The effects that the agent carries out. */
export type Effect = BoxEffect | ClaimEffect;

export interface SettingsChanges {
  /** the settings may still be taken back */
  readonly isOnTrial: boolean;
  judge(change: SettingsChange): ChangeVerdict;
  /** Stops the agent when no pulse is under way. Another one starts with these settings. */
  attempt(change: SettingsChange): void;
}

export interface MachineParts {
  readonly device: Device;
  readonly settings: Settings;
  readonly firmware: string;
  readonly changes?: SettingsChanges;
  readonly crashes?: CrashMemory;
}

/** @param identity the identity the box connects with */
export function makeBox(parts: MachineParts, parser: PacketParser, identity: Identity): Box {
  const { device, settings, firmware } = parts;
  const { network, storage, system, button } = device;
  const certificateEndsAt = device.certificateEndsAt(identity);
  return new Box({
    settings,
    firmware,
    resetReason: system.resetReason,
    stored: {
      "seen-ids": storage.read("seen-ids"),
      events: storage.read("events"),
      "moves-until": storage.read("moves-until"),
      [updateKey]: storage.read(updateKey),
    },
    ...updatesOf(parts),
    ...shadowOf(parts),
    ...crashOf(parts),
    parser,
    pulseEndsItself: device.gatePin.pulse !== undefined,
    readInputs: gatesOfDevice(device).map(({ input }) => input && (() => input.read())),
    ...(button === undefined ? {} : { readButton: () => button.read() }),
    random: () => system.random(),
    facts: () => ({
      rssi: network.RSSI,
      address: network.address,
      heap: system.freeHeap(),
      certificateEndsAt,
    }),
  });
}

/** What the box needs to update its firmware, if the settings want it and the hardware can do it. */
function updatesOf({ device, settings, firmware }: MachineParts): Pick<BoxOptions, "updates"> {
  const { updates: hardware, system } = device;
  const { updates, prefix, thingName } = settings;
  if (hardware === undefined || updates === "off") return {};
  const { slots, chip, imageId, network, keyCount } = hardware;
  return {
    updates: {
      topics: updateTopicsOf(updates, prefix, thingName),
      target: {
        version: firmware,
        chip,
        imageId,
        network,
        slotBytes: slots.otherLength,
        keyCount,
        verify: (bytes, signature, key) => hardware.verify(bytes, signature, key),
        freeHeap: () => system.freeHeap(),
      },
      slots: {
        isOnTrial: slots.runningState === "trial",
        hasOtherFailed: slots.hasOtherFailed,
      },
      makeDigest: () => hardware.makeDigest(),
    },
  };
}

/** What the box needs for its shadow, if the settings want one. */
function shadowOf({ settings, firmware, changes }: MachineParts): Pick<BoxOptions, "shadow"> {
  if (!settings.shadow) return {};
  return {
    shadow: {
      topics: shadowTopicsOf(settings.thingName),
      state: reportedState(settings, firmware),
      isOnTrial: () => changes?.isOnTrial === true,
      judge: (change) =>
        changes?.judge(change) ?? { type: "refused", reasons: ["this box keeps its settings"] },
    },
  };
}

/** What the box tells of a crash, if the settings want it. */
function crashOf({ settings, crashes }: MachineParts): Pick<BoxOptions, "crash"> {
  if (!settings.log || crashes === undefined) return {};
  return { crash: () => (crashes.isPending ? crashes.report() : undefined) };
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
