import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { MemoryFlash } from "../../../host-sim/hardware/flash.ts";
import { Sha256 } from "../../../host-sim/hardware/update.ts";
import { esp32, esp32c3 } from "../../chips/table.ts";
import { type CoreDumpFunctions, XsPanicStore } from "./panic-store.ts";

const ok = 0;
const notFound = 0x105;
const partitionBytes = 0x10000;

/** ESP-IDF's core dump in flash. */
class FakeIdf implements CoreDumpFunctions {
  readonly flash = MemoryFlash.erased(partitionBytes);
  reason: string | undefined = "abort() was called at PC 0x400d1234 on core 0";
  task = "main";
  depth = 3;
  erased = 0;

  /** As the panic handler does. */
  dump(length = 9_000, words: Readonly<Record<number, number>> = {}): this {
    // No four of these bytes are an address in flash.
    const bytes = new Uint8Array(length).map((_, index) => index % 59);
    const view = new DataView(bytes.buffer);
    for (const [at, word] of Object.entries(words)) view.setUint32(Number(at), word, true);
    view.setUint32(0, length, true);
    bytes.set(createHash("sha256").update(bytes.subarray(0, -32)).digest(), length - 32);
    this.flash.write(0, bytes);
    return this;
  }

  open(): XsPanicStore {
    return new XsPanicStore(this.flash, this, () => new Sha256());
  }

  esp_core_dump_image_erase(): number {
    this.erased += 1;
    this.flash.eraseBlocks(0, partitionBytes / this.flash.blockLength);
    return ok;
  }

  esp_core_dump_get_summary(summary: ArrayBuffer): number {
    const view = new DataView(summary);
    const bytes = new Uint8Array(summary);
    bytes.set(Buffer.from(this.task), 4);
    for (let i = 0; i < 16; i++) view.setUint32(24 + 4 * i, 0x400d_0000 + i, true);
    view.setUint32(88, this.depth, true);
    bytes.set(Buffer.from("0123abcd9\0"), 100);
    view.setUint32(112, 15, true);
    view.setUint32(116, 0x3fa4_68a8, true);
    return ok;
  }

  esp_core_dump_get_panic_reason(buffer: ArrayBuffer, length: number): number {
    if (this.reason === undefined) return notFound;
    new Uint8Array(buffer).set(Buffer.from(`${this.reason}\0`).subarray(0, length));
    return ok;
  }
}

describe("XsPanicStore", () => {
  let idf: FakeIdf;
  beforeEach(() => {
    idf = new FakeIdf();
  });

  it("reads the panic's reason, task, backtrace and image", () => {
    const store = idf.dump().open();
    assert.equal(store.isFull, true);
    assert.deepEqual(store.read(), {
      reason: "abort() was called at PC 0x400d1234 on core 0",
      task: "main",
      backtrace: [0x400d_0000, 0x400d_0001, 0x400d_0002],
      code: [],
      elf: "0123abcd9",
    });
  });

  it("reads an exception of the CPU, a task's longest name, and no more addresses than there are", () => {
    idf.reason = undefined;
    idf.task = "sixteen letters!";
    idf.depth = 17;
    const panic = idf.dump().open().read();
    assert.equal(panic?.reason, "EXCCAUSE 15, EXCVADDR 0x3fa468a8");
    assert.equal(panic?.task, "sixteen letters!");
    assert.equal(panic?.backtrace.length, 16);
  });

  it("reads on RISC-V where it was and where it had come from, of which alone one can be sure", () => {
    idf.dump();
    idf.reason = undefined;
    idf.esp_core_dump_get_summary = (summary) => {
      const view = new DataView(summary);
      const bytes = new Uint8Array(summary);
      bytes.set(Buffer.from("main"), 4);
      view.setUint32(20, 0x4200_1234, true);
      bytes.fill(0xa5, 24, 24 + 512);
      bytes.set(Buffer.from("0123abcd9\0"), 544);
      for (const [at, value] of [
        [564, 5],
        [568, 0x10],
        [572, 0x4200_5678],
      ] as const) {
        view.setUint32(at, value, true);
      }
      return ok;
    };
    const store = new XsPanicStore(idf.flash, idf, () => new Sha256(), esp32c3);
    assert.deepEqual(store.read(), {
      reason: "MCAUSE 5, MTVAL 0x10",
      task: "main",
      backtrace: [0x4200_1234, 0x4200_5678],
      code: [],
      elf: "0123abcd9",
    });
  });

  it("finds the byte code that was on the stacks, each address once and in their order", () => {
    const { first, end } = esp32.flashData;
    idf.dump(9_000, {
      400: first + 0x1_2345,
      404: first - 1,
      408: end,
      4094: first + 7, // not at a word
      4096: first,
      4100: first + 0x1_2345,
      8964: end - 1,
    });
    assert.deepEqual(idf.open().read()?.code, [first + 0x1_2345, first, end - 1]);
  });

  it("gives no more of them than a report has room for", () => {
    const words = Array.from({ length: 100 }, (_, index) => [400 + 4 * index, 0x3f40_0000 + index]);
    const code = idf.dump(9_000, Object.fromEntries(words)).open().read()?.code;
    assert.deepEqual(
      code,
      Array.from({ length: 32 }, (_, index) => 0x3f40_0000 + index),
    );
  });

  it("has none in a blank partition", () => {
    const store = idf.open();
    assert.deepEqual([store.isFull, store.read(), idf.erased], [false, undefined, 0]);
  });

  it("is full but cannot be read after a power cut while the panic was being written", () => {
    const whole = idf.dump().flash.read(0, partitionBytes);
    for (const written of [32, 4_096, 8_967, 8_999]) {
      idf = new FakeIdf();
      idf.flash.write(0, whole.slice(0, written));
      const store = idf.open();
      assert.deepEqual([store.isFull, store.read()], [true, undefined]);
      store.erase();
      assert.equal(store.isFull, false);
    }
  });

  it("erases what is no core dump, because it would keep ESP-IDF from writing one", () => {
    for (const length of [0, 32, partitionBytes + 1]) {
      idf = new FakeIdf();
      idf.flash.write(0, new Uint8Array(Uint32Array.of(length).buffer));
      assert.equal(idf.open().isFull, false);
      assert.equal(idf.erased, 1);
    }
  });
});
