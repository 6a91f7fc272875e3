import type Digital from "embedded:io/digital";
import NativeSerial from "embedded:io/serial";
import NativeFlash from "embedded:storage/flash";
import { Digest } from "crypt";
import FFI from "mc/ffi";
import { thisChip } from "../../chip.ts";
import { CrashMemory } from "../../crash-memory.ts";
import type { GateInputSettings } from "../../gate-input-settings.ts";
import type { DigitalInput, PulseOutput, SetupHardware } from "../../hal.ts";
import { XsButton } from "../button.ts";
import { XsFlash } from "../flash.ts";
import { XsInput } from "../input.ts";
import { XsSerial } from "../serial.ts";
import { XsSha256 } from "../update.ts";
import { type CoreDumpFunctions, XsPanicStore } from "./panic-store.ts";
import { type CopyFunctions, XsRetainedMemory } from "./retained-memory.ts";
import { type RmtFunctions, RmtPulseOutput } from "./rmt-pulse.ts";
import { type SlotFunctions, XsSlots } from "./slots.ts";

/** The functions of ESP-IDF that manifest.json declares for XS FFI. */
export interface BoardFunctions
  extends RmtFunctions,
    SlotFunctions,
    CopyFunctions,
    CoreDumpFunctions {
  /** The C library's: ends in ESP-IDF's panic handler. */
  abort(): void;
  /** in bytes */
  esp_get_free_heap_size(): number;
  /** 0: the flash is not encrypted (ESP-IDF 6.0, esp_flash_encrypt.h) */
  esp_flash_encryption_enabled(): number;
}

/** NTP's */
export const timeServerPort = 123;

/** In native code: a line has hundreds of characters. */
const encode = (text: string) => new Uint8Array(ArrayBuffer.fromString(text));

/** Undefined if the partition table is older, and has no place for a core dump. */
function openPanics(functions: BoardFunctions): XsPanicStore | undefined {
  let flash: XsFlash;
  try {
    flash = new XsFlash(NativeFlash, "coredump");
  } catch {
    return undefined;
  }
  return new XsPanicStore(flash, functions, () => new XsSha256(Digest));
}

/** Once: each access makes a new function object for each function in XS FFI. */
export function openBoard() {
  const functions = new FFI();
  return {
    // A locked chip takes other images: a signed one for another partition table.
    chip:
      functions.esp_flash_encryption_enabled() === 0 ? thisChip.title : `${thisChip.title}-secure`,
    imageId: thisChip.imageId,
    /** @throws Error if the partition table has no partition `box` */
    openFlash: () => new XsFlash(NativeFlash, "box"),
    /** @throws Error if the partition table has one slot only */
    openSlots: () => new XsSlots(NativeFlash, functions),
    openCrashMemory: () =>
      new CrashMemory(new XsRetainedMemory(functions), openPanics(functions), encode),
    /** @param index in the order of the calls: the first is 0 */
    withPulses: (gpio: PulseOutput, pin: number, index: number): PulseOutput =>
      // Without a channel, it is never used: the settings are refused.
      index < thisChip.pulseChannels ? new RmtPulseOutput(gpio, pin, index, functions) : gpio,
    openInput: (
      io: typeof Digital,
      settings: Pick<GateInputSettings, "pin" | "pull">,
    ): DigitalInput => new XsInput(io, settings),
    openSetup: (io: typeof Digital, ledPin: number | undefined): SetupHardware => ({
      serial: new XsSerial(NativeSerial),
      button: new XsButton(io),
      ...(ledPin === undefined
        ? {}
        : { led: new io({ pin: ledPin, mode: io.Output, initialValue: 0 }) }),
    }),
    freeHeap: () => functions.esp_get_free_heap_size(),
    /** Restarts the chip by a panic, which keeps the stack. */
    panic: () => functions.abort(),
    /**
     * An image that was written over the serial port is not on trial: nothing is confirmed then.
     */
    confirmFirmware: () => {
      functions.esp_ota_mark_app_valid_cancel_rollback();
    },
  };
}
