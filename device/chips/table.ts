/**
 * The chips that the firmware is built for, and all that differs between them: the only table of it, for
 * the firmware, the scripts and the tests. An image contains the row of its own chip alone
 * (device/chip.ts), so a row is written without calls, which a bundler would keep.
 *
 * Sources: ESP-IDF 6.0 (its headers are named below), and its API reference, "GPIO & RTC GPIO", of each
 * chip; the datasheets (ESP32 Series, ESP32-S3 Series, ESP32-C3 Series), "Pins" and "Strapping Pins" or
 * "Boot Configurations".
 */

export const chipNames = ["esp32", "esp32s3", "esp32c3"] as const;
/** as ESP-IDF and Moddable's SDK write it */
export type ChipName = (typeof chipNames)[number];

/** Its level at the end of a reset decides how the chip starts. */
export interface StrappingPin {
  readonly pin: number;
  /** the chip's own resistor during a reset */
  readonly pull: "up" | "down" | "none";
  readonly selects: string;
  /** true: neither level keeps the firmware from starting, so that the pin can be used */
  readonly isHarmless?: true;
}

/** Every GPIO up to the highest is in exactly one of these lists. */
export interface ChipPins {
  /** inputs and outputs, with pull resistors */
  readonly free: readonly number[];
  readonly strapping: readonly StrappingPin[];
  /** inputs without pull resistors */
  readonly inputOnly: readonly number[];
  /** of the flash, its supply, or PSRAM in many modules */
  readonly memory: readonly number[];
  /** UART0, which the ROM's loader and the firmware's lines use (soc/uart_pins.h) */
  readonly console: { readonly receive: number; readonly transmit: number };
  /** of the chip's own USB port, with which it is flashed too */
  readonly usb: readonly number[];
  /** numbers without a pin (`SOC_GPIO_VALID_GPIO_MASK` in soc/soc_caps.h) */
  readonly missing: readonly number[];
}

export interface Chip {
  readonly name: ChipName;
  /** as Espressif writes it: in packages, in signed updates, and what Improv tells */
  readonly title: string;
  /** `esp_chip_id_t`, in the header of an image (bootloader_support, esp_app_format.h) */
  readonly imageId: number;
  readonly core: "xtensa" | "riscv";
  /** where its ROM looks for the bootloader (CONFIG_BOOTLOADER_OFFSET_IN_FLASH) */
  readonly bootloaderAt: number;
  readonly pins: ChipPins;
  /** proposed for the gate and for a button: no level at the start that a module or the chip wants */
  readonly fitPins: readonly number[];
  /** the button BOOT of its boards: LOW while it is pressed */
  readonly bootPin: number;
  /** a strapping pin on which many boards have a plain light, which does not disturb the start */
  readonly lightPin?: number;
  /** how many of the RMT's channels can send (`RMT_LL_TX_CANDIDATES_PER_INST` in hal/rmt_ll.h) */
  readonly pulseChannels: number;
  readonly rmt: RmtFacts;
  /**
   * where the CPU sees constant data in flash (`SOC_DROM_LOW`, `SOC_DROM_HIGH` in soc/soc.h or
   * soc/ext_mem_defs.h): XS runs the byte code of an image there
   */
  readonly flashData: { readonly first: number; readonly end: number };
  /** what a reset leaves alone, and nothing else uses */
  readonly retained: { readonly address: number; readonly bytes: number };
}

export interface RmtFacts {
  /**
   * `soc_module_clk_t` (soc/clk_tree_defs.h) of a clock whose frequency is the same at any CPU
   * frequency, also during a restart, and that can be divided down to 10 kHz
   */
  readonly clock: number;
  /** symbols in the memory of one channel (`SOC_RMT_MEM_WORDS_PER_CHANNEL` in soc/soc_caps.h) */
  readonly symbols: number;
  /** `RMT_SIG_OUT0_IDX` (soc/gpio_sig_map.h): the signal of the first channel; the others follow */
  readonly signal: number;
  /** `SIG_GPIO_OUT_IDX`: a pin is driven by the GPIO's own output */
  readonly gpioSignal: number;
}

/** From its beginning, ESP-IDF's linker script keeps this much free: CONFIG_ULP_COPROC_RESERVE_MEM. */
const ulpBytes = 6_144;

