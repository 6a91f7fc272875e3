import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { programBytes } from "./board.rig.ts";
import { NorFlash } from "./nor-flash.ts";
import { chipModels } from "./registers.ts";
import { commandOf, LoaderClient, le } from "./rom-loader.rig.ts";

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");
const asText = (hex: string) => Buffer.from(hex, "hex").toString();
const syncData = Buffer.concat([le(0x2012_0707), Buffer.alloc(32, 0x55)]);

describe("RomLoader", () => {
  let client: LoaderClient;

  beforeEach(() => {
    client = new LoaderClient();
  });

  it("answers SYNC eight times", () => {
    const answers = client.ask(0x08, syncData);
    const answer = { command: 0x08, value: 0x2012_0707, error: 0, data: "" };
    assert.deepEqual(answers, Array(8).fill(answer));
  });

  it("answers what is not a command as the ROM does: by its last answer, with an error", () => {
    client.ask(0x08, syncData);
    const afterSync = { command: 0x08, value: 0x2012_0707, error: 5, data: "" };
    assert.deepEqual(client.ask(0x14), Array(8).fill(afterSync));
    client.ask(0x0a, le(0x4000_1000));
    const afterRead = { command: 0x0a, value: 0x00f0_1d83, error: 5, data: "" };
    assert.deepEqual(client.ask(0xd4), [afterRead]);
    assert.deepEqual(client.receive(Buffer.from([0xc0, 1, 2, 3, 0xc0])), [afterRead]);
  });

  it("reads registers: which chip, which revision, which address", () => {
    const read = (address: number) => client.ask(0x0a, le(address))[0]?.value;
    assert.equal(read(0x4000_1000), 0x00f0_1d83);
    assert.equal(read(0x3ff5_a004), 0x2801_0203);
    assert.equal(read(0x3ff5_a008), 0x246f);
    assert.equal(read(0x3ff6_607c), 0x8000_0000);
    assert.equal(read(0x3ff4_0014), 347, "40 MHz at 115200 Bd");
    assert.equal(read(0x1234_5678), 0);
  });

  it("writes registers, under their masks", () => {
    assert.equal(client.error(0x09, le(0x100, 0xffff_ffff, 0xff00, 0, 0x104, 7, 15, 0)), 0);
    assert.equal(client.ask(0x0a, le(0x100))[0]?.value, 0xff00);
    assert.equal(client.ask(0x0a, le(0x104))[0]?.value, 7);
    assert.equal(client.error(0x09, le(0x100, 1)), 5);
  });

  it("identifies its flash by SPI commands, once it is attached", () => {
    const identify = () => {
      client.error(0x09, le(0x3ff4_2024, 0x7000_009f, 0xffff_ffff, 0));
      client.error(0x09, le(0x3ff4_2000, 1 << 18, 0xffff_ffff, 0));
      assert.equal(client.ask(0x0a, le(0x3ff4_2000))[0]?.value, 0, "it is done");
      return client.ask(0x0a, le(0x3ff4_2080))[0]?.value;
    };
    assert.equal(identify(), 0xff_ff_ff);
    client.attach();
    assert.equal(identify(), 0x16_40_ef);
  });

  it("says who it is only if it is a newer chip", () => {
    client = new LoaderClient(new NorFlash(), chipModels.esp32s3);
    assert.equal(client.ask(0x0a, le(0x4000_1000))[0]?.value, 9);
    const [answer] = client.ask(0x14);
    assert.equal(answer?.command, 0x14);
    assert.equal(answer?.data, "0000000000000000000000000900000000000000");
  });

  it("changes its rate after the answer", () => {
    assert.equal(client.error(0x0f, le(460_800, 0)), 0);
    assert.deepEqual(client.others, ["460800 Bd"]);
    assert.equal(client.ask(0x0a, le(0x3ff4_0014))[0]?.value, 86);
    assert.equal(client.error(0x0f, le(0, 0)), 6);
    assert.deepEqual(client.others, ["460800 Bd"]);
  });

  it("loads nothing into memory", () => {
    assert.equal(client.error(0x05, le(0x100, 1, 0x100, 0x4008_0000)), 6);
    assert.equal(client.error(0x07, le(0, 0, 0, 0)), 6);
    assert.equal(client.error(0x06, le(0, 0x4008_0000)), 6);
    assert.deepEqual(client.others, []);
  });

  it("has no flash until it is attached", () => {
    assert.equal(client.error(0x02, le(0x1000, 4, 0x400, 0)), 6);
    assert.equal(client.error(0x10, le(0x1000, 4, 0x400, 0)), 6);
    assert.equal(client.error(0x13, le(0, 16, 0, 0)), 6);
    assert.equal(client.error(0x0e, le(0, 16)), 6);
    client.attach();
    assert.equal(client.error(0x0b, le(0, 4 << 20, 65_536, 4_096, 256, 0xffff)), 0);
    assert.equal(client.error(0x02, le(0x1000, 4, 0x400, 0)), 0);
  });

  describe("with its flash", () => {
    beforeEach(() => {
      client.attach();
    });

    it("writes blocks, and answers with the MD5 of what is in the flash", () => {
      const bytes = programBytes(2_500);
      assert.equal(client.error(0x02, le(bytes.length, 3, 0x400, 0x1_0000)), 0);
      assert.equal(client.block(0x03, 0, bytes.subarray(0, 0x400)), 0);
      assert.equal(client.block(0x03, 1, bytes.subarray(0x400, 0x800)), 0);
      const last = Buffer.alloc(0x400, 0xff);
      last.set(bytes.subarray(0x800));
      assert.equal(client.block(0x03, 2, last), 0);
      const [answer] = client.ask(0x13, le(0x1_0000, bytes.length, 0, 0));
      assert.equal(asText(answer?.data ?? ""), md5(bytes));
    });

    it("erases what BEGIN says, before the first block", () => {
      client.flash.bytes.fill(0);
      client.error(0x02, le(5_000, 5, 0x400, 0x1_0000));
      const { bytes } = client.flash;
      assert.deepEqual([bytes[0xffff], bytes[0x1_0000], bytes[0x1_1fff]], [0, 0xff, 0xff]);
      assert.equal(bytes[0x1_2000], 0);
    });

    it("writes compressed blocks as they arrive", () => {
      const bytes = programBytes(20_000);
      const compressed = deflateSync(bytes);
      const blocks = Math.ceil(compressed.length / 0x400);
      assert.ok(blocks > 4);
      assert.equal(client.error(0x10, le(bytes.length, blocks, 0x400, 0x1_0000)), 0);
      assert.equal(client.block(0x11, 0, compressed.subarray(0, 0x400)), 0);
      const written = client.flash.bytes.subarray(0x1_0000, 0x1_0000 + 512);
      assert.deepEqual(Buffer.from(written), Buffer.from(bytes.subarray(0, 512)));
      for (let i = 1; i < blocks; i++) {
        assert.equal(client.block(0x11, i, compressed.subarray(i * 0x400, (i + 1) * 0x400)), 0);
      }
      const [answer] = client.ask(0x13, le(0x1_0000, bytes.length, 0, 0));
      assert.equal(asText(answer?.data ?? ""), md5(bytes));
    });

    it("reads 64 bytes at most", () => {
      client.flash.bytes.set([1, 2, 3], 0x1_0000);
      const [answer] = client.ask(0x0e, le(0x1_0000, 3));
      assert.equal(answer?.data, `010203${"00".repeat(61)}`);
      assert.equal(client.error(0x0e, le(0x1_0000, 65)), 6);
    });

    it("refuses what the ROM refuses", () => {
      assert.equal(client.error(0x02, le(0x1000, 4, 0x400, 0x1_0000, 0)), 5, "five words");
      assert.equal(client.error(0x10, le(0x1000, 4, 0x400, 0x1_0000, 0)), 5, "five words");
      assert.equal(client.error(0x02, le(0x4000, 1, 0x4000, 0x1_0000)), 5, "a large block");
      assert.equal(client.error(0x02, le(0x1000, 4, 0x400, 4 << 20)), 6, "beyond the flash");
      assert.equal(client.error(0x13, le((4 << 20) - 1, 2, 0, 0)), 6, "beyond the flash");
      const block = Buffer.alloc(0x400, 7);
      assert.equal(client.block(0x03, 0, block), 5, "without BEGIN");
      client.error(0x02, le(0x1000, 2, 0x400, 0x1_0000));
      assert.equal(client.block(0x11, 0, block), 5, "compressed, but BEGIN was not");
      assert.equal(client.block(0x03, 1, block), 5, "out of order");
      assert.equal(client.block(0x03, 0, Buffer.alloc(0x401)), 5, "longer than BEGIN said");
      const data = Buffer.concat([le(0x300, 0, 0, 0), block]);
      assert.equal(client.error(0x03, data, 0xef), 5, "another length than it says");
      const right = Buffer.concat([le(0x400, 0, 0, 0), block]);
      assert.equal(client.error(0x03, right, 0xee), 7, "a wrong checksum");
      assert.equal(client.flash.bytes[0x1_0000], 0xff, "nothing was written");
      assert.equal(client.block(0x03, 0, block), 0);
      assert.equal(client.block(0x03, 0, block), 5, "the same block again");
      assert.equal(client.block(0x03, 1, block), 0);
      assert.equal(client.block(0x03, 2, block), 5, "more blocks than BEGIN said");
    });

    it("refuses compressed data that is none, or longer than BEGIN said, and what follows it", () => {
      for (const wrong of [Buffer.from("not zlib"), deflateSync(Buffer.alloc(0x1001))]) {
        client.error(0x10, le(0x1000, 1, 0x400, 0x1_0000));
        assert.equal(client.block(0x11, 0, wrong), 11);
        assert.equal(client.block(0x11, 0, deflateSync(Buffer.alloc(0x1000))), 5);
      }
      client.error(0x10, le(0x1000, 1, 0x400, 0x1_0000));
      assert.equal(client.block(0x11, 0, deflateSync(Buffer.alloc(0x1000))), 0);
    });

    it("says that a stuck byte cannot be written, each time", () => {
      client = new LoaderClient(new NorFlash(undefined, { stuckAt: 0x1_0005 }));
      client.attach();
      client.error(0x02, le(0x1000, 2, 0x400, 0x1_0000));
      assert.equal(client.block(0x03, 0, Buffer.alloc(0x400, 7)), 8);
      assert.equal(client.block(0x03, 0, Buffer.alloc(0x400, 7)), 8);
    });

    it("leaves by FLASH_END, and answers first", () => {
      client.error(0x02, le(0, 0, 0x400, 0));
      assert.equal(client.error(0x04, le(1)), 0);
      assert.deepEqual(client.others, ["run"]);
    });

    it("leaves by FLASH_END also without FLASH_BEGIN, which is an error", () => {
      assert.equal(client.error(0x04, le(0)), 6);
      assert.deepEqual(client.others, ["run"]);
      assert.equal(client.error(0x04), 5);
      assert.deepEqual(client.others, ["run"], "without an argument, it is not a command");
    });

    it("restarts by FLASH_DEFL_END with 0, and stays with 1", () => {
      assert.equal(client.error(0x12, le(1)), 0);
      assert.deepEqual(client.others, []);
      assert.equal(client.error(0x12, le(0)), 0);
      assert.deepEqual(client.others, ["restart"]);
    });

    it("writes anything anywhere, and verifies it", () => {
      const sector = fc.integer({ min: 0, max: 1_000 });
      const content = fc.uint8Array({ minLength: 1, maxLength: 9_000 });
      fc.assert(
        fc.property(sector, content, fc.constantFrom(64, 0x400, 0x1800), (number, bytes, size) => {
          client.writeCompressed(number * 4_096, bytes, size);
          const [answer] = client.ask(0x13, le(number * 4_096, bytes.length, 0, 0));
          assert.equal(asText(answer?.data ?? ""), md5(bytes));
        }),
        { numRuns: 50 },
      );
    });
  });

  it("survives any bytes, and answers a request after them", () => {
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .tuple(
          fc.constantFrom(0x02, 0x03, 0x04, 0x07, 0x09, 0x0a, 0x0d, 0x0e, 0x10, 0x11, 0x13, 0x14),
          fc.uint8Array({ maxLength: 60 }),
          fc.nat(0xff),
        )
        .map(([command, data, checksum]) => commandOf(command, data, checksum)),
    );
    const flash = new NorFlash();
    fc.assert(
      fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
        client = new LoaderClient(flash);
        client.receive(Buffer.concat(parts));
        client.receive(Buffer.of(0xc0));
        assert.equal(client.ask(0x0a, le(0x4000_1000))[0]?.error, 0);
      }),
    );
  });
});
