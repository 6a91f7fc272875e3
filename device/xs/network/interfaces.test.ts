import assert from "node:assert/strict";
import sinon from "sinon";
import type { Timer } from "../../hal.ts";
import { FakeWiFi } from "../moddable.fake.ts";
import { EthernetInterface } from "./ethernet-interface.ts";
import { WiFiInterface } from "./wifi-interface.ts";

const timer: Timer = {
  set: (callback, delayMs) => setTimeout(callback, delayMs),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/**
 * The SDK's Ethernet driver: `disconnect` only clears its flags. DHCP still has the address, so no event
 * comes after the next `connect`.
 */
class FakeEthernet extends FakeWiFi {
  #hasAddress = false;

  override connect(): void {
    if (this.#hasAddress) this.connection = 300;
    else super.connect({ SSID: "cable" });
  }

  override become(connection: number): void {
    this.#hasAddress = connection === 500;
    super.become(connection);
  }
}

describe("the network interfaces of Moddable", () => {
  let virtual: sinon.SinonFakeTimers;
  beforeEach(() => {
    virtual = sinon.useFakeTimers();
    FakeWiFi.isReachable = true;
    FakeWiFi.made = [];
  });
  afterEach(() => virtual.restore());

  for (const kind of ["WiFi", "Ethernet"] as const) {
    describe(kind, () => {
      function make() {
        const network =
          kind === "WiFi"
            ? new WiFiInterface(FakeWiFi, timer)
            : new EthernetInterface(FakeEthernet, timer);
        const seen: number[] = [];
        network.onChanged = () => seen.push(network.connection);
        return { network, seen, join: () => network.connect({ SSID: "a", password: "12345678" }) };
      }

      it("joins, and rejoins at once even if it is joined or joining", () => {
        const { network, seen, join } = make();
        join();
        join();
        virtual.tick(1);
        assert.deepEqual(seen, [500]);
        assert.equal(network.address, "10.0.0.9");
        join();
        assert.equal(network.connection, 300);
        virtual.tick(1);
        assert.deepEqual(seen, [500, 500]);
      });

      it("reports on a later turn that it has disconnected, which the driver does not do", () => {
        const { network, seen, join } = make();
        join();
        virtual.tick(1);
        network.disconnect();
        assert.deepEqual(seen, [500]);
        virtual.tick(1);
        assert.deepEqual(seen, [500, 200]);
        network.disconnect();
        virtual.tick(1);
        assert.equal(seen.length, 2, "there was no connection to end");
      });
    });
  }

  it("Ethernet connects again after it was disconnected, and reports a cable that was pulled", () => {
    const network = new EthernetInterface(FakeEthernet, timer);
    const seen: number[] = [];
    network.onChanged = () => seen.push(network.connection);
    network.connect();
    virtual.tick(1);
    network.disconnect();
    assert.deepEqual([network.connection, network.address], [200, undefined]);
    virtual.tick(1);
    network.connect();
    virtual.tick(1);
    assert.deepEqual([seen, network.address], [[500, 200, 500], "10.0.0.9"]);
    FakeWiFi.made[0]?.become(200);
    assert.deepEqual(seen, [500, 200, 500, 200]);
    network.connect();
    virtual.tick(1);
    assert.equal(seen.at(-1), 500);
    network.disconnect();
    FakeWiFi.made[0]?.become(200);
    virtual.tick(1);
    assert.deepEqual([seen.at(-1), network.connection], [200, 200]);
  });

  it("WiFi without an SSID, or with one that the driver refuses, is reported as a failure", () => {
    for (const named of [undefined, { SSID: "" }]) {
      const network = new WiFiInterface(FakeWiFi, timer);
      const seen: number[] = [];
      network.onChanged = () => seen.push(network.connection);
      network.connect(named);
      assert.deepEqual(seen, []);
      virtual.tick(1);
      assert.deepEqual(seen, [200]);
    }
  });

  it("WiFi passes SSID and password on, and has a signal; Ethernet has none", () => {
    const wifi = new WiFiInterface(FakeWiFi, timer);
    wifi.connect({ SSID: "car park", password: "let me in" });
    virtual.tick(1);
    assert.deepEqual(FakeWiFi.made[0]?.joined, [{ SSID: "car park", password: "let me in" }]);
    assert.equal(wifi.RSSI, -60);
    assert.equal(new EthernetInterface(FakeEthernet, timer).RSSI, undefined);
  });
});
