import { type BoxFiles, boxPartitionLength } from "../../device/box-data.ts";
import { type NetworkKind, parseSettings } from "../../device/config.ts";
import { type RawSettings, settingsFile, writeSettings } from "../../device/settings-text.ts";
import { emulatorBrokerPort, emulatorHost } from "../../host-sim/esp32/addresses.ts";
import { planBoxData } from "../../host-sim/esp32/box-plan.ts";
import { boxPartitionAt } from "../../host-sim/esp32/flash-image.ts";
import { UserError } from "../command-line/user-error.ts";

/**
 * The settings for an emulated box: with Ethernet, without WiFi passwords, and with this machine as its
 * broker and time server.
 */
export function emulatedSettings(settings: RawSettings): RawSettings {
  const { networks: _, alpn: __, ...rest } = settings;
  const network: NetworkKind = "ethernet";
  const emulated = {
    ...rest,
    network,
    endpoint: emulatorHost,
    port: emulatorBrokerPort,
    timeServers: [emulatorHost],
  };
  const result = parseSettings(emulated);
  if (result.type === "problems") throw new UserError(result.problems.join("; "));
  return emulated;
}

/** The box's files with settings for the emulator. */
export function emulatedFiles(settings: RawSettings, credentials: BoxFiles): BoxFiles {
  return new Map([[settingsFile, writeSettings(emulatedSettings(settings))], ...credentials]);
}

/** Writes a box's files to the flash of an emulated chip, as `boom-box flash` does on a board. */
export function installBoxFiles(flash: Uint8Array, files: BoxFiles): void {
  const partition = flash.subarray(boxPartitionAt, boxPartitionAt + boxPartitionLength);
  for (const step of planBoxData(partition, files)) {
    if (step.type === "erase") partition.fill(0xff, step.offset, step.offset + step.length);
    else partition.set(step.bytes, step.offset);
  }
}
