import type NativeFlash from "embedded:storage/flash";
import assert from "node:assert/strict";
import { type BootSlot, readBootPlan } from "../../../host-sim/board/bootloader.ts";
import { BoardSlots } from "../../../host-sim/board/firmware-slots.ts";
import { describeSlots, type SlotsUnderTest, slotsBoard } from "../../firmware-slots.contract.ts";
import { type SlotFunctions, XsSlots } from "./slots.ts";

const addresses = [0x3ffb_1000, 0x3ffb_2000] as const;

/** ESP-IDF's functions and the SDK's flash module, over the flash of a virtual board. */
class FakeIdf implements SlotFunctions {
  readonly #slots: BoardSlots;
  readonly #running: BootSlot;
  readonly #flash: Uint8Array;

  constructor(options: ConstructorParameters<typeof BoardSlots>[0]) {
    this.#slots = new BoardSlots(options);
    this.#running = options.running;
    this.#flash = options.flash;
  }

  readonly native: typeof NativeFlash = {
    open: ({ path }) => {
      assert.equal(path, "nextota");
      const slots = this.#slots;
      return {
        read: (count, offset) => Uint8Array.from(slots.read(offset, count)).buffer,
        write: (bytes, offset) => slots.write(offset, bytes),
        eraseBlock: (first, end) => slots.erase(first * 4096, (end - first) * 4096),
        status: () => ({
          size: slots.otherLength,
          blocks: slots.otherLength / 4096,
          blockLength: 4096,
        }),
      };
    },
  };

  esp_ota_get_running_partition(): number {
    return addresses[this.#running.index] ?? 0;
  }

  esp_ota_get_next_update_partition(from: number): number {
    assert.equal(from, 0);
    const { slots } = readBootPlan(this.#flash);
    return slots.length < 2 ? this.esp_ota_get_running_partition() : this.#other;
  }

  esp_ota_get_state_partition(partition: number, state: ArrayBuffer): number {
    const slots = this.#slots;
    const isOther = partition === this.#other;
    const value = isOther ? slots.hasOtherFailed && 4 : slots.runningState === "trial" && 1;
    if (value === false) return 0x105;
    new DataView(state).setUint32(0, value, true);
    return 0;
  }

  esp_ota_invalidate_inactive_ota_data_slot(): number {
    this.#slots.forgetOther();
    return -1;
  }

  esp_ota_set_boot_partition(partition: number): number {
    assert.equal(partition, this.#other);
    return this.#try(() => this.#slots.select());
  }

  esp_ota_mark_app_valid_cancel_rollback(): number {
    return this.#try(() => this.#slots.confirm());
  }

  esp_ota_mark_app_invalid_rollback_and_reboot(): number {
    return this.#try(() => this.#slots.rollBack());
  }

  esp_restart(): void {
    this.#slots.restart();
  }

  get #other(): number {
    return addresses[1 - this.#running.index] ?? 0;
  }

  #try(run: () => void): number {
    try {
      run();
      return 0;
    } catch {
      return 0x1503;
    }
  }
}

describeSlots(
  "the ESP32",
  (): SlotsUnderTest =>
    slotsBoard((options) => {
      const idf = new FakeIdf(options);
      return new XsSlots(idf.native, idf);
    }),
);

describe("the ESP32's slots", () => {
  it("are refused with one application only", () => {
    const functions = { esp_ota_get_running_partition: () => 1 } as SlotFunctions;
    functions.esp_ota_get_next_update_partition = () => 1;
    const native = { open: () => assert.fail() } as typeof NativeFlash;
    assert.throws(() => new XsSlots(native, functions), /one application only/);
  });

  it("say which function of ESP-IDF failed", () => {
    const board = slotsBoard((options) => {
      const idf = new FakeIdf(options);
      return new XsSlots(idf.native, idf);
    });
    assert.throws(() => board.slots.select(), /esp_ota_set_boot_partition: ESP-IDF error 0x1503/);
  });
});
