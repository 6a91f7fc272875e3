import type NativeFlash from "embedded:storage/flash";
import type { FirmwareSlots } from "../../hal.ts";
import { XsFlash } from "../flash.ts";

/**
 * ESP-IDF 6.0's functions of app_update (esp_ota_ops.h), as XS FFI calls them (manifest.json declares
 * them). Partitions are addresses; results are `esp_err_t`.
 */
export interface SlotFunctions {
  esp_ota_get_running_partition(): number;
  /** @param from 0: the running one */
  esp_ota_get_next_update_partition(from: number): number;
  /** @param state receives an `esp_ota_img_states_t` */
  esp_ota_get_state_partition(partition: number, state: ArrayBuffer): number;
  esp_ota_invalidate_inactive_ota_data_slot(): number;
  esp_ota_set_boot_partition(partition: number): number;
  esp_ota_mark_app_valid_cancel_rollback(): number;
  /** Returns only if it fails. */
  esp_ota_mark_app_invalid_rollback_and_reboot(): number;
  /** Does not return. */
  esp_restart(): void;
}

/** `esp_ota_img_states_t` (ESP-IDF 6.0, esp_flash_partitions.h). */
const pendingVerify = 1;
const invalid = 3;
const aborted = 4;

/**
 * The ESP32's two slots. ECMA-419's flash module finds them by the paths of Moddable's implementation;
 * ESP-IDF's functions write otadata, which the bootloader reads.
 */
export class XsSlots implements FirmwareSlots {
  readonly otherLength: number;
  readonly #flash: XsFlash;
  readonly #functions: SlotFunctions;
  readonly #running: number;
  readonly #other: number;

  /** @throws Error if the partition table has one slot only */
  constructor(native: typeof NativeFlash, functions: SlotFunctions) {
    this.#functions = functions;
    this.#running = functions.esp_ota_get_running_partition();
    this.#other = functions.esp_ota_get_next_update_partition(0);
    if (this.#other === 0 || this.#other === this.#running) {
      throw new Error("no slot for an update: the partition table has one application only");
    }
    this.#flash = new XsFlash(native, "nextota");
    this.otherLength = this.#flash.length;
  }

  get runningState(): "valid" | "trial" {
    return this.#stateOf(this.#running) === pendingVerify ? "trial" : "valid";
  }

  /** Pending although another one runs: the bootloader has found its image damaged. */
  get hasOtherFailed(): boolean {
    const state = this.#stateOf(this.#other);
    return state === invalid || state === aborted || state === pendingVerify;
  }

  /** It fails if there is nothing to forget. */
  forgetOther(): void {
    this.#functions.esp_ota_invalidate_inactive_ota_data_slot();
  }

  erase(offset: number, length: number): void {
    const { blockLength } = this.#flash;
    if (offset % blockLength !== 0 || length % blockLength !== 0) throw new Error("not a sector");
    this.#flash.eraseBlocks(offset / blockLength, (offset + length) / blockLength);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#flash.write(offset, bytes);
  }

  read(offset: number, count: number): Uint8Array {
    return this.#flash.read(offset, count);
  }

  select(): void {
    const result = this.#functions.esp_ota_set_boot_partition(this.#other);
    check("esp_ota_set_boot_partition", result);
  }

  confirm(): void {
    const result = this.#functions.esp_ota_mark_app_valid_cancel_rollback();
    check("esp_ota_mark_app_valid_cancel_rollback", result);
  }

  rollBack(): void {
    const result = this.#functions.esp_ota_mark_app_invalid_rollback_and_reboot();
    check("esp_ota_mark_app_invalid_rollback_and_reboot", result);
  }

  restart(): void {
    this.#functions.esp_restart();
  }

  /** @returns undefined if otadata has no entry for the partition */
  #stateOf(partition: number): number | undefined {
    const state = new ArrayBuffer(4);
    const result = this.#functions.esp_ota_get_state_partition(partition, state);
    return result === 0 ? new DataView(state).getUint32(0, true) : undefined;
  }
}

/** @param result `esp_err_t` */
function check(name: string, result: number): void {
  if (result !== 0) throw new Error(`${name}: ESP-IDF error 0x${result.toString(16)}`);
}
