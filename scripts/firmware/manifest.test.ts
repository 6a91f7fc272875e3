import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";

interface Part {
  readonly include?: string | readonly string[];
  readonly modules?: Readonly<Record<string, string | readonly string[]>>;
  readonly preload?: readonly string[];
  readonly dependency?: readonly { readonly idf: string }[];
  readonly ffi?: {
    readonly sources?: readonly string[];
    readonly functions: Readonly<Record<string, { readonly arguments?: readonly string[] }>>;
  };
}

interface Manifest extends Part {
  readonly build: Readonly<Record<string, string>>;
  readonly defines: Readonly<Record<string, unknown>>;
  readonly platforms: Readonly<Record<string, Part>>;
}

const text = readFileSync(join(projectRoot, "manifest.json"), "utf8");
const manifest: Manifest = JSON.parse(text);

/** Checks what a build for the chip needs, without a compiler or linker. */
describe("manifest.json", () => {
  const includesOf = ({ include }: Part) => [include ?? []].flat();
  const modulesOf = ({ modules }: Part, name: string) => [modules?.[name] ?? []].flat();

  for (const platform of ["esp32", "esp32/*"]) {
    describe(`for ${platform}`, () => {
      const part = manifest.platforms[platform] ?? assert.fail("it is not there");
      const all = [...includesOf(manifest), ...includesOf(part)];
      const isSdkBoard = platform.endsWith("*");

      it("does not include all io modules of the SDK, directly or through an example", () => {
        assert.ok(!all.includes("$(MODDABLE)/modules/io/manifest.json"));
        assert.doesNotMatch(all.join("\n"), /tlssocket|manifest_net|modules\/io\/manifests\//);
        assert.doesNotMatch(all.join("\n"), /analog|spi|i2c|pwm/);
      });

      it("preloads each module that the firmware imports", () => {
        const io = "$(IO)/socket/lwip";
        assert.deepEqual(modulesOf(part, "embedded:io/socket/tcp"), [`${io}/tcp`]);
        assert.deepEqual(modulesOf(part, "embedded:io/socket/udp"), [`${io}/udp`]);
        // The SDK's tcp.c does not compile without it.
        assert.deepEqual(modulesOf(part, "embedded:io/socket/listener"), [`${io}/listener`]);
        assert.equal(manifest.build.IO, "$(MODDABLE)/modules/io");
        assert.ok(all.includes("$(MODDABLE)/modules/io/digital/manifest.json"));
        assert.ok(all.includes("$(MODDABLE)/modules/io/storage/manifest.json"));
        assert.ok(all.includes("$(BUILD)/devices/esp32/modules/resetReason/manifest.json"));
        const preloads = [...(manifest.preload ?? []), ...(part.preload ?? [])];
        for (const name of ["tcp", "udp", "tcp/tls"]) {
          assert.ok(preloads.includes(`embedded:io/socket/${name}`), name);
        }
        assert.ok(preloads.includes("system"), "System.resolve()");
      });

      it("has the native parts: the pin count, and the provider that the SDK's system module imports", () => {
        assert.ok(modulesOf(part, "*").includes("$(IO)/common/builtinCommon"));
        assert.deepEqual(manifest.defines.ECMA419, { enabled: 1 });
        assert.deepEqual(modulesOf(part, "embedded:provider/builtin"), [
          "./build/firmware/modules/esp32/provider",
        ]);
      });

      it("names the ESP-IDF components that it links, because the SDK names only some", () => {
        const components = (part.dependency ?? []).map(({ idf }) => idf);
        for (const name of [
          "app_update",
          "bootloader_support",
          "espcoredump",
          "esp_driver_rmt",
          "nvs_flash",
          "spi_flash",
          "esp_netif",
          "lwip",
        ]) {
          assert.ok(components.includes(name), name);
        }
      });

      it("names ESP-IDF functions with their arguments, without our own C code", () => {
        const functions = part.ffi?.functions ?? {};
        assert.deepEqual(Object.keys(functions), [
          "esp_get_free_heap_size",
          "esp_flash_encryption_enabled",
          "abort",
          "esp_restart",
          "memcpy",
          "memmove",
          "esp_core_dump_image_erase",
          "esp_core_dump_get_summary",
          "esp_core_dump_get_panic_reason",
          "esp_ota_get_running_partition",
          "esp_ota_get_next_update_partition",
          "esp_ota_get_state_partition",
          "esp_ota_invalidate_inactive_ota_data_slot",
          "esp_ota_set_boot_partition",
          "esp_ota_mark_app_valid_cancel_rollback",
          "esp_ota_mark_app_invalid_rollback_and_reboot",
          "rmt_new_tx_channel",
          "rmt_new_copy_encoder",
          "rmt_enable",
          "rmt_transmit",
          "rmt_tx_wait_all_done",
          "esp_rom_gpio_connect_out_signal",
        ]);
        // tools/ffi.js in SDK 8.2.3 fails on a function without arguments.
        for (const { arguments: list } of Object.values(functions)) assert.ok(Array.isArray(list));
        assert.equal(part.ffi?.sources, undefined);
      });

      if (isSdkBoard) {
        it("has what a board that includes all io modules needs to compile and link", () => {
          assert.ok(modulesOf(part, "*").includes("$(MODULES)/pins/digital/esp32/*"));
          assert.ok(part.dependency?.some(({ idf }) => idf === "esp_adc"));
          assert.ok(modulesOf(part, "~").includes("$(SUBPLATFORMDIRECTORY)/host/provider"));
        });
      }
    });
  }

  it("of the emulator's board names its header, so that the SDK finds the folder", () => {
    const folder = join(projectRoot, "device", "xs", "esp32", "emulator");
    const board: Part = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    assert.deepEqual(modulesOf(board, "*"), ["./openeth", "./ethernet"]);
    assert.ok(existsSync(join(folder, "openeth.c")) && existsSync(join(folder, "ethernet.h")));
  });

  it("leaves sdkconfig and partition table to the variant, so that a board cannot override them", () => {
    assert.doesNotMatch(text, /SDKCONFIGPATH|PARTITIONS_FILE/);
    assert.equal(includesOf(manifest).at(-1), "./build/firmware/variant.json");
  });
});
