import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { Context } from "mocha";
import { skipWithout } from "../host-sim/optional.rig.ts";
import type { GateView, RequestView } from "./api.ts";
import { FakeAws } from "./cloud/aws.fake.ts";
import { makeMosquittoCloud } from "./cloud/brokers.rig.ts";
import { type CloudUnderTest, event, status } from "./cloud/gate-link.contract.ts";
import { type RunningWeb, startWeb } from "./run.ts";
import { signInColleague } from "./service/colleague.rig.ts";
import { parseWebSettings } from "./service/settings.ts";
import { type StorePlace, sqlitePlace } from "./store/place.rig.ts";

const origin = "http://localhost:8080";

function describeOpenPath(name: string, makeCloud: (context: Context) => Promise<CloudUnderTest>) {
  describe(`the open path ${name}`, function () {
    this.timeout(30_000);
    let cloud: CloudUnderTest;
    let place: StorePlace;
    let web: RunningWeb;
    let headers: Readonly<Record<string, string>>;

    before(async function () {
      cloud = await makeCloud(this);
      place = await sqlitePlace();
      const parsed = parseWebSettings({
        environment: {
          BOOM_BOX_WEB_ORIGIN: origin,
          BOOM_BOX_WEB_LISTEN: "127.0.0.1:0",
          BOOM_BOX_WEB_DATABASE: place.location,
        },
        readFile: () => "",
      });
      assert.ok(parsed.type === "settings");
      const log = { info: () => {}, warn: () => {}, error: () => {} };
      web = await startWeb(parsed.settings, cloud.link(), log, (store) =>
        store.createGate({
          id: "north",
          name: "North",
          thingName: "lot-1",
          output: null,
          timeZone: "UTC",
          isActive: true,
        }),
      );
      headers = await signInColleague(web.store, "north", origin);
      await cloud.publish("gate/lot-1/status", JSON.stringify(status), true);
      while ((await gate())?.box !== "online") await turn();
    });
    after(async () => {
      await web?.stop();
      await place?.remove();
      await cloud?.dispose();
    });

    const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

    async function gate(): Promise<GateView | undefined> {
      const gates = (await (await request("GET", "/api/gates")).json()) as readonly GateView[];
      return gates[0];
    }

    function request(method: string, path: string, body?: unknown): Promise<Response> {
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      return fetch(`http://127.0.0.1:${web.port}${path}`, { method, headers, ...text });
    }

    it("sends one command for a tap, and records the box's event", async () => {
      const id = randomUUID();
      const answer = await request("POST", "/api/gates/north/open", { id });
      assert.equal(answer.status, 202);
      assert.equal(((await answer.json()) as RequestView).id, id);
      while (cloud.received.length === 0) await turn();
      assert.deepEqual(
        cloud.received.map(({ payload }) => [JSON.parse(payload).id, JSON.parse(payload).by]),
        [[id, "Ann"]],
      );
      await cloud.publish("gate/lot-1/event", JSON.stringify({ ...event, id }));
      while ((await web.store.request(id))?.state !== "opened") await turn();
      assert.equal((await web.store.request(id))?.pulseMs, 501);
    });
  });
}

describeOpenPath("by AWS IoT Data Plane", () => FakeAws.start());

describeOpenPath("by Mosquitto", (context) => {
  const isThere = spawnSync("mosquitto", ["-h"], { stdio: "ignore" }).error === undefined;
  skipWithout(context, "mosquitto", isThere, "Debian's package mosquitto");
  return makeMosquittoCloud();
});
