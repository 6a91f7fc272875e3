import type { RegisterWrite } from "./pin-model.ts";

/** QEMU's trace options: print every register write, with the time of this machine's clock. */
export const traceArguments: readonly string[] = [
  "-d",
  "trace:memory_region_ops_write",
  "-msg",
  "timestamp=on",
];

/**
 * Parses one line of QEMU's log as a register write. `at` is ms since 1970, to the microsecond.
 * @returns undefined for any other line
 */
export function readTraceLine(line: string): RegisterWrite | undefined {
  const found = tracePattern.exec(line);
  if (found === null) return undefined;
  const [, seconds, microseconds, address, value] = found;
  return {
    address: Number(address),
    value: Number(value),
    at: Number(seconds) * 1000 + Number(microseconds) / 1000,
  };
}

/** `123@1700000000.123456:memory_region_ops_write cpu 0 mr 0x… addr 0x3ff44008 value 0x20 size 4 name '…'` */
const tracePattern =
  /@(\d{1,12})\.(\d{6}):memory_region_ops_write cpu \d+ mr \S+ addr (0x[\da-f]{1,8}) value (0x[\da-f]{1,8}) /;
