import assert from "node:assert/strict";
import { readSettings } from "./settings.ts";

const read = (text: string) => readSettings(Uint8Array.from(Buffer.from(text)).buffer);

describe("the settings in the image", () => {
  it("are a JSON object in UTF-8", () => {
    assert.deepEqual(read('{"pin":21,"networks":[{"SSID":"Größe"}]}'), {
      pin: 21,
      networks: [{ SSID: "Größe" }],
    });
  });

  it("count as empty if they are anything else", () => {
    for (const text of ["", "{", "[]", "null", "5", '"open"']) assert.deepEqual(read(text), {});
  });
});
