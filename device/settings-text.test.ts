import assert from "node:assert/strict";
import { readSettings, withNetwork, withoutNetworks, writeSettings } from "./settings-text.ts";

const read = (text: string) => readSettings(new TextEncoder().encode(text));

describe("the settings of a box", () => {
  it("are a JSON object in UTF-8", () => {
    const settings = { pin: 21, networks: [{ SSID: "Größe" }] };
    assert.deepEqual(read('{"pin":21,"networks":[{"SSID":"Größe"}]}'), settings);
    assert.deepEqual(readSettings(writeSettings(settings)), settings);
  });

  it("are not read from anything else", () => {
    for (const text of ["", "{", "[]", "null", "5", '"open"']) assert.equal(read(text), undefined);
  });

  it("take a new network as the preferred one, and a new password for a known one", () => {
    const old = { pin: 21, networks: [{ SSID: "a", password: "11111111" }, { SSID: "b" }] };
    assert.deepEqual(withNetwork(old, { SSID: "c" }), {
      pin: 21,
      networks: [{ SSID: "c" }, ...old.networks],
    });
    assert.deepEqual(withNetwork(old, { SSID: "a", password: "22222222" }), {
      pin: 21,
      networks: [{ SSID: "a", password: "22222222" }, { SSID: "b" }],
    });
    assert.deepEqual(withoutNetworks(old), { pin: 21, networks: [] });
  });

  it("keep eight networks, and drop what was never a list", () => {
    const eight = Array.from({ length: 8 }, (_, i) => ({ SSID: `n${i}` }));
    const { networks } = withNetwork({ networks: eight }, { SSID: "new" });
    assert.deepEqual(networks, [{ SSID: "new" }, ...eight.slice(0, 7)]);
    assert.deepEqual(withNetwork({ networks: "x" }, { SSID: "new" }).networks, [{ SSID: "new" }]);
    assert.deepEqual(withNetwork({ networks: [null, 5] }, { SSID: "new" }).networks, [
      { SSID: "new" },
      null,
      5,
    ]);
  });
});
