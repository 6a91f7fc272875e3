import { createSecureContext } from "node:tls";
import { ownFiles, settingsIn } from "../device/box-contents.ts";
import { BoxData, boxPartitionLength } from "../device/box-data.ts";
import { thisChip } from "../device/chip.ts";
import { type NetworkKind, parseSettings } from "../device/config.ts";
import { CrashMemory, crashMemoryBytes } from "../device/crash-memory.ts";
import { Firmware, type FirmwareRecord } from "../device/firmware.ts";
import { gatePinsIn } from "../device/gate-settings.ts";
import type { FirmwareSlots, Serial, UpdateHardware } from "../device/hal.ts";
import { toLine } from "../device/record-line.ts";
import { firmwareVersion } from "../device/version.ts";
import { boxPartitionAt } from "./esp32/flash-image.ts";
import { createNodeDevice, type NodeDeviceOptions } from "./hardware/device.ts";
import { MemoryFlash } from "./hardware/flash.ts";
import { FaultyLink } from "./hardware/link.ts";
import { ScriptedNetwork } from "./hardware/network.ts";
import { RecordedPin } from "./hardware/pin.ts";
import { MemoryStorage } from "./hardware/storage.ts";
import { makeIdentity, pemOf, type TLSIdentity } from "./hardware/tls.ts";
import { Sha256, updateVerifier } from "./hardware/update.ts";
import { MemoryRetained } from "./retained-memory.ts";
import type { SimulatedBoxRecord } from "./simulated-box.ts";
import { gateHardware } from "./simulated-gate.ts";
import { XsFirmware, type XsOptions } from "./xs/firmware.ts";

export interface BoardFirmwareOptions {
  /** what the board can join; the same at each start. Default: the laptop's network */
  readonly network?: ScriptedNetwork;
  /** what the image is for; default: `wifi` */
  readonly networkKind?: NetworkKind;
  /** runs it on XS, without updates; default: on Node */
  readonly xs?: XsOptions;
  /** the public keys in the image, as device/update-keys.ts has them; default: none */
  readonly updateKeys?: readonly string[];
  /** which version an image in a slot has; default: that of the sources */
  readonly versionOf?: (image: Uint8Array) => string;
  /** what survives a reset, not on XS; default: a memory that was never written */
  readonly retained?: MemoryRetained;
  onRecord?(record: SimulatedBoxRecord): void;
}

/** The serial port as a program on a board sees it. */
export interface BoardSerial {
  write(bytes: Uint8Array): void;
  onData: ((bytes: Uint8Array) => void) | undefined;
}

/** The chip as a program on it sees it. */
export interface BoardChip {
  /** where the running image is in the flash, in bytes */
  readonly slot: { readonly offset: number; readonly length: number };
  readonly slots: FirmwareSlots | undefined;
}

/**
 * The firmware as the program of a virtual board: it has its files from the board's flash, prints its
 * lines to the serial port, and answers Improv there.
 * @returns what starts it, each time the board is reset
 */
export function boardFirmware(options: BoardFirmwareOptions = {}) {
  const storage = new MemoryStorage();
  const network = options.network ?? new ScriptedNetwork();
  const retained = options.retained ?? new MemoryRetained(crashMemoryBytes);
  return (flash: Uint8Array, serial: BoardSerial, chip: BoardChip): { stop(): void } =>
    startFirmware(flash, serial, chip, { ...options, storage, network, retained });
}

function startFirmware(
  bytes: Uint8Array,
  port: BoardSerial,
  { slot, slots }: BoardChip,
  {
    network,
    storage,
    networkKind = "wifi",
    xs,
    updateKeys = [],
    versionOf,
    retained,
    onRecord,
  }: BoardFirmwareOptions &
    Required<Pick<BoardFirmwareOptions, "retained">> &
    Pick<NodeDeviceOptions, "storage" | "network">,
): { stop(): void } {
  const end = boxPartitionAt + boxPartitionLength;
  const flash = new MemoryFlash(bytes.subarray(boxPartitionAt, end));
  const data = new BoxData(flash);
  const settings = settingsIn(data) ?? {};
  const gates = gatePinsIn(settings).map((pin) => ({ pin: new RecordedPin(pin) }));
  const link = new FaultyLink();
  const image = bytes.subarray(slot.offset, slot.offset + slot.length);
  const version = versionOf?.(image) ?? firmwareVersion;
  const { title: chip, imageId } = thisChip;
  const updates: UpdateHardware | undefined = slots && {
    slots,
    chip,
    imageId,
    network: networkKind,
    keyCount: updateKeys.length,
    verify: updateVerifier(updateKeys),
    makeDigest: () => new Sha256(),
  };
  const device = createNodeDevice({
    ...gateHardware(gates),
    identity: identityOf(data),
    link,
    ...(updates === undefined ? {} : { updates }),
    ...(network === undefined ? {} : { network }),
    ...(storage === undefined ? {} : { storage }),
  });
  for (const { pin } of gates) {
    pin.onEdge = (edge) => onRecord?.({ type: "pin", pin: pin.number, ...edge });
  }
  const crashes = new CrashMemory(retained);
  crashes.begin(device.system.resetReason, version);
  const handle = (record: FirmwareRecord) => {
    const line = JSON.stringify(toLine(record, Math.round(device.clock.now().ticks)));
    port.write(Buffer.from(`${line}\n`));
    crashes.note(line);
    onRecord?.(record);
  };
  const serial: Serial = { onReceived: undefined, write: (each) => port.write(each) };
  port.onData = (received) => serial.onReceived?.(received);
  const setup = { flash, serial, networkKind, chip };
  const parsed = parseSettings({ thingName: "none", endpoint: "none", ...settings });
  const firmware =
    xs === undefined || parsed.type === "problems"
      ? new Firmware({
          device,
          data,
          setup,
          networkKind,
          chip,
          version,
          crashes,
          onRecord: handle,
        })
      : new XsFirmware(
          { device, settings: parsed.settings, firmware: version, setup, onRecord: handle },
          xs,
        );
  firmware.start();
  return {
    stop() {
      for (const { pin } of gates) pin.write(0);
      link.abandon();
      device.timer.powerOff();
      device.network.powerOff();
      device.clock.powerOff();
      if (firmware instanceof XsFirmware) firmware.powerOff();
    },
  };
}

/** A box without its files never connects. */
function identityOf(data: BoxData): TLSIdentity {
  const [ca, certificate, key] = ownFiles.map((name) => data.read(name));
  if (ca === undefined || certificate === undefined || key === undefined) {
    return { secureContext: createSecureContext({}) };
  }
  return makeIdentity({
    ca: pemOf("CERTIFICATE", ca),
    certificate: pemOf("CERTIFICATE", certificate),
    key: pemOf("PRIVATE KEY", key),
  });
}
