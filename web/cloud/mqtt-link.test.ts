import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { serviceClientIdPrefix } from "../../device/messages/topics.ts";
import { localAccount } from "../../host-sim/cloud/one-project.ts";
import { servicePolicy } from "../../host-sim/cloud/policy-documents.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { makeMosquittoCloud, makeStandInCloud } from "./brokers.rig.ts";
import { command, describeGateLink, Heard } from "./gate-link.contract.ts";

describeGateLink("MqttLink to the cloud stand-in", () => makeStandInCloud());

describeGateLink("MqttLink to Mosquitto", (context) => {
  const isThere = spawnSync("mosquitto", ["-h"], { stdio: "ignore" }).error === undefined;
  skipWithout(context, "mosquitto", isThere, "Debian's package mosquitto");
  return makeMosquittoCloud();
});

describe("MqttLink with the policy of a service that knew no boxes with several gates", function () {
  this.timeout(30_000);

  it("loses only the gates with names, and hears the boxes again", async () => {
    const scope = { ...localAccount, prefix: "gate", clientIdPrefix: serviceClientIdPrefix };
    const text = JSON.stringify(servicePolicy(scope));
    const [filter] = /"[^"]*\/\+\/\+\/event",/.exec(text) ?? [];
    assert.ok(filter !== undefined);
    const cloud = await makeStandInCloud(JSON.parse(text.replace(filter, "")));
    const link = cloud.link();
    const heard = new Heard();
    link.watch([{ thingName: "lot-1", output: null }]);
    link.start(heard);
    await heard.until(() => heard.listening.includes(true));
    assert.equal((await link.send(command, 5_000)).type, "sent");
    link.watch([{ thingName: "lot-1", output: "inner" }]);
    await heard.until(() => heard.listening.includes(false));
    await heard.until(() => heard.listening.at(-1) === true);
    assert.equal((await link.send(command, 5_000)).type, "sent");
    const refused = await link.send({ ...command, output: "inner" }, 5_000);
    assert.match(refused.type === "not-sent" ? refused.detail : "", /gate\/\+\/\+\/event.*policy/);
    await link.close();
    await cloud.dispose();
  });
});
