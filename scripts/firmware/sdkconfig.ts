/** Options by their names, `CONFIG_…`; one that is not set is "n". */
export type SdkConfig = ReadonlyMap<string, string>;

/** @param text of a `sdkconfig` or `sdkconfig.defaults`; when an option stands twice, the last counts */
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
  /** "y", "n", or the numbers it may be */
  readonly wanted: "y" | "n" | readonly [least: number, most: number];
  readonly why: string;
}

const panic = "a panic restarts the box at once";
const hang = "a firmware that hangs is restarted";
const overflow = "an overflow is a panic, not a fault that shows later";
const validation = "the bootloader checks an image before it starts it";

/** What an image must keep, whatever a board's own settings say. */
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
    why: "longer than a TLS handshake, no longer than a hang may last",
  },
  { option: "CONFIG_BOOTLOADER_WDT_ENABLE", wanted: "y", why: hang },
  {
    option: "CONFIG_ESP_BROWNOUT_DET",
    wanted: "y",
    why: "a supply that is too low restarts the box",
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
  { option: "CONFIG_PARTITION_TABLE_CUSTOM", wanted: "y", why: "the table is ours" },
  { option: "CONFIG_PARTITION_TABLE_MD5", wanted: "y", why: "a damaged table is noticed" },
  { option: "CONFIG_ESPTOOLPY_FLASHSIZE_4MB", wanted: "y", why: "the table is for 4 MB" },
  {
    option: "CONFIG_ESP32_DISABLE_BASIC_ROM_CONSOLE",
    wanted: "n",
    why: "no eFuse is burnt without being asked for",
  },
  {
    option: "CONFIG_ESP_CONSOLE_UART_DEFAULT",
    wanted: "y",
    why: "the box prints to the serial port",
  },
];

/** @returns one line for each promise that is broken */
export function brokenPromises(config: SdkConfig): string[] {
  return promises.flatMap(({ option, wanted, why }) => {
    const value = config.get(option) ?? "n";
    if (isKept(value, wanted)) return [];
    return [`${option} is ${value} and must be ${wordsOf(wanted)}: ${why}`];
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
