import { spawnSync } from "node:child_process";
import { skipWithout } from "../../scripts/optional.fake.ts";
import { makeMosquittoCloud, makeStandInCloud } from "./brokers.fake.ts";
import { describeGateLink } from "./gate-link.contract.ts";

describeGateLink("MqttLink to the stand-in", makeStandInCloud);

describeGateLink("MqttLink to Mosquitto", (context) => {
  const isThere = spawnSync("mosquitto", ["-h"], { stdio: "ignore" }).error === undefined;
  skipWithout(context, "mosquitto", isThere, "Debian's package mosquitto");
  return makeMosquittoCloud();
});
