import assert from "node:assert/strict";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import { MemoryFlash } from "../host-sim/hardware/flash.ts";
import { BoxData, boxPartitionLength } from "./box-data.ts";
import { commandOf, hear, settingsOf } from "./core/improv.rig.ts";
import { FakeButton, FakeDevice, FakePin, FakeSerial } from "./device.fake.ts";
import { Firmware, type FirmwareRecord } from "./firmware.ts";
import { type RawSettings, readSettings, writeSettings } from "./settings-text.ts";

const settings = {
  thingName: "lot-1",
  endpoint: "broker.test",
  networks: [{ SSID: "car park", password: "let me in" }],
};
const credentials = ["ca.der", "certificate.der", "private-key.der"].map(
  (name): [string, Uint8Array] => [name, Uint8Array.of(1)],
);
const infoResult = { result: 3, texts: ["Boom Box", "1.2.3", "ESP32", "lot-1"] };

describe("the firmware", () => {
  let virtual: SinonFakeTimers;
  let device: FakeDevice;
  let serial: FakeSerial;
  let button: FakeButton;
  let flash: MemoryFlash;
  let firmware: Firmware;
  let records: FirmwareRecord[];

  beforeEach(() => {
    virtual = useFakeTimers();
    device = new FakeDevice();
    serial = new FakeSerial();
    button = new FakeButton();
    flash = MemoryFlash.erased(boxPartitionLength);
    records = [];
  });
  afterEach(() => virtual.restore());

  const setUp = (input: RawSettings = settings, files = credentials) =>
    new BoxData(flash).write(new Map([["settings.json", writeSettings(input)], ...files]));

  function powerOn(): void {
    firmware = new Firmware({
      device,
      data: new BoxData(flash),
      setup: { serial, button, led: new FakePin() },
      networkKind: "wifi",
      version: "1.2.3",
      chip: "ESP32",
      onRecord: (record) => records.push(record),
    });
    firmware.start();
  }

  /** Sends bytes to the serial port. Returns what the box answered since the last call. */
  function improv(bytes: Uint8Array = new Uint8Array()) {
    if (bytes.length > 0) serial.onReceived?.(bytes);
    return hear(serial.written.splice(0).map((each) => ({ type: "reply", bytes: each })));
  }

  const setupStates = () =>
    records.flatMap((record) => (record.type === "setup" ? [record.state] : []));
  const waitingReasons = () =>
    records.flatMap((record) =>
      record.type === "setup" && record.state === "waiting" ? [record.detail] : [],
    );
  /** As it would be read after a restart. */
  const kept = () => readSettings(new BoxData(flash).read("settings.json") ?? new Uint8Array());
  const joinedSSIDs = () => device.network.joined.map((network) => network?.SSID);

  describe("without a box's files", () => {
    it("says once a second that it waits, and touches neither pin nor network", () => {
      powerOn();
      virtual.tick(10_000);
      assert.equal(waitingReasons().length, 11);
      assert.equal(waitingReasons()[0], "the box is not set up yet");
      assert.deepEqual(device.gatePin.writes, []);
      assert.deepEqual(device.network.joined, []);
      assert.equal(firmware.connectionState, "stopped");
    });

    const incomplete: [string, () => void, RegExp][] = [
      ["damaged files", () => flash.write(0, Uint8Array.of(1, 2, 3)), /damaged: set it up again/],
      ["invalid settings", () => setUp({ ...settings, pulseMs: 0 }), /^pulseMs must be/],
      ["no network", () => setUp({ ...settings, networks: [] }), /^no WiFi network is set$/],
      ["no key", () => setUp(settings, credentials.slice(0, 2)), /^private-key\.der is missing$/],
      [
        "settings for Ethernet",
        () => setUp({ ...settings, network: "ethernet" }),
        /network is ethernet, but this firmware is for wifi/,
      ],
    ];
    for (const [name, prepare, reason] of incomplete) {
      it(`waits with ${name}, and says why without a password`, () => {
        prepare();
        powerOn();
        assert.match(waitingReasons()[0] ?? "", reason);
        assert.doesNotMatch(JSON.stringify(records), /let me in/);
        assert.deepEqual(device.sockets, []);
      });
    }

    it("takes a network by Improv, keeps it, and does not become a box by that", () => {
      powerOn();
      assert.deepEqual(improv(commandOf(2)), [{ state: 2 }]);
      assert.deepEqual(improv(settingsOf("home", "12345678")), [{ state: 3 }]);
      virtual.tick(5_000);
      assert.deepEqual(improv(), [{ state: 4 }, { result: 1, texts: [] }]);
      assert.deepEqual(kept(), { networks: [{ SSID: "home", password: "12345678" }] });
      virtual.tick(200_000);
      assert.equal(waitingReasons().at(-1)?.startsWith("thingName is missing"), true);
      assert.deepEqual(improv(commandOf(2)).slice(0, 1), [{ state: 4 }]);
    });
  });

  describe("of a box that is set up", () => {
    beforeEach(() => setUp());

    it("runs the agent", () => {
      powerOn();
      virtual.tick(100);
      assert.deepEqual(joinedSSIDs(), ["car park"]);
      assert.equal(device.sockets.length, 1);
      assert.deepEqual(setupStates(), []);
    });

    it("answers Improv for two minutes after the start, and then only without a network", () => {
      powerOn();
      virtual.tick(100);
      assert.deepEqual(improv(commandOf(3)).at(-1), infoResult);
      virtual.tick(119_800);
      assert.deepEqual(improv(commandOf(3)).at(-1), infoResult);
      virtual.tick(1_000);
      assert.deepEqual(improv(commandOf(3)), []);
      device.network.become(200);
      assert.deepEqual(improv(commandOf(3)).at(-1), infoResult);
    });

    it("adds a network by Improv as the preferred one, and connects with it", () => {
      setUp({ ...settings, appUrl: "https://gate.example" });
      powerOn();
      virtual.tick(100);
      improv(settingsOf("home", "12345678"));
      virtual.tick(5_000);
      assert.deepEqual(improv().at(-1), { result: 1, texts: ["https://gate.example"] });
      assert.deepEqual(kept()?.networks, [
        { SSID: "home", password: "12345678" },
        ...settings.networks,
      ]);
      assert.equal(kept()?.thingName, "lot-1");
      assert.deepEqual(joinedSSIDs(), ["car park", "home", "home"]);
      assert.deepEqual(setupStates(), ["joining", "joined"]);
      assert.doesNotMatch(JSON.stringify(records), /12345678/);
    });

    it("keeps the old networks, and returns to them, when a new one cannot be joined", () => {
      powerOn();
      virtual.tick(100);
      device.network.isReachable = false;
      improv(settingsOf("home", "wrong password"));
      virtual.tick(2_500);
      assert.deepEqual(improv().slice(-2), [{ error: 3 }, { state: 2 }]);
      assert.deepEqual(kept(), settings);
      device.network.isReachable = true;
      virtual.tick(30_000);
      assert.equal(joinedSSIDs().at(-1), "car park");
      assert.deepEqual(setupStates(), ["joining", "not-joined"]);
    });

    it("gives up on a network after half a minute", () => {
      powerOn();
      virtual.tick(100);
      device.network.connect = () => {};
      improv(settingsOf("home", "12345678"));
      virtual.tick(29_000);
      assert.deepEqual(setupStates(), ["joining"]);
      virtual.tick(4_000);
      assert.deepEqual(setupStates(), ["joining", "not-joined"]);
    });

    it("reports a network that the flash does not keep as not joined", () => {
      powerOn();
      virtual.tick(100);
      flash.onStep = () => {
        throw new Error("the flash is worn out");
      };
      improv(settingsOf("home", "12345678"));
      virtual.tick(5_000);
      assert.deepEqual(improv().slice(-2), [{ error: 3 }, { state: 2 }]);
      assert.deepEqual(setupStates(), ["joining", "not-kept"]);
      assert.deepEqual(kept(), settings);
    });

    it("scans beside its connection, and in place of attempts to join", () => {
      device.network.found = [{ SSID: "home", RSSI: -50, isSecured: true }];
      const scanned = [
        { result: 4, texts: ["home", "-50", "YES"] },
        { result: 4, texts: [] },
      ];
      powerOn();
      virtual.tick(100);
      improv(commandOf(4));
      virtual.tick(2_000);
      assert.deepEqual(improv(), scanned);
      assert.equal(device.socket.closed, 0, "the connection stays");

      device.network.isReachable = false;
      device.network.become(200);
      virtual.tick(100);
      const joins = device.network.joined.length;
      improv(commandOf(4));
      virtual.tick(10_000);
      assert.deepEqual(improv(), scanned);
      assert.equal(device.network.joined.length, joins, "no attempt while Improv is in use");
      virtual.tick(60_000);
      assert.ok(device.network.joined.length > joins, "it tries again by itself");
    });

    it("clears the networks, not the identity, when the button is held", () => {
      powerOn();
      virtual.tick(100);
      button.become(true);
      virtual.tick(5_000);
      button.become(false);
      virtual.tick(5_000);
      assert.deepEqual(kept(), { ...settings, networks: [] });
      assert.equal(new BoxData(flash).has("private-key.der"), true);
      assert.deepEqual(setupStates().slice(0, 2), ["button-held", "networks-cleared"]);
      assert.equal(waitingReasons()[0], "no WiFi network is set");
      improv(settingsOf("home", "12345678"));
      virtual.tick(5_000);
      assert.equal(joinedSSIDs().at(-1), "home");
      assert.equal(device.sockets.length, 2, "it is a box again");
    });

    it("stops on request, whatever it does", () => {
      for (const prepare of [
        () => {},
        () => improv(settingsOf("home", "12345678")),
        () => improv(commandOf(4)),
      ]) {
        records = [];
        powerOn();
        virtual.tick(100);
        prepare();
        let isStopped = false;
        firmware.stop(() => {
          isStopped = true;
        });
        virtual.tick(3_000);
        const { length } = records;
        virtual.tick(300_000);
        assert.equal(isStopped, true);
        assert.equal(records.length, length, "it does nothing more");
        assert.ok(!device.gatePin.writes.includes(1));
      }
    });
  });
});
