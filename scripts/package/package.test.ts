import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { zipSync } from "fflate";
import { chipNames, chips } from "../../device/chips/table.ts";
import { UserError } from "../command-line/user-error.ts";
import {
  entries,
  firmwareFor,
  firmwareOf,
  imageOf,
  partsOf,
  secureFirmwareOf,
  tableOf,
} from "./firmware.rig.ts";
import { type FirmwarePackage, partFiles } from "./firmware-package.ts";
import { packageFiles, parsePackage } from "./package-files.ts";
import { readPackage } from "./read-package.ts";
import { writePackage, writeSymbols } from "./write-package.ts";

const firmware = firmwareOf({
  parts: partsOf(3_000),
  network: "ethernet",
  usedPins: [{ pin: 23, by: "defines.ethernet.mdc" }],
});

/** With one part of it changed. */
const withPart = (file: string, bytes: Uint8Array, of: FirmwarePackage = firmware) => ({
  ...of,
  parts: of.parts.map((part) => (part.file === file ? { ...part, bytes } : part)),
});

/** With its table's entries changed. */
const withEntry = (name: string, change: object) =>
  withPart(
    "partition-table.bin",
    tableOf(entries.map((entry) => (entry.name === name ? { ...entry, ...change } : entry))),
  );

function problemOf(files: ReadonlyMap<string, Uint8Array>): string {
  const parsed = parsePackage((name) => files.get(name));
  return parsed.type === "problem" ? parsed.problem : assert.fail("it was accepted");
}

/** With the description's JSON changed. */
function described(change: (json: Record<string, unknown>) => unknown): Map<string, Uint8Array> {
  const files = new Map(packageFiles(firmware));
  const json = JSON.parse(Buffer.from(files.get("boom-box.json") ?? []).toString());
  files.set("boom-box.json", Buffer.from(JSON.stringify(change(json) ?? json)));
  return files;
}

