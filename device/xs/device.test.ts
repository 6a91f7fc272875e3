import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { makePeers } from "../../host-sim/hardware/peers.fake.ts";
import { describeHardware, type HardwareUnderTest } from "../hal.contract.ts";
import { networkReady } from "../hal.ts";
import { createXsDevice } from "./device.ts";
import { FakeDigital, FakeWiFi, fakeModules } from "./moddable.fake.ts";
import { answerTo } from "./time-server.fake.ts";

/** The hardware of Moddable, on fakes of Moddable's modules that behave as observed. */
async function makeHardware(): Promise<HardwareUnderTest> {
  const { device: identity, claim, dispose, ...peers } = await makePeers();
  const timeServer = createSocket("udp4");
  timeServer.on("message", (request, { address, port }) => {
    timeServer.send(answerTo(request, Date.now()), port, address);
  });
  await new Promise<void>((resolve) => timeServer.bind(0, "127.0.0.1", resolve));
  let isTimeReachable = true;
  const device = createXsDevice({
    ...fakeModules(identity, claim, (host, callback) => {
      const isKnown = host === "time.test" && isTimeReachable;
      setTimeout(() => callback(host, isKnown ? "127.0.0.1" : undefined), 0);
    }),
    port: timeServer.address().port,
  });
  return {
    ...peers,
    device: {
      ...device,
      network: Object.assign(device.network, {
        // The contract joins any network; WiFi needs an SSID.
        connect: device.network.connect.bind(device.network, { SSID: "car park" }),
      }),
    },
    edges: () => FakeDigital.edges,
    setNetworkReachable: (isReachable) => {
      FakeWiFi.isReachable = isReachable;
      if (isReachable || device.network.connection < networkReady) return;
      for (const each of FakeWiFi.made) each.become(200);
    },
    setTimeServersReachable: (isReachable) => {
      isTimeReachable = isReachable;
    },
    dispose: async () => {
      timeServer.close();
      await dispose();
    },
  };
}

describeHardware("the hardware on Moddable", makeHardware);

describe("the hardware on Moddable", () => {
  it("reports reset reason and free heap in our terms", async () => {
    const hardware = await makeHardware();
    const { system } = hardware.device;
    assert.deepEqual([system.resetReason, system.freeHeap()], ["brownout", 120_000]);
    await hardware.dispose();
  });
});
