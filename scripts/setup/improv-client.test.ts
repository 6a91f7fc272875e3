import assert from "node:assert/strict";
import sinon from "sinon";
import { Improv, type ImprovEffect } from "../../device/core/improv.ts";
import type { FoundNetwork, WiFiNetwork } from "../../device/hal.ts";
import { ImprovClient } from "./improv-client.ts";

const options = {
  firmware: "Boom Box",
  version: "0.1.0",
  chip: "ESP32",
  deviceName: "lot-001",
  nextUrl: undefined,
};
const networks: readonly FoundNetwork[] = [
  { SSID: "x", RSSI: -9, isSecured: false },
  { SSID: "Café", RSSI: -80, isSecured: false },
  { SSID: "office", RSSI: -48, isSecured: true },
];

/** The firmware's side, which also prints lines, with its bytes in pieces. */
function connect(pieceBytes: number) {
  const improv = new Improv(options);
  const admits = ({ SSID, password }: WiFiNetwork) => SSID === "office" && password === "12345678";
  const say = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      client.receive(bytes.slice(at, at + pieceBytes));
    }
  };
  const perform = (effects: readonly ImprovEffect[]) => {
    for (const effect of effects) {
      say(Buffer.from('{"at":1,"type":"status"}\n{"type":"cut off'));
      if (effect.type === "reply") say(effect.bytes);
      else if (effect.type === "scan") perform(improv.scanned(networks));
      else perform(admits(effect.network) ? improv.joined() : improv.joinFailed());
    }
  };
  const client: ImprovClient = new ImprovClient(async (bytes) => {
    perform(improv.handleBytes(bytes, 0));
  });
  return client;
}

for (const pieceBytes of [1, 1_000]) {
  describe(`an Improv client between other lines, ${pieceBytes} bytes at a time`, () => {
    it("learns who the board is", async () => {
      assert.deepEqual(await connect(pieceBytes).info(1_000), {
        firmware: "Boom Box",
        version: "0.1.0",
        chip: "ESP32",
        name: "lot-001",
      });
    });

    it("learns which networks there are, the strongest first", async () => {
      assert.deepEqual(await connect(pieceBytes).scan(1_000), [
        { SSID: "x", RSSI: -9, isSecured: false },
        { SSID: "office", RSSI: -48, isSecured: true },
        { SSID: "Café", RSSI: -80, isSecured: false },
      ]);
    });

    it("joins, and is told when that failed", async () => {
      const client = connect(pieceBytes);
      assert.deepEqual(await client.join("office", "wrong password", 1_000), {
        type: "error",
        code: 3,
      });
      assert.equal((await client.join("office", "12345678", 1_000)).type, "results");
    });
  });
}

describe("an Improv client without an answer", () => {
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());

  it("gives up in time, and can ask again", async () => {
    const client = new ImprovClient(async () => {});
    const first = client.info(500);
    await clock.tickAsync(500);
    assert.equal(await first, undefined);
    const second = client.scan(500);
    await clock.tickAsync(500);
    assert.equal(await second, undefined);
  });

  it("passes on that the port is gone", async () => {
    const client = new ImprovClient(() => Promise.reject(new Error("gone")));
    await assert.rejects(client.info(500), /gone/);
  });
});
