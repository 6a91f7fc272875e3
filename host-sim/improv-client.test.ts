import assert from "node:assert/strict";
import { ImprovSerial } from "improv-wifi-serial-sdk/dist/serial.js";
import { Improv, type ImprovEffect } from "../device/core/improv.ts";
import type { WiFiNetwork } from "../device/hal.ts";

const options = {
  firmware: "Boom Box",
  version: "0.1.0",
  chip: "ESP32",
  // Its answer would have a length that the client takes for a newline.
  deviceName: "lot-001",
  nextUrl: "https://gates.example/boxes/lot-001",
};
const log = { log() {}, error() {}, debug() {} };

/** A serial port with a box at its other end, which also prints lines of its own. */
class BoxPort {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly #improv = new Improv(options);
  readonly #admits: (network: WiFiNetwork) => boolean;
  #say: (bytes: Uint8Array) => void = () => {};

  /** @param pieceBytes how much arrives at once, in both directions */
  constructor(admits: (network: WiFiNetwork) => boolean, pieceBytes: number) {
    this.#admits = admits;
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#say = (bytes) => {
          for (const piece of pieces(bytes, pieceBytes)) controller.enqueue(piece);
        };
      },
    });
    this.writable = new WritableStream({
      write: (bytes) => {
        for (const piece of pieces(bytes, pieceBytes)) {
          this.#perform(this.#improv.handleBytes(piece, 0));
        }
      },
    });
  }

  print(text: string): void {
    this.#say(Buffer.from(text));
  }

  #perform(effects: readonly ImprovEffect[]): void {
    for (const effect of effects) {
      this.print('{"type":"status"}\n{"type":"cut off');
      if (effect.type === "reply") this.#say(effect.bytes);
      else if (effect.type === "scan") this.#perform(this.#improv.scanned(networks));
      else if (this.#admits(effect.network)) this.#perform(this.#improv.joined());
      else this.#perform(this.#improv.joinFailed());
    }
  }
}

const networks = [
  { SSID: "office", RSSI: -48, isSecured: true },
  // With this one, too, the length would be that of a newline.
  { SSID: "x", RSSI: -9, isSecured: false },
  { SSID: "Café", RSSI: -80, isSecured: false },
];

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

for (const [what, pieceBytes] of [
  ["in whole packets", 1_000],
  ["byte by byte", 1],
] as const) {
  describe(`Improv and the standard's own client, ${what}`, () => {
    let client: ImprovSerial;

    beforeEach(async () => {
      const admits = ({ SSID, password }: WiFiNetwork) =>
        SSID === "office" && password === "correct horse";
      const port = new BoxPort(admits, pieceBytes);
      port.print("ets Jul 29 2019 12:21:46");
      client = new ImprovSerial(port as never, log);
      await client.initialize(100);
    });

    afterEach(async () => {
      await client.close();
    });

    it("meet: state, then who the box is", async () => {
      const { info } = client;
      assert.deepEqual(info, {
        firmware: "Boom Box",
        version: "0.1.0",
        chipFamily: "ESP32",
        name: "lot-001",
        osName: null,
        osVersion: null,
      });
      assert.equal(client.state, 2);
      assert.equal(await client.getDeviceName(), "lot-001");
      assert.equal(await client.getHostname(), "lot-001");
    });

    it("scan", async () => {
      assert.deepEqual(await client.scan(), [
        { name: "Café", rssi: -80, secured: false },
        { name: "office", rssi: -48, secured: true },
        { name: "x", rssi: -9, secured: false },
      ]);
    });

    it("join a network, and know the next page from then on", async () => {
      await client.provision("office", "correct horse");
      assert.equal(client.state, 4);
      assert.equal(client.nextUrl, options.nextUrl);
      client.nextUrl = undefined;
      await client.requestCurrentState();
      assert.equal(client.nextUrl, options.nextUrl);
    });

    it("fail to join with a wrong password, then succeed with the right one", async () => {
      await assert.rejects(client.provision("office", "wrong horse"), /UNABLE_TO_CONNECT/);
      assert.equal(client.error, 3);
      assert.equal(client.nextUrl, undefined);
      await client.requestCurrentState();
      assert.equal(client.state, 2);
      await client.provision("office", "correct horse");
      assert.deepEqual([client.state, client.error], [4, 0]);
    });

    it("refuse to rename the box", async () => {
      await assert.rejects(client.setDeviceName("lot-002"), /UNKNOWN_RPC_COMMAND/);
      await assert.rejects(client.setHostname("lot-002"), /UNKNOWN_RPC_COMMAND/);
      await assert.rejects(client.requestNetworkState(), /UNKNOWN_RPC_COMMAND/);
      assert.equal(await client.getDeviceName(), "lot-001");
    });
  });
}
