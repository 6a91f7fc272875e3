import assert from "node:assert/strict";
import { readTraceLine } from "./register-trace.ts";

describe("a line of QEMU's log", () => {
  it("is parsed as a register write, with its time to the microsecond", () => {
    const line =
      "23358@1795721986.874420:memory_region_ops_write cpu 1 mr 0x55bcc7b0a290 addr 0x3ff44008 value 0x20 size 4 name 'esp32.gpio'";
    assert.deepEqual(readTraceLine(line), {
      address: 0x3ff4_4008,
      value: 0x20,
      at: 1_795_721_986_874.42,
    });
  });

  it("is ignored if it is anything else", () => {
    for (const line of [
      "",
      "Adding SPI flash device",
      "23358@1795721986.874420:memory_region_ops_read cpu 0 mr 0x1 addr 0x3ff44004 value 0x0 size 4 name 'x'",
      "memory_region_ops_write cpu 0 mr 0x1 addr 0x3ff44008 value 0x20 size 4 name 'x'",
    ]) {
      assert.equal(readTraceLine(line), undefined);
    }
  });
});
