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
}

const panic = "a panic restarts the box at once";
const hang = "the watchdog restarts firmware that hangs";
const overflow = "an overflow causes a panic at once instead of a later fault";
const validation = "the bootloader checks an image before it starts it";

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
  },
  {
    option: "CONFIG_ESP_CONSOLE_UART_DEFAULT",
    wanted: "y",
    why: "the box prints to the serial port",
  },
];

/** @returns one line for each option with another value */
export function brokenPromises(config: SdkConfig): string[] {
  return promises.flatMap(({ option, wanted, why }) => {
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
