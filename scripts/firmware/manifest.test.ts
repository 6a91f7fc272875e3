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

/** What the chip taught: neither compiler nor linker runs here. */
describe("manifest.json", () => {
  const includesOf = ({ include }: Part) => [include ?? []].flat();
  const modulesOf = ({ modules }: Part, name: string) => [modules?.[name] ?? []].flat();

  for (const platform of ["esp32", "esp32/*"]) {
    describe(`for ${platform}`, () => {
      const part = manifest.platforms[platform] ?? assert.fail("it is not there");
      const all = [...includesOf(manifest), ...includesOf(part)];
      const isSdkBoard = platform.endsWith("*");

      it("does not include all of the SDK's io modules, nor an example that does", () => {
        assert.ok(!all.includes("$(MODDABLE)/modules/io/manifest.json"));
        assert.doesNotMatch(all.join("\n"), /tlssocket|manifest_net|modules\/io\/manifests\//);
        assert.doesNotMatch(all.join("\n"), /analog|spi|i2c|pwm|serial/);
      });

      it("has each module that the firmware imports, from its own place, preloaded", () => {
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

      it("has the native parts: pins are counted, and the SDK's system module imports a provider", () => {
        assert.ok(modulesOf(part, "*").includes("$(IO)/common/builtinCommon"));
        assert.deepEqual(manifest.defines.ECMA419, { enabled: 1 });
        assert.deepEqual(modulesOf(part, "embedded:provider/builtin"), [
          "./build/firmware/modules/esp32/provider",
        ]);
      });

      it("names the components of ESP-IDF that it links with, as the SDK names only some", () => {
        const components = (part.dependency ?? []).map(({ idf }) => idf);
        for (const name of [
          "app_update",
          "esp_driver_rmt",
          "nvs_flash",
          "spi_flash",
          "esp_netif",
          "lwip",
        ]) {
          assert.ok(components.includes(name), name);
        }
      });

      it("names functions of ESP-IDF's with their arguments, without C of our own", () => {
        const functions = part.ffi?.functions ?? {};
        assert.deepEqual(Object.keys(functions), [
          "esp_get_free_heap_size",
          "esp_ota_mark_app_valid_cancel_rollback",
          "rmt_new_tx_channel",
          "rmt_new_copy_encoder",
          "rmt_enable",
          "rmt_transmit",
          "rmt_tx_wait_all_done",
          "esp_rom_gpio_connect_out_signal",
        ]);
        // SDK 8.2.3's tools/ffi.js fails on a function whose arguments are left out.
        for (const { arguments: list } of Object.values(functions)) assert.ok(Array.isArray(list));
        assert.equal(part.ffi?.sources, undefined);
      });

      if (isSdkBoard) {
        it("has what a board's own include of all io modules needs to compile and link", () => {
          assert.ok(modulesOf(part, "*").includes("$(MODULES)/pins/digital/esp32/*"));
          assert.ok(part.dependency?.some(({ idf }) => idf === "esp_adc"));
          assert.ok(modulesOf(part, "~").includes("$(SUBPLATFORMDIRECTORY)/host/provider"));
        });
      }
    });
  }

  it("of the emulator's board names its header too: only so does the SDK look in that folder", () => {
    const folder = join(projectRoot, "device", "xs", "esp32", "emulator");
    const board: Part = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    assert.deepEqual(modulesOf(board, "*"), ["./openeth", "./ethernet"]);
    assert.ok(existsSync(join(folder, "openeth.c")) && existsSync(join(folder, "ethernet.h")));
  });

  it("leaves sdkconfig and partition table to the variant, which a board cannot override", () => {
    assert.doesNotMatch(text, /SDKCONFIGPATH|PARTITIONS_FILE/);
    assert.equal(includesOf(manifest).at(-1), "./build/firmware/variant.json");
  });
});
