import type NativeSerial from "embedded:io/serial";
import { thisChip } from "../chip.ts";
import type { Serial } from "../hal.ts";

/** UART0, which ESP-IDF's console prints to: behind a board's USB connector, if it has a USB bridge. */
const consolePort = { port: 0, ...thisChip.pins.console, baud: 115_200 } as const;

/**
 * The serial port with ECMA-419, in addition to the console, which writes to the same hardware. A
 * printed line waits until the hardware has taken what was written before it.
 */
export class XsSerial implements Serial {
  onReceived: Serial["onReceived"];
  readonly #native: NativeSerial;
  #waiting: Uint8Array[] = [];
  #writable = 0;

  constructor(io: typeof NativeSerial) {
    this.#native = new io({
      ...consolePort,
      format: "buffer",
      onReadable: () => {
        const bytes = this.#native.read();
        if (bytes !== undefined) this.onReceived?.(new Uint8Array(bytes));
      },
      onWritable: (count) => {
        this.#writable = count;
        this.#send();
      },
    });
  }

  write(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#send();
  }

  #send(): void {
    while (this.#writable > 0) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      const part = next.subarray(0, this.#writable);
      this.#writable -= part.length;
      if (part.length === next.length) this.#waiting.shift();
      else this.#waiting[0] = next.subarray(part.length);
      this.#native.write(part);
    }
  }
}
