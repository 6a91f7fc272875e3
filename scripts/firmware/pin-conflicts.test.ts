import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { pinProblems, pinsInConfig, pinsInManifest, requireFreePin } from "./pin-conflicts.ts";
import { parseSdkConfig } from "./sdkconfig.ts";

describe("a pin that is in use", () => {
  it("is found in an sdkconfig, by the names of pin options", () => {
    const config = parseSdkConfig(`CONFIG_ETH_PHY_RST_GPIO=5
CONFIG_ETH_MDC_GPIO=23
CONFIG_ESP_CONSOLE_UART_TX_GPIO=5
CONFIG_BOOTLOADER_NUM_PIN_FACTORY_RESET=5
CONFIG_D0WD_PSRAM_CS_IO=5
`);
    assert.deepEqual(pinsInConfig(config), [
      { pin: 5, by: "CONFIG_ETH_PHY_RST_GPIO=5" },
      { pin: 23, by: "CONFIG_ETH_MDC_GPIO=23" },
      { pin: 5, by: "CONFIG_ESP_CONSOLE_UART_TX_GPIO=5" },
      { pin: 5, by: "CONFIG_BOOTLOADER_NUM_PIN_FACTORY_RESET=5" },
      { pin: 5, by: "CONFIG_D0WD_PSRAM_CS_IO=5" },
    ]);
  });

  it("is not found in numbers that are not pins", () => {
    const config = parseSdkConfig(`CONFIG_SOC_GPIO_PIN_COUNT=5
CONFIG_BOOTLOADER_HOLD_TIME_GPIO=5
CONFIG_ESP_TASK_WDT_TIMEOUT_S=5
CONFIG_BT_NIMBLE_PINNED_TO_CORE=5
CONFIG_SOC_ADC_GPIO=5
CONFIG_LWIP_IP_DEFAULT_TTL=5
CONFIG_ETH_PHY_RST_GPIO=-1
`);
    assert.deepEqual(pinsInConfig(config), []);
  });

  it("is found anywhere in a board's manifest", () => {
    const manifest = {
      defines: {
        ethernet: { hz: 5, internal: { phy: { address: 5, reset: 5 }, mac: { MDC: 23 } } },
      },
      config: { led: { pin: "GPIO_NUM_5" } },
      platforms: { "esp32/*": { defines: { spi: { miso_pin: "5", cs_pin: 15 } } } },
    };
    assert.deepEqual(pinsInManifest(manifest), [
      { pin: 5, by: "defines.ethernet.internal.phy.reset" },
      { pin: 23, by: "defines.ethernet.internal.mac.MDC" },
      { pin: 5, by: "config.led.pin" },
      { pin: 5, by: "platforms.esp32/*.defines.spi.miso_pin" },
      { pin: 15, by: "platforms.esp32/*.defines.spi.cs_pin" },
    ]);
    assert.deepEqual(pinsInManifest([]), []);
  });

  it("is not found in the emulator's board", () => {
    const path = join(projectRoot, "device", "xs", "esp32", "emulator", "manifest.json");
    assert.deepEqual(pinsInManifest(JSON.parse(readFileSync(path, "utf8"))), []);
  });

  it("must not be the pin that a box keeps LOW until it is set up", () => {
    const used = [
      { pin: 21, by: "config.led.pin" },
      { pin: 5, by: "CONFIG_ETH_PHY_RST_GPIO=5" },
    ];
    assert.equal(pinProblems(used).length, 1);
    assert.throws(
      () => requireFreePin(used),
      /^UserError: CONFIG_ETH_PHY_RST_GPIO=5 uses the gate's pin 5.*use another pin there$/,
    );
    requireFreePin([{ pin: 21, by: "config.led.pin" }]);
  });
});