export const esp32: Chip = {
  name: "esp32",
  title: "ESP32",
  imageId: 0,
  core: "xtensa",
  bootloaderAt: 0x1000,
  pins: {
    free: [4, 13, 14, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 32, 33],
    strapping: [
      { pin: 0, pull: "up", selects: "the loader in the ROM, LOW" },
      { pin: 2, pull: "down", selects: "the loader in the ROM, LOW together with GPIO 0" },
      {
        pin: 5,
        pull: "up",
        selects: "the timing of an SDIO slave, which is not used",
        isHarmless: true,
      },
      { pin: 12, pull: "down", selects: "the voltage of the flash, HIGH for 1.8 V" },
      { pin: 15, pull: "up", selects: "whether the ROM prints, and the timing of an SDIO slave" },
    ],
    inputOnly: [34, 35, 36, 37, 38, 39],
    memory: [6, 7, 8, 9, 10, 11],
    console: { receive: 3, transmit: 1 },
    usb: [],
    missing: [20, 24, 28, 29, 30, 31],
  },
  fitPins: [5, 21, 22, 23, 25, 26, 27, 32, 33],
  bootPin: 0,
  lightPin: 2,
  pulseChannels: 8,
  flashData: { first: 0x3f40_0000, end: 0x3f80_0000 },
  // REF_TICK, 1 MHz: it comes from the APB clock, and follows its changes.
  rmt: { clock: 11, symbols: 64, signal: 87, gpioSignal: 256 },
  // RTC slow memory (Technical Reference Manual, "System and Memory").
  retained: { address: 0x5000_0000, bytes: ulpBytes },
};

export const esp32s3: Chip = {
  name: "esp32s3",
  title: "ESP32-S3",
  imageId: 9,
  core: "xtensa",
  bootloaderAt: 0,
  pins: {
    free: [
      1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 38, 39, 40, 41, 42, 47, 48,
    ],
    strapping: [
      { pin: 0, pull: "up", selects: "the loader in the ROM, LOW" },
      { pin: 3, pull: "none", selects: "the pins of JTAG, if an eFuse says so" },
      { pin: 45, pull: "down", selects: "the voltage of the flash, HIGH for 1.8 V" },
      {
        pin: 46,
        pull: "down",
        selects: "whether the ROM prints, and the loader together with GPIO 0",
      },
    ],
    inputOnly: [],
    // 33 to 37 with eight data lines, as in modules with "R8" in their name.
    memory: [26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37],
    console: { receive: 44, transmit: 43 },
    usb: [19, 20],
    missing: [22, 23, 24, 25],
  },
  fitPins: [5, 4, 6, 7, 15, 16, 17, 21],
  bootPin: 0,
  pulseChannels: 4,
  flashData: { first: 0x3c00_0000, end: 0x3e00_0000 },
  // The crystal, 40 MHz.
  rmt: { clock: 11, symbols: 48, signal: 81, gpioSignal: 256 },
  // RTC slow memory (Technical Reference Manual, "System and Memory").
  retained: { address: 0x5000_0000, bytes: ulpBytes },
};

export const esp32c3: Chip = {
  name: "esp32c3",
  title: "ESP32-C3",
  imageId: 5,
  core: "riscv",
  bootloaderAt: 0,
  pins: {
    free: [0, 1, 3, 4, 5, 6, 7, 10],
    strapping: [
      { pin: 2, pull: "none", selects: "how the chip starts: HIGH" },
      { pin: 8, pull: "none", selects: "the loader in the ROM, HIGH together with GPIO 9 LOW" },
      { pin: 9, pull: "up", selects: "the loader in the ROM, LOW" },
    ],
    inputOnly: [],
    // 11 is the supply of the flash.
    memory: [11, 12, 13, 14, 15, 16, 17],
    console: { receive: 20, transmit: 21 },
    usb: [18, 19],
    missing: [],
  },
  fitPins: [5, 3, 4, 6, 7, 10],
  bootPin: 9,
  lightPin: 8,
  pulseChannels: 2,
  flashData: { first: 0x3c00_0000, end: 0x3c80_0000 },
  // The crystal, 40 MHz.
  rmt: { clock: 10, symbols: 48, signal: 51, gpioSignal: 128 },
  /*
   * RTC fast memory: there is no other, and no ULP coprocessor for which a part could be reserved.
   * ESP-IDF's linker script (esp_system/ld/esp32c3) fills it from its beginning and from its end; the
   * build checks that this part stays free (scripts/firmware/retained-memory.ts).
   */
  retained: { address: 0x5000_0400, bytes: 6_144 },
};

export const chips: Readonly<Record<ChipName, Chip>> = { esp32, esp32s3, esp32c3 };

/** The highest number of a GPIO. */
export function highestPin({ pins }: Pick<Chip, "pins">): number {
  const { free, strapping, inputOnly, memory, console, usb } = pins;
  const { receive, transmit } = console;
  const straps = strapping.map(({ pin }) => pin);
  return Math.max(...free, ...straps, ...inputOnly, ...memory, receive, transmit, ...usb);
}
