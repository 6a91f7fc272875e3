import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { manifestPinConflicts, pinConflictsOf } from "./pin-conflicts.ts";
import { parseSdkConfig } from "./sdkconfig.ts";

describe("a conflict with the gate's pin", () => {
  it("is found in an sdkconfig, by the names of pin options", () => {
    const config = parseSdkConfig(`CONFIG_ETH_PHY_RST_GPIO=5
CONFIG_ETH_MDC_GPIO=23
CONFIG_ESP_CONSOLE_UART_TX_GPIO=5
CONFIG_BOOTLOADER_NUM_PIN_FACTORY_RESET=5
CONFIG_D0WD_PSRAM_CS_IO=5
`);
    assert.deepEqual(pinConflictsOf(config, 5), [
      "CONFIG_ETH_PHY_RST_GPIO=5",
      "CONFIG_ESP_CONSOLE_UART_TX_GPIO=5",
      "CONFIG_BOOTLOADER_NUM_PIN_FACTORY_RESET=5",
      "CONFIG_D0WD_PSRAM_CS_IO=5",
    ]);
    assert.deepEqual(pinConflictsOf(config, 23), ["CONFIG_ETH_MDC_GPIO=23"]);
    assert.deepEqual(pinConflictsOf(config, 21), []);
  });

  it("is not found in numbers that are not pins", () => {
    const config = parseSdkConfig(`CONFIG_SOC_GPIO_PIN_COUNT=5
CONFIG_BOOTLOADER_HOLD_TIME_GPIO=5
CONFIG_ESP_TASK_WDT_TIMEOUT_S=5
CONFIG_BT_NIMBLE_PINNED_TO_CORE=5
CONFIG_SOC_ADC_GPIO=5
CONFIG_LWIP_IP_DEFAULT_TTL=5
`);
    assert.deepEqual(pinConflictsOf(config, 5), []);
  });

  it("is found anywhere in a board's manifest", () => {
    const manifest = {
      defines: {
        ethernet: { hz: 5, internal: { phy: { address: 5, reset: 5 }, mac: { MDC: 23 } } },
      },
      config: { led: { pin: "GPIO_NUM_5" } },
      platforms: { "esp32/*": { defines: { spi: { miso_pin: "5", cs_pin: 15 } } } },
    };
    assert.deepEqual(manifestPinConflicts(manifest, 5), [
      "defines.ethernet.internal.phy.reset",
      "config.led.pin",
      "platforms.esp32/*.defines.spi.miso_pin",
    ]);
    assert.deepEqual(manifestPinConflicts(manifest, 15), ["platforms.esp32/*.defines.spi.cs_pin"]);
    assert.deepEqual(manifestPinConflicts([], 5), []);
  });

  it("is not found in the emulator's board", () => {
    const path = join(projectRoot, "device", "xs", "esp32", "emulator", "manifest.json");
    assert.deepEqual(manifestPinConflicts(JSON.parse(readFileSync(path, "utf8")), 5), []);
  });
});
