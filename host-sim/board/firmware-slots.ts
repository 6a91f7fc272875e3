import { isBootableImage } from "../esp32/flash-image.ts";
import {
  activeEntry,
  type BootSlot,
  crcOf,
  type FlashRange,
  type FlashWriter,
  imageState,
  type OtaEntry,
  readBootPlan,
  readOtaEntries,
  slotOfEntry,
  writeOtaEntry,
} from "./bootloader.ts";
import { sectorBytes } from "./nor-flash.ts";

export interface BoardSlotsOptions {
  /** the content of the whole flash */
  readonly flash: Uint8Array;
  /** writes to the same flash */
  readonly writer: FlashWriter;
  /** the slot that the bootloader has started */
  readonly running: BootSlot;
  readonly restart: () => void;
}

/**
 * `FlashSlots` of a virtual board: what the functions of ESP-IDF 6.0's app_update (esp_ota_ops.c) do
 * to otadata, on the bytes of the board's flash.
 */
export class BoardSlots {
  readonly #options: BoardSlotsOptions;
  readonly #otadata: FlashRange;
  readonly #slotCount: number;
  readonly #other: BootSlot;

  /** @throws Error if the partition table has no otadata or no second slot */
  constructor(options: BoardSlotsOptions) {
    this.#options = options;
    const { otadata, slots } = readBootPlan(options.flash);
    const other = slots.find(({ index }) => index !== options.running.index);
    if (otadata === undefined || other === undefined) throw new Error("no slot for an update");
    this.#otadata = otadata;
    this.#slotCount = slots.length;
    this.#other = other;
  }

  get runningState(): "valid" | "trial" {
    const { index } = this.#options.running;
    return this.#stateOf(index) === imageState.pendingVerify ? "trial" : "valid";
  }

  get hasOtherFailed(): boolean {
    const state = this.#stateOf(this.#other.index);
    return failedStates.some((each) => each === state);
  }

  get otherLength(): number {
    return this.#other.length;
  }

  /** `esp_ota_invalidate_inactive_ota_data_slot` */
  forgetOther(): void {
    const entries = this.#entries;
    const active = activeEntry(entries);
    if (active === undefined) return;
    const inactive = 1 - active;
    const entry = entries[inactive];
    if (entry === undefined || entry.crc !== crcOf(entry.sequence)) return;
    if (slotOfEntry(entry, this.#slotCount) === this.#options.running.index) return;
    this.#options.writer.erase(this.#otadata.offset + inactive * sectorBytes, sectorBytes);
  }

  erase(offset: number, length: number): void {
    this.#check(offset, length);
    if (offset % sectorBytes !== 0 || length % sectorBytes !== 0) throw new Error("not a sector");
    this.#options.writer.erase(this.#other.offset + offset, length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#check(offset, bytes.length);
    this.#options.writer.program(this.#other.offset + offset, bytes);
  }

  read(offset: number, count: number): Uint8Array {
    this.#check(offset, count);
    const start = this.#other.offset + offset;
    return this.#options.flash.slice(start, start + count);
  }

  /** `esp_ota_set_boot_partition` */
  select(): void {
    const { offset, length, index } = this.#other;
    if (!isBootableImage(this.#options.flash, offset, length)) throw new Error("no image");
    const entries = this.#entries;
    const active = activeEntry(entries);
    const state = imageState.new;
    if (active === undefined) {
      this.#write(0, { sequence: index + 1, state });
      return;
    }
    const { sequence } = entries[active] as OtaEntry;
    if (slotOfEntry({ sequence, state, crc: 0 }, this.#slotCount) === index) {
      this.#write(active, { sequence, state });
      return;
    }
    let next = sequence + 1;
    while ((next - 1) % this.#slotCount !== index) next += 1;
    this.#write(1 - active, { sequence: next, state });
  }

  /** `esp_ota_mark_app_valid_cancel_rollback` */
  confirm(): void {
    this.#mark(imageState.valid);
  }

  /** `esp_ota_mark_app_invalid_rollback_and_reboot` */
  rollBack(): void {
    const { offset, length } = this.#other;
    if (!isBootableImage(this.#options.flash, offset, length)) throw new Error("no old firmware");
    this.#mark(imageState.invalid);
    this.restart();
  }

  restart(): void {
    this.#options.restart();
  }

  #mark(state: number): void {
    const entries = this.#entries;
    const active = activeEntry(entries);
    const entry = active === undefined ? undefined : entries[active];
    if (active === undefined || entry === undefined) throw new Error("no entry in otadata");
    if (entry.state !== state) this.#write(active, { sequence: entry.sequence, state });
  }

  #write(index: number, entry: Omit<OtaEntry, "crc">): void {
    writeOtaEntry(this.#options.writer, this.#otadata, index, entry);
  }

  get #entries(): readonly OtaEntry[] {
    return readOtaEntries(this.#options.flash, this.#otadata);
  }

  /** `esp_ota_get_state_partition`. @returns undefined if otadata has no entry for the slot */
  #stateOf(slot: number): number | undefined {
    return this.#entries.find(
      (entry) =>
        slotOfEntry(entry, this.#slotCount) === slot && entry.crc === crcOf(entry.sequence),
    )?.state;
  }

  #check(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.#other.length) {
      throw new Error("outside of the slot");
    }
  }
}

/** It was started and not confirmed. Pending although another one runs: its image is damaged. */
const failedStates = [imageState.invalid, imageState.aborted, imageState.pendingVerify] as const;
