import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFleet } from "./fleet.ts";

describe("boxes.csv", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  const path = join(directory, "boxes.csv");
  after(() => rmSync(directory, { recursive: true }));

  const read = (text: string | Uint8Array) => {
    writeFileSync(path, text);
    return readFleet(path);
  };

  it("defines boxes and their settings", async () => {
    const text = `\ufeffthingName,SSID,password,pulseMs,network
lot-1,car park,"open, ""sesame""",700,
lot-2,,,,ethernet

lot-3,guests,,,\r
`;
    assert.deepEqual(await read(text), [
      {
        thingName: "lot-1",
        settings: { networks: [{ SSID: "car park", password: 'open, "sesame"' }], pulseMs: 700 },
      },
      { thingName: "lot-2", settings: { network: "ethernet" } },
      { thingName: "lot-3", settings: { networks: [{ SSID: "guests" }] } },
    ]);
  });

  const wrong: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ["nothing", "", /must begin with a heading/],
    ["no heading", "lot-1\nlot-2\n", /must begin with a heading/],
    ["an unknown column", "thingName,colour\nlot-1,red\n", /must begin with a heading/],
    ["a column twice", "thingName,pin,pin\nlot-1,5,5\n", /each once/],
    ["no box", "thingName\n", /must contain 1–10000 boxes/],
    [
      "an invalid name",
      "thingName\nlot-1\nlot 2\n",
      /line 3: thingName must be .*no box was provisioned$/,
    ],
    ["a reserved name", "thingName\nservice\n", /"service" cannot name a box/],
    ["no name", "thingName,pin\n,5\n", /line 2: thingName/],
    ["a box twice", "thingName\nlot-1\nLOT-1\n", /line 3: LOT-1 is already on line 2/],
    [
      "an invalid number",
      "thingName,pulseMs\nlot-1,soon\n",
      /line 2: pulseMs must be a whole number/,
    ],
    ["a password without a network", "thingName,password\nlot-1,open sesame\n", /line 2: networks/],
    ["an invalid name after blank lines", "thingName\n\n\nlot-1\n\nlot 2\n", /line 6: thingName/],
    [
      "an invalid name after a quoted line break",
      'thingName,SSID\n"lot-1","car\npark"\nlot 2,x\n',
      /line 4: thingName/,
    ],
    [
      "an invalid number in a line with a quoted line break",
      'thingName,SSID,pin\r\nlot-1,x,5\r\nlot-2,"car\r\npark",99\r\n',
      /^[^;]*line 3: pin/,
    ],
    [
      "a box twice after a blank line",
      "thingName\nlot-1\n\nlot-1\n",
      /line 4: lot-1 is already on line 2/,
    ],
    ["a short line", "thingName,pin\nlot-1\n", /line 2 is not valid CSV/],
    ["a quote that never ends", 'thingName,password\nlot-1,"open sesame\n', /is not valid CSV/],
    ["bytes that are not UTF-8", Buffer.from([0x74, 0xff, 0xfe]), /is not valid CSV in UTF-8/],
  ];
  for (const [what, text, message] of wrong) {
    it(`is refused completely with ${what}`, async () => {
      await assert.rejects(read(text), (error: Error) => {
        assert.equal(error.name, "UserError");
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n|sesame/);
        return true;
      });
    });
  }

  it("causes a one-line error when it does not exist", async () => {
    await assert.rejects(readFleet(join(directory, "none.csv")), {
      message: /none\.csv does not exist/,
    });
  });
});
