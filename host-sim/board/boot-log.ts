/** What the ROM prints at each start (ESP-IDF, "Boot Mode Selection"; rev. 3 of the chip). */
const rom = "ets Jul 29 2019 12:21:46\r\n\r\n";

export const runLog = `${rom}rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n`;

export const downloadLog =
  `${rom}rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\n` +
  "waiting for download\r\n";

/** After its watchdog has ended an attempt to boot. */
export const watchdogLog = `${rom}rst:0x10 (RTCWDT_RTC_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n`;

/** @param word at the bootloader's place: 0xffffffff if the flash is erased */
export function invalidHeaderLog(word: number): string {
  return `invalid header: 0x${word.toString(16).padStart(8, "0")}\r\n`.repeat(4);
}

/** The bootloader's, when it finds nothing that it could run. */
export const noApplicationLog =
  "E (60) boot: Factory app partition is not bootable\r\n" +
  "E (63) boot: No bootable app partitions in the partition table\r\n";
