import assert from "node:assert/strict";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { UserError } from "../command-line/user-error.ts";
import { checkImage, describeImage, readImageFacts, removeImage } from "./image.ts";

const folder = join(projectRoot, "device", "xs", "esp32");
const ours = ["sdkconfig.defaults", "sdkconfig.esp32.defaults"]
  .map((file) => readFileSync(join(folder, file), "utf8"))
  .join("\n");

describe("the built image", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  const places = { bin: join(directory, "bin"), project: join(directory, "xsProj-esp32") };
  const sdkconfig = join(places.project, "sdkconfig");
  const image = join(places.bin, "xs_esp32.bin");

  beforeEach(() => {
    mkdirSync(join(places.project, "build"), { recursive: true });
    mkdirSync(places.bin, { recursive: true });
    writeFileSync(sdkconfig, ours);
    copyFileSync(join(folder, "partitions.csv"), join(places.project, "partitions.csv"));
    writeImage(1_589_936);
  });
  after(() => rmSync(directory, { recursive: true }));

  function writeImage(bytes: number): void {
    writeFileSync(image, "");
    truncateSync(image, bytes);
  }

  function refusal(): string {
    try {
      checkImage(places, false);
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      return error.message;
    }
    return assert.fail("it was taken");
  }

  it("is accepted, and the result says how full its slot is and which pins are in use", () => {
    writeFileSync(sdkconfig, `${ours}\nCONFIG_ETH_PHY_RST_GPIO=21\nCONFIG_ETH_MDC_GPIO=-1\n`);
    assert.deepEqual(checkImage(places, false), {
      text: "the image takes 1,589,936 of 1,966,080 bytes of its slot, 81 %",
      usedPins: [{ pin: 21, by: "CONFIG_ETH_PHY_RST_GPIO=21" }],
    });
  });

  it("is described in a file, for whoever flashes it", () => {
    const usedPins = [{ pin: 21, by: "config.led.pin" }];
    const facts = { network: "wifi", usedPins, isSecure: true } as const;
    assert.throws(() => readImageFacts(places), /run "boom-box build" first/);
    describeImage(places, facts);
    assert.deepEqual(readImageFacts(places), facts);
  });

  it("is refused with one line for each wrong option and each pin conflict", () => {
    writeFileSync(
      sdkconfig,
      `${ours}\nCONFIG_ETH_PHY_RST_GPIO=5\n# CONFIG_ESP_INT_WDT is not set\n`,
    );
    const [head, ...lines] = refusal().split("\n");
    assert.equal(head, "the image is refused:");
    assert.deepEqual(
      lines.map((line) => line.split(" ")[0]),
      ["CONFIG_ESP_INT_WDT", "CONFIG_ETH_PHY_RST_GPIO=5"],
    );
    assert.match(lines[1] ?? "", /uses the gate's pin 5/);
  });

  it("is refused with the SDK's partition table instead of ours", () => {
    writeFileSync(
      join(places.project, "partitions.csv"),
      "nvs, data, nvs, 0x9000, 0x6000\nfactory, app, factory, 0x10000, 0x3F0000\n",
    );
    assert.match(refusal(), /ota_0 \(app, ota_0\) is missing\nota_1/);
    writeFileSync(join(places.project, "partitions.csv"), "nvs, data, nvs, , 0x6000\n");
    assert.match(refusal(), /line 1 needs a name, an offset and a size/);
  });

  it("is refused if it does not fit, with both sizes", () => {
    writeImage(1_966_081);
    assert.match(refusal(), /takes 1,966,081 of 1,966,080 bytes .* does not fit/);
  });

  it("is refused if it is missing or for another chip", () => {
    rmSync(image);
    assert.match(refusal(), /the build made no .*xs_esp32\.bin/);
    rmSync(sdkconfig);
    assert.match(refusal(), /name the chip of the board with --chip/);
    writeFileSync(sdkconfig, `${ours}\nCONFIG_IDF_TARGET="esp32c3"\n`);
    assert.match(refusal(), /the build is for esp32c3 instead of esp32: use --chip esp32c3/);
  });

  it("of an earlier build is removed before a new build", () => {
    const elf = join(places.project, "build", "xs_esp32.elf");
    writeFileSync(elf, "");
    removeImage(places);
    assert.ok(!existsSync(image) && !existsSync(elf));
    assert.ok(existsSync(sdkconfig));
  });
});
