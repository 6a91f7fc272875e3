/** What the ROM prints at each start, in the words of revision 3 of the chip. */
const starts = {
  powerOn: "rst:0x1 (POWERON_RESET)",
  software: "rst:0x3 (SW_RESET)",
  watchdog: "rst:0x10 (RTCWDT_RTC_RESET)",
} as const;

export type StartCause = keyof typeof starts;

const greeting = "ets Jul 29 2019 12:21:46\r\n\r\n";

export function bootLog(cause: StartCause): string {
  return `${greeting}${starts[cause]},boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n`;
}

export function downloadLog(cause: StartCause): string {
  const mode = "boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))";
  return `${greeting}${starts[cause]},${mode}\r\nwaiting for download\r\n`;
}

/** @param word at the bootloader's place: 0xffffffff if the flash is erased */
export function invalidHeaderLog(word: number): string {
  return `invalid header: 0x${word.toString(16).padStart(8, "0")}\r\n`.repeat(4);
}

/** Instead of that, when the loader was left by FLASH_END. */
export const interpreterLog =
  "flash read err, 631\r\nFalling back to built-in command interpreter.\r\nOK\r\n>";

/** The bootloader's, when it finds nothing that it could run. */
export const noApplicationLog =
  "E (60) boot: Factory app partition is not bootable\r\n" +
  "E (63) boot: No bootable app partitions in the partition table\r\n";
