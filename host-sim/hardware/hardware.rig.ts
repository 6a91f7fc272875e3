import type { HardwareUnderTest } from "../../device/hal.contract.ts";
import { ScriptedClock } from "./clock.ts";
import { createNodeDevice } from "./device.ts";
import { ScriptedInput } from "./input.ts";
import type { FaultyLink } from "./link.ts";
import { laptop, ScriptedNetwork } from "./network.ts";
import { makePeers } from "./peers.fake.ts";
import { makeIdentity } from "./tls.ts";

/** The hardware on Node, TLS peers on loopback, and what a test can change about them. */
export async function makeHardware(
  link?: FaultyLink,
): Promise<HardwareUnderTest & { readonly input: ScriptedInput }> {
  const { device: own, claim, dispose, ...peers } = await makePeers();
  const clock = new ScriptedClock();
  const network = new ScriptedNetwork();
  const input = new ScriptedInput(4, 1);
  const device = createNodeDevice({
    pin: 5,
    gateInput: input,
    clock,
    network,
    claim,
    ...(link === undefined ? {} : { link }),
    identity: makeIdentity({ ca: own.ca, certificate: own.cert, key: own.key }),
  });
  return {
    ...peers,
    device,
    input,
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
