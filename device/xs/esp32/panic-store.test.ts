import assert from "node:assert/strict";
import { type CoreDumpFunctions, XsPanicStore } from "./panic-store.ts";

const ok = 0;
const notFound = 0x105;
const invalidSize = 0x104;
const invalidCrc = 0x109;

/** ESP-IDF's core dump in flash. */
class FakeIdf implements CoreDumpFunctions {
  state = ok;
  check = ok;
  reason: string | undefined = "abort() was called at PC 0x400d1234 on core 0";
  task = "main";
  depth = 3;
  erased = 0;

  esp_core_dump_image_get(address: ArrayBuffer, size: ArrayBuffer): number {
    assert.deepEqual([address.byteLength, size.byteLength], [4, 4]);
    return this.state;
  }

  esp_core_dump_image_check(): number {
    return this.check;
  }

  esp_core_dump_image_erase(): number {
    this.erased += 1;
    this.state = notFound;
    return ok;
  }

  esp_core_dump_get_summary(summary: ArrayBuffer): number {
    const view = new DataView(summary);
    const bytes = new Uint8Array(summary);
    bytes.set(Buffer.from(this.task), 4);
    for (let i = 0; i < 16; i++) view.setUint32(24 + 4 * i, 0x400d_0000 + i, true);
    view.setUint32(88, this.depth, true);
    bytes.set(Buffer.from("0123abcd9\0"), 100);
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
    const store = new XsPanicStore(idf);
    assert.equal(store.isFull, true);
    assert.deepEqual(store.read(), {
      reason: "abort() was called at PC 0x400d1234 on core 0",
      task: "main",
      backtrace: [0x400d_0000, 0x400d_0001, 0x400d_0002],
      elf: "0123abcd9",
    });
  });

  it("reads a panic without a reason, a task's longest name, and no more addresses than there are", () => {
    idf.reason = undefined;
    idf.task = "sixteen letters!";
    idf.depth = 17;
    const panic = new XsPanicStore(idf).read();
    assert.equal(panic?.reason, null);
    assert.equal(panic?.task, "sixteen letters!");
    assert.equal(panic?.backtrace.length, 16);
  });

  it("has none in a blank partition, and in an image whose table has no partition for it", () => {
    idf.state = notFound;
    const store = new XsPanicStore(idf);
    assert.deepEqual([store.isFull, store.read(), idf.erased], [false, undefined, 0]);
  });

  it("is full but cannot be read after a power cut while the panic was being written", () => {
    idf.check = invalidCrc;
    const store = new XsPanicStore(idf);
    assert.deepEqual([store.isFull, store.read()], [true, undefined]);
    store.erase();
    assert.equal(store.isFull, false);
  });

  it("erases what is no core dump, because it would keep ESP-IDF from writing one", () => {
    idf.state = invalidSize;
    assert.equal(new XsPanicStore(idf).isFull, false);
    assert.equal(idf.erased, 1);
  });
});
