import type NativeSerial from "embedded:io/serial";
import assert from "node:assert/strict";
import { XsButton } from "./button.ts";
import { XsFlash } from "./flash.ts";
import { FakeDigital } from "./moddable.fake.ts";
import { XsSerial } from "./serial.ts";

describe("the flash on Moddable", () => {
  it("names its partition, and passes ECMA-419's arguments", () => {
    const calls: unknown[][] = [];
    const flash = new XsFlash(
      {
        open: ({ path }) => {
          calls.push(["open", path]);
          return {
            status: () => ({ size: 65_536, blocks: 16, blockLength: 4_096 }),
            read: (count, offset) => {
              calls.push(["read", count, offset]);
              return Uint8Array.of(7, 8).buffer;
            },
            write: (bytes, offset) => calls.push(["write", [...bytes], offset]),
            eraseBlock: (first, end) => calls.push(["erase", first, end]),
          };
        },
      },
      "box",
    );
    assert.deepEqual([flash.length, flash.blockLength], [65_536, 4_096]);
    assert.deepEqual(flash.read(100, 2), Uint8Array.of(7, 8));
    flash.write(200, Uint8Array.of(1));
    flash.eraseBlocks(8, 16);
    assert.deepEqual(calls, [
      ["open", "box"],
      ["read", 2, 100],
      ["write", [1], 200],
      ["erase", 8, 16],
    ]);
  });
});

describe("the serial port on Moddable", () => {
  class FakeSerial implements NativeSerial {
    static made: FakeSerial | undefined;
    readonly options: ConstructorParameters<typeof NativeSerial>[0];
    readonly written: number[] = [];
    received: ArrayBuffer | undefined;
    room = 0;

    constructor(options: FakeSerial["options"]) {
      this.options = options;
      FakeSerial.made = this;
    }
    read(): ArrayBuffer | undefined {
      return this.received;
    }
    write(bytes: Uint8Array): void {
      if (bytes.length > this.room) throw new Error("output full");
      this.room -= bytes.length;
      this.written.push(...bytes);
    }
    hasRoom(count: number): void {
      this.room = count;
      this.options.onWritable(count);
    }
  }

  it("is the one of the USB connector, and passes on what arrives", () => {
    const serial = new XsSerial(FakeSerial);
    const native = FakeSerial.made ?? assert.fail();
    const { port, receive, transmit, baud, format } = native.options;
    assert.deepEqual([port, receive, transmit, baud, format], [0, 3, 1, 115_200, "buffer"]);
    native.received = Uint8Array.of(1, 2).buffer;
    native.options.onReadable(2);
    const received: Uint8Array[] = [];
    serial.onReceived = (bytes) => received.push(bytes);
    native.options.onReadable(2);
    native.received = undefined;
    native.options.onReadable(0);
    assert.deepEqual(received, [Uint8Array.of(1, 2)]);
  });

  it("sends all bytes in order, as many at a time as the hardware can take", () => {
    const serial = new XsSerial(FakeSerial);
    const native = FakeSerial.made ?? assert.fail();
    serial.write(Uint8Array.of(1, 2, 3, 4, 5));
    serial.write(Uint8Array.of(6));
    assert.deepEqual(native.written, []);
    native.hasRoom(2);
    assert.deepEqual(native.written, [1, 2]);
    native.hasRoom(4);
    assert.deepEqual(native.written, [1, 2, 3, 4, 5, 6]);
    native.hasRoom(3);
    serial.write(Uint8Array.of(7, 8));
    serial.write(Uint8Array.of(9, 10));
    assert.deepEqual(native.written.slice(6), [7, 8, 9]);
    native.hasRoom(128);
    assert.deepEqual(native.written.slice(6), [7, 8, 9, 10]);
  });
});

describe("the button on Moddable", () => {
  it("is BOOT, pressed while it is LOW, and tells both edges", () => {
    let native: FakeDigital | undefined;
    class Io extends FakeDigital {
      constructor(options: FakeDigital["options"]) {
        super(options);
        native = this;
      }
    }
    const button = new XsButton(Io);
    assert.deepEqual([native?.options.pin, native?.options.mode], [0, FakeDigital.InputPullUp]);
    const seen: boolean[] = [];
    native?.become(0);
    button.onChanged = () => seen.push(button.isPressed);
    native?.become(1);
    native?.become(0);
    assert.deepEqual(seen, [false, true]);
  });
});
