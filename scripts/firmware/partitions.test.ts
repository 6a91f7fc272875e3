import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { type Partition, parsePartitions, partitionProblems, slotUse } from "./partitions.ts";

const ours = readFileSync(join(projectRoot, "device", "xs", "esp32", "partitions.csv"), "utf8");

function parse(text: string): Partition[] {
  const partitions = parsePartitions(text);
  assert.ok(Array.isArray(partitions), JSON.stringify(partitions));
  return partitions;
}

describe("the partition table", () => {
  it("is valid, and uses the whole flash", () => {
    const partitions = parse(ours);
    assert.deepEqual(partitionProblems(partitions, false), []);
    assert.equal(Math.max(...partitions.map(({ offset, size }) => offset + size)), 0x400000);
    assert.deepEqual(
      partitions.map(({ name }) => name),
      ["nvs", "otadata", "box", "ota_0", "ota_1", "coredump"],
    );
  });

  it("is read with hexadecimal and decimal numbers, K and M", () => {
    assert.deepEqual(parse("a, data, nvs, 36864, 24K\n# b\n\nc,app,ota_0,0x10000,1M,\n"), [
      { name: "a", type: "data", subtype: "nvs", offset: 0x9000, size: 0x6000, isEncrypted: false },
      {
        name: "c",
        type: "app",
        subtype: "ota_0",
        offset: 0x10000,
        size: 0x100000,
        isEncrypted: false,
      },
    ]);
  });

  it("reports a line without an offset, because its place would depend on the lines before", () => {
    assert.deepEqual(parsePartitions("# comment\nnvs, data, nvs, , 0x6000\n"), {
      problems: ["line 2 needs a name, an offset and a size: nvs, data, nvs, , 0x6000"],
    });
  });

  const wrong: [string, string, string, RegExp][] = [
    [
      "an application off its page",
      "0x20000,  0x1e0000",
      "0x21000, 0x1df000",
      /ota_0 begins at 0x21000/,
    ],
    ["data that is not aligned to a sector", "0xe000,", "0xe100,", /otadata begins at 0xe100/],
    ["half a sector", "0x9000,   0x5000", "0x9000, 0x4800", /nvs has 0x4800 bytes/],
    [
      "a partition in the bootloader",
      "0x9000,",
      "0x8000,",
      /nvs begins at 0x8000, in the bootloader/,
    ],
    [
      "what ends after the flash",
      "0x3f0000, 0x10000",
      "0x3f0000, 0x20000",
      /coredump ends at 0x410000/,
    ],
    ["two that overlap", "0x10000,  0x10000", "0xf000, 0x10000", /otadata and box overlap/],
    ["two slots that differ", "0x210000, 0x1e0000", "0x210000, 0x1d0000", /slots differ in size/],
    ["no otadata", "otadata,  data, ota", "otadata, data, nvs", /otadata \(data, ota\) is missing/],
    [
      "no place for a core dump",
      "coredump, data, coredump",
      "coredump, data, nvs",
      /coredump \(data, coredump\) is missing/,
    ],
    ["one slot", "ota_1,    app,  ota_1", "ota_1, app, test", /ota_1 \(app, ota_1\) is missing/],
    [
      "another size for the box's data",
      "0x10000,  0x10000",
      "0x10000, 0x8000",
      /box .* must have 0x10000/,
    ],
  ];
  for (const [what, from, to, words] of wrong) {
    it(`is refused with ${what}`, () => {
      const text = ours.replace(from, to);
      assert.notEqual(text, ours);
      assert.match(partitionProblems(parse(text), false).join("\n"), words);
    });
  }

  it("of the SDK is refused, because it has no slot for an update", () => {
    const sdk = `nvs,      data, nvs,     0x9000,  0x006000,
phy_init, data, phy,     0xf000,  0x001000,
factory,  app,  factory, 0x10000, 0x3F0000,
`;
    const problems = partitionProblems(parse(sdk), false);
    assert.equal(problems.filter((line) => line.endsWith("is missing")).length, 5);
  });

  it("says how full a slot is, and whether an image fits", () => {
    const partitions = parse(ours);
    assert.deepEqual(slotUse(1_589_936, partitions), {
      fits: true,
      text: "the image takes 1,589,936 of 1,966,080 bytes of its slot, 81 %",
    });
    assert.equal(slotUse(1_966_080, partitions).fits, true);
    assert.equal(slotUse(1_966_081, partitions).fits, false);
    assert.match(slotUse(1_966_081, partitions).text, /1,966,081 of 1,966,080 /);
  });
});
