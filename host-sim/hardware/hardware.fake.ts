import { createSecureContext } from "node:tls";
import type { HardwareUnderTest } from "../../device/hal.contract.ts";
import { ScriptedClock } from "./clock.ts";
import { createNodeDevice } from "./device.ts";
import { laptop, ScriptedNetwork } from "./network.ts";
import { makePeers } from "./peers.fake.ts";

/** The hardware on Node, TLS peers on loopback, and what a test may change about them. */
export async function makeHardware(): Promise<HardwareUnderTest> {
  const { device: own, claim, dispose, ...peers } = await makePeers();
  const clock = new ScriptedClock();
  const network = new ScriptedNetwork();
  const device = createNodeDevice({
    pin: 5,
    clock,
    network,
    claim,
    identity: { secureContext: createSecureContext(own) },
  });
  return {
    ...peers,
    device,
    edges: () => device.gatePin.edges.map(({ value }) => value),
    setNetworkReachable: (isReachable) => network.reach(isReachable ? [laptop] : []),
    setTimeServersReachable: (isReachable) => {
      clock.script = isReachable
        ? { type: "answers", afterMs: 1, skewMs: 0 }
        : { type: "blocked", afterMs: 1 };
    },
    dispose: async () => {
      network.powerOff();
      clock.powerOff();
      await dispose();
    },
  };
}
