import type { ChipName } from "../../device/chips/table.ts";

/** Options by name, `CONFIG_…`. The value of an unset option is "n". */
export type SdkConfig = ReadonlyMap<string, string>;

/** @param text of a `sdkconfig` or `sdkconfig.defaults`; the last of two values of an option counts */
export function parseSdkConfig(text: string): SdkConfig {
  const options = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const unset = /^# (CONFIG_\w+) is not set$/.exec(line)?.[1];
    if (unset !== undefined) options.set(unset, "n");
    const [, name, value] = /^(CONFIG_\w+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) options.set(name, value.replace(/^"|"$/g, ""));
  }
  return options;
}

interface Promised {
  readonly option: string;
  /** "y", "n", or the range of allowed numbers */
  readonly wanted: "y" | "n" | readonly [least: number, most: number];
  readonly why: string;
  /** default: all */
  readonly chips?: readonly ChipName[];
}

/** The chips with a coprocessor for which ESP-IDF keeps memory free. */
const withUlp: readonly ChipName[] = ["esp32", "esp32s3"];

const panic = "a panic restarts the box at once";
const told = "what is known of a crash is kept until the box has told it";
const hang = "the watchdog restarts firmware that hangs";
const overflow = "an overflow causes a panic at once instead of a later fault";
const validation = "the bootloader checks an image before it starts it";

const untouched = "no eFuse is burnt without a request: boom-box build --secure";
const signed = "the chip starts only what your key has signed";
const encrypted = "the flash is unreadable outside of the chip, for good";
const closed = "nothing but the firmware's own ways leads to the flash or the memory";

/** What an image must have that leaves the chip's eFuses alone. */
export const plainPromises: readonly Promised[] = [
  { option: "CONFIG_SECURE_BOOT", wanted: "n", why: untouched },
  { option: "CONFIG_SECURE_FLASH_ENC_ENABLED", wanted: "n", why: untouched },
  { option: "CONFIG_SECURE_DISABLE_ROM_DL_MODE", wanted: "n", why: untouched },
  { option: "CONFIG_NVS_ENCRYPTION", wanted: "n", why: "the table has no place for its keys" },
];

/** What an image of `boom-box build --secure` must have. */
export const securePromises: readonly Promised[] = [
  { option: "CONFIG_ESP32_REV_MIN_3", wanted: "y", why: "only such chips have Secure Boot V2" },
  { option: "CONFIG_SECURE_BOOT_V2_ENABLED", wanted: "y", why: signed },
  { option: "CONFIG_SECURE_BOOT_BUILD_SIGNED_BINARIES", wanted: "y", why: signed },
  { option: "CONFIG_SECURE_BOOT_INSECURE", wanted: "n", why: signed },
  { option: "CONFIG_SECURE_FLASH_ENC_ENABLED", wanted: "y", why: encrypted },
  { option: "CONFIG_SECURE_FLASH_ENCRYPTION_MODE_RELEASE", wanted: "y", why: encrypted },
  { option: "CONFIG_NVS_ENCRYPTION", wanted: "y", why: encrypted },
  { option: "CONFIG_SECURE_DISABLE_ROM_DL_MODE", wanted: "y", why: closed },
  { option: "CONFIG_SECURE_BOOT_ALLOW_JTAG", wanted: "n", why: closed },
  { option: "CONFIG_SECURE_BOOT_ALLOW_ROM_BASIC", wanted: "n", why: closed },
  { option: "CONFIG_SECURE_FLASH_UART_BOOTLOADER_ALLOW_CACHE", wanted: "n", why: closed },
];

