import { describeHardware } from "../../device/hal.contract.ts";
import { makeHardware } from "./hardware.rig.ts";
import { FaultyLink } from "./link.ts";

describeHardware("the hardware on Node", () => makeHardware());

describeHardware("the hardware on Node, over a link without a fault", () =>
  makeHardware(new FaultyLink()),
);

describeHardware("the hardware on Node, over a slow, lossy link", () => {
  let tries = 0;
  // Every third attempt is lost.
  const link = new FaultyLink(() => (tries++ % 3 === 0 ? 0 : 0.99));
  link.latencyMs = 5;
  link.lossPercent = 34;
  return makeHardware(link);
});
