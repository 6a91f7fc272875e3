import { spawnSync } from "node:child_process";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { makeMosquittoCloud, makeStandInCloud } from "./brokers.rig.ts";
import { describeGateLink } from "./gate-link.contract.ts";

describeGateLink("MqttLink to the cloud stand-in", makeStandInCloud);

describeGateLink("MqttLink to Mosquitto", (context) => {
  const isThere = spawnSync("mosquitto", ["-h"], { stdio: "ignore" }).error === undefined;
  skipWithout(context, "mosquitto", isThere, "Debian's package mosquitto");
  return makeMosquittoCloud();
});