/** The options that every image must have, whatever the board's own settings are. */
export const promises: readonly Promised[] = [
  { option: "CONFIG_ESP_SYSTEM_PANIC_PRINT_REBOOT", wanted: "y", why: panic },
  { option: "CONFIG_ESP_SYSTEM_PANIC_GDBSTUB", wanted: "n", why: panic },
  { option: "CONFIG_ESP_SYSTEM_PANIC_REBOOT_DELAY_SECONDS", wanted: [0, 0], why: panic },
  {
    option: "CONFIG_ESP_COREDUMP_ENABLE_TO_UART",
    wanted: "n",
    why: "the private key is in memory, and must not be printed",
  },
  { option: "CONFIG_ESP_COREDUMP_ENABLE_TO_FLASH", wanted: "y", why: told },
  {
    option: "CONFIG_ESP_COREDUMP_CAPTURE_DRAM",
    wanted: "n",
    why: "the private key is in memory, and does not belong into a core dump",
  },
  { option: "CONFIG_ESP_COREDUMP_MAX_TASKS_NUM", wanted: [12, 32], why: told },
  { option: "CONFIG_ESP_COREDUMP_FLASH_NO_OVERWRITE", wanted: "y", why: told },
  { option: "CONFIG_ULP_COPROC_ENABLED", wanted: "y", why: told, chips: withUlp },
  {
    option: "CONFIG_ULP_COPROC_RESERVE_MEM",
    wanted: [6_144, 8_176],
    why: told,
    chips: withUlp,
  },
  {
    option: "CONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP",
    wanted: "n",
    why: told,
    chips: ["esp32c3"],
  },
  { option: "CONFIG_APP_RETRIEVE_LEN_ELF_SHA", wanted: [9, 9], why: told },
  { option: "CONFIG_ESP_INT_WDT", wanted: "y", why: hang },
  { option: "CONFIG_ESP_TASK_WDT_EN", wanted: "y", why: hang },
  { option: "CONFIG_ESP_TASK_WDT_INIT", wanted: "y", why: hang },
  { option: "CONFIG_ESP_TASK_WDT_PANIC", wanted: "y", why: hang },
  {
    option: "CONFIG_ESP_TASK_WDT_TIMEOUT_S",
    wanted: [5, 10],
    why: "the watchdog must allow a TLS handshake, but end a hang in time",
  },
  { option: "CONFIG_BOOTLOADER_WDT_ENABLE", wanted: "y", why: hang },
  {
    option: "CONFIG_ESP_BROWNOUT_DET",
    wanted: "y",
    why: "the box restarts when the supply voltage is too low",
  },
  { option: "CONFIG_COMPILER_STACK_CHECK_MODE_STRONG", wanted: "y", why: overflow },
  { option: "CONFIG_FREERTOS_CHECK_STACKOVERFLOW_CANARY", wanted: "y", why: overflow },
  { option: "CONFIG_HEAP_POISONING_LIGHT", wanted: "y", why: overflow },
  { option: "CONFIG_BOOTLOADER_SKIP_VALIDATE_ALWAYS", wanted: "n", why: validation },
  {
    option: "CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE",
    wanted: "y",
    why: "a bad update is rolled back",
  },
  {
    option: "CONFIG_PARTITION_TABLE_CUSTOM",
    wanted: "y",
    why: "the image uses our partition table",
  },
  { option: "CONFIG_PARTITION_TABLE_MD5", wanted: "y", why: "a damaged table is detected" },
  { option: "CONFIG_ESPTOOLPY_FLASHSIZE_4MB", wanted: "y", why: "the partition table is for 4 MB" },
  {
    option: "CONFIG_ESP32_DISABLE_BASIC_ROM_CONSOLE",
    wanted: "n",
    why: "no eFuse is burnt without a request",
    chips: ["esp32"],
  },
  {
    option: "CONFIG_ESP_CONSOLE_UART_DEFAULT",
    wanted: "y",
    why: "the box prints to the serial port",
  },
];

/** @returns one line for each option with another value */
export function brokenPromises(
  config: SdkConfig,
  isSecure: boolean,
  chip: ChipName = "esp32",
): string[] {
  const all = [...promises, ...(isSecure ? securePromises : plainPromises)];
  const own = all.filter(({ chips }) => chips?.includes(chip) ?? true);
  return own.flatMap(({ option, wanted, why }) => {
    const value = config.get(option) ?? "n";
    if (isKept(value, wanted)) return [];
    return [`${option} is ${value}, but must be ${wordsOf(wanted)}: ${why}`];
  });
}

function isKept(value: string, wanted: Promised["wanted"]): boolean {
  if (typeof wanted === "string") return value === wanted;
  const [least, most] = wanted;
  return /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
}

function wordsOf(wanted: Promised["wanted"]): string {
  if (typeof wanted === "string") return wanted;
  const [least, most] = wanted;
  return least === most ? String(least) : `${least} to ${most}`;
}