describe("a firmware package", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-package-"));
  after(() => rmSync(directory, { recursive: true }));
  const comparable = (of: FirmwarePackage) => ({
    ...of,
    parts: of.parts.map((part) => ({ ...part, bytes: Buffer.from(part.bytes).toString("hex") })),
  });

  async function refusal(path: string): Promise<string> {
    const error = await readPackage(path).then(
      () => assert.fail("it was accepted"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof UserError);
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }

  for (const chip of chipNames) {
    const { title, bootloaderAt } = chips[chip];

    it(`for the ${title} says so, also to ESP Web Tools, and is read again`, () => {
      const files = packageFiles(firmwareFor(chip));
      const parsed = parsePackage((name) => files.get(name));
      assert.equal(parsed.type === "package" && parsed.firmware.chip, chip);
      const { builds } = JSON.parse(Buffer.from(files.get("manifest.json") ?? []).toString());
      assert.equal(builds[0].chipFamily, title);
      const bootloader = builds[0].parts.find(
        (part: { path: string }) => part.path === "bootloader.bin",
      );
      assert.equal(bootloader.offset, bootloaderAt);
    });

    for (const other of chipNames.filter((each) => each !== chip)) {
      it(`for the ${title} is refused with parts for the ${chips[other].title}`, () => {
        const mixed = { ...firmwareFor(chip), parts: firmwareFor(other).parts };
        const placed = {
          ...mixed,
          parts: mixed.parts.map((part) =>
            part.file === "bootloader.bin" ? { ...part, offset: bootloaderAt } : part,
          ),
        };
        assert.match(
          problemOf(packageFiles(placed)),
          new RegExp(
            `is for another chip \\(${chips[other].title}\\): build it for the ${title}\\)$`,
          ),
        );
      });
    }
  }

  it("has its symbols beside it, and never those of another build", async () => {
    const { folder } = await writePackage(join(directory, "symbols"), firmware);
    const built = join(directory, "built.zip");
    writeFileSync(built, "symbols");
    const path = await writeSymbols(folder, built);
    assert.equal(path, `${folder}-symbols.zip`);
    assert.equal(readFileSync(path, "utf8"), "symbols");
    assert.equal(await writeSymbols(folder, join(directory, "none.zip")), undefined);
    assert.ok(!existsSync(path));
  });

  it("is read back as it was written, from the folder and from the zip", async () => {
    const { folder, zip } = await writePackage(join(directory, "box"), firmware);
    for (const path of [folder, zip]) {
      assert.deepEqual(comparable(await readPackage(path)), comparable(firmware));
    }
  });

  it("is the same zip for the same firmware", async () => {
    const one = await writePackage(join(directory, "one"), firmware);
    const two = await writePackage(join(directory, "two"), firmware);
    assert.deepEqual(readFileSync(one.zip), readFileSync(two.zip));
  });

  it("has a manifest for ESP Web Tools, whose erasing the person decides about", () => {
    const manifest = packageFiles(firmware).get("manifest.json") ?? [];
    assert.deepEqual(JSON.parse(Buffer.from(manifest).toString()), {
      name: "Boom Box",
      version: "0.1.0",
      new_install_prompt_erase: true,
      builds: [
        {
          chipFamily: "ESP32",
          parts: [
            { path: "firmware.bin", offset: 0x20000 },
            { path: "partition-table.bin", offset: 0x8000 },
            { path: "ota_data_initial.bin", offset: 0xe000 },
            { path: "bootloader.bin", offset: 0x1000 },
          ],
        },
      ],
    });
  });

  it("that is secure has its own places, and nothing that a web page would flash unasked", async () => {
    const folder = join(directory, "secure");
    await writePackage(folder, firmware);
    await writePackage(folder, secureFirmwareOf());
    assert.deepEqual(comparable(await readPackage(folder)), comparable(secureFirmwareOf()));
    assert.ok(!existsSync(join(folder, "manifest.json")));
    const mixed = { ...secureFirmwareOf(), isSecure: false };
    assert.match(problemOf(packageFiles(mixed)), /puts partition-table\.bin at 0x10000/);
  });

  const unsound: readonly [string, FirmwarePackage, RegExp][] = [
    [
      "another place",
      { ...firmware, parts: partsOf().map((part) => ({ ...part, offset: 0x30000 })) },
      /puts firmware\.bin at 0x30000 instead of 0x20000/,
    ],
    [
      "an application larger than its slot",
      withPart("firmware.bin", imageOf(0x1e0000)),
      /has a firmware\.bin of \d+ bytes, but only 1966080 fit/,
    ],
    [
      "a bootloader that reaches into the table",
      withPart("bootloader.bin", imageOf(0x7000)),
      /has a bootloader\.bin of/,
    ],
    [
      "a truncated application",
      withPart("firmware.bin", imageOf(3_000).subarray(0, 1_000)),
      /the application is damaged or truncated/,
    ],
    [
      "an application for an S3",
      withPart(
        "firmware.bin",
        imageOf(3_000).map((byte, i) => (i === 12 ? 9 : byte)),
      ),
      /is for another chip \(ESP32-S3\): build it for the ESP32/,
    ],
    [
      "an empty bootloader",
      withPart("bootloader.bin", new Uint8Array()),
      /the bootloader is missing/,
    ],
    [
      "no partition table",
      withPart("partition-table.bin", new Uint8Array(0xc00)),
      /has no partition table for a box/,
    ],
    ["no box partition", withEntry("box", { name: "spiffs" }), /has no partition table for a box/],
    ["a partition after the flash", withEntry("ota_1", { bytes: 0x400000 }), /do not fit 4 MB/],
    ["partitions that overlap", withEntry("nvs", { bytes: 0x6000 }), /do not fit 4 MB/],
    [
      "a partition that is not aligned",
      withEntry("ota_1", { offset: 0x210100 }),
      /do not fit 4 MB/,
    ],
    [
      "another place for the box's files",
      { ...firmware, box: { offset: 0x20000, bytes: 0x10000 } },
      /puts the box's files in another place/,
    ],
    ["another size of a slot", { ...firmware, slotBytes: 0x200000 }, /another size of a slot/],
  ];
  for (const [what, of, words] of unsound) {
    it(`is refused with ${what}`, () => assert.match(problemOf(packageFiles(of)), words));
  }

  const misdescribed: readonly [string, (json: Record<string, unknown>) => unknown, RegExp][] = [
    [
      "another chip",
      (json) => ({ ...json, chip: "ESP32-S3" }),
      /puts bootloader\.bin at 0x1000 instead of 0x0/,
    ],
    ["an unknown chip", (json) => ({ ...json, chip: "ESP32-C6" }), /chip: must be ESP32, ESP32-S3/],
    ["an unknown network", (json) => ({ ...json, network: "zigbee" }), /network: /],
    ["an unknown field", (json) => ({ ...json, script: "rm" }), /script: /],
    [
      "a version that is none",
      (json) => ({ ...json, version: "\u001b[2J" }),
      /version: must be a version/,
    ],
    ["a missing part", (json) => ({ ...json, parts: [] }), /parts: /],
    ["nothing in it", () => 5, /invalid boom-box\.json/],
  ];
  for (const [what, change, words] of misdescribed) {
    it(`is refused when its description has ${what}`, () => {
      const problem = problemOf(described(change));
      assert.match(problem, words);
      assert.doesNotMatch(problem, /\p{Cc}/u);
    });
  }

  it("is refused when a part's name leads out of it", () => {
    const files = described((json) => {
      const [part, ...rest] = json.parts as object[];
      return { ...json, parts: [{ ...part, file: "../../etc/passwd" }, ...rest] };
    });
    assert.match(problemOf(files), /parts\.0\.file: /);
  });

  for (const file of partFiles) {
    it(`is refused when a byte of ${file} has changed, and when it is missing`, () => {
      const files = new Map(packageFiles(firmware));
      const bytes = Uint8Array.from(files.get(file) ?? []);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      files.set(file, bytes);
      assert.match(problemOf(files), new RegExp(`is damaged: ${file}`));
      files.delete(file);
      assert.match(problemOf(files), new RegExp(`has no ${file}`));
    });
  }

  it("is refused, never accepted, with any other byte in its description", () => {
    const files = packageFiles(firmware);
    const text = files.get("boom-box.json") ?? new Uint8Array();
    const whole = comparable(firmware);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(255), (at, value) => {
        const changed = new Map(files);
        changed.set(
          "boom-box.json",
          text.map((byte, i) => (i === at ? value : byte)),
        );
        const parsed = parsePackage((name) => changed.get(name));
        if (parsed.type === "problem") return;
        // Only what describes, not what is written, can differ.
        const { parts, box, slotBytes } = comparable(parsed.firmware);
        assert.deepEqual(
          { parts, box, slotBytes },
          { parts: whole.parts, box: whole.box, slotBytes: whole.slotBytes },
        );
      }),
    );
  });

  it("is refused with one line when it is no package at all", async () => {
    assert.match(
      await refusal(join(directory, "nothing")),
      /^there is no package .*boom-box package/,
    );
    assert.match(await refusal(directory), /has no boom-box\.json: download it again/);
    const text = join(directory, "text.zip");
    writeFileSync(text, "hello");
    assert.match(await refusal(text), /is no folder and no zip file that can be read/);
    assert.match(await refusal("/dev/null"), /is neither a folder nor a file/);
    const { zip } = await writePackage(join(directory, "cut"), firmware);
    const cut = join(directory, "half.zip");
    writeFileSync(cut, readFileSync(zip).subarray(0, 2_000));
    assert.match(await refusal(cut), /is no folder and no zip file/);
  });

  it("is refused when a file in the zip is larger than a flash", async () => {
    const path = join(directory, "large.zip");
    const files = Object.fromEntries(packageFiles(firmware));
    writeFileSync(path, zipSync({ ...files, "firmware.bin": new Uint8Array(0x400001) }));
    assert.match(await refusal(path), /has no firmware\.bin/);
    writeFileSync(path, new Uint8Array(0x420000));
    assert.match(await refusal(path), /is larger than a flash/);
  });
});
