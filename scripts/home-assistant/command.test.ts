import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { writeStatus } from "../../device/messages/status.ts";
import { healthyStatus } from "../../device/messages/status.vectors.ts";
import { Mosquitto, mosquittoIsInstalled } from "../../host-sim/mosquitto.rig.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { boomBox, refusal } from "../command-line/boom-box.rig.ts";

const topic = "homeassistant/device/boom-box_lot-1/config";
const status = "gate/lot-1/status";

describe("boom-box home-assistant, with a real Mosquitto", function () {
  this.timeout(30_000);
  let folder: string;
  let broker: Mosquitto | undefined;
  let client: MqttClient | undefined;
  let address: string;

  before(function () {
    const needed = "Debian's mosquitto and mosquitto-clients";
    skipWithout(this, "mosquitto", mosquittoIsInstalled(), needed);
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "boom-box-"));
    broker = await Mosquitto.start(folder, ["topic readwrite #"], ["allow_anonymous true"]);
    address = `mqtt://127.0.0.1:${broker.port}`;
    client = await connectAsync(address);
  });
  afterEach(async () => {
    await client?.endAsync(true);
    await broker?.stop();
    rmSync(folder, { recursive: true });
  });

  const publish = (to: string, text: string) =>
    client?.publishAsync(to, text, { qos: 1, retain: true });

  /** What a subscriber gets that comes later; undefined: nothing is retained. */
  async function retained(): Promise<string | undefined> {
    const late = await connectAsync(address);
    try {
      return await new Promise<string | undefined>((resolve, reject) => {
        late.on("message", (from, payload) => resolve(from === topic ? payload.toString() : ""));
        // The broker sends what is retained before the answer to a later request.
        late
          .subscribeAsync(topic)
          .then(() => late.unsubscribeAsync("nothing"))
          .then(() => resolve(undefined), reject);
      });
    } finally {
      await late.endAsync(true);
    }
  }

  it("describes the box in a retained message, and removes it again", async () => {
    await publish(status, writeStatus(healthyStatus));
    const said = await boomBox("home-assistant", "--broker", address, "--name", "Car park");
    assert.equal(said.status, 0, said.stderr);
    const payload = JSON.parse((await retained()) ?? "") as Record<string, Record<string, unknown>>;
    assert.equal(payload.device?.name, "Car park");
    assert.ok("open" in (payload.components ?? {}));

    const removed = await boomBox("home-assistant", "--broker", address, "--remove");
    assert.equal(removed.status, 0, removed.stderr);
    assert.equal(await retained(), undefined);
  });

  it("prints the message, and publishes nothing", async () => {
    await publish(status, writeStatus(healthyStatus));
    const { stdout, status: code } = await boomBox(
      "home-assistant",
      "--broker",
      address,
      "--print",
    );
    assert.equal(code, 0);
    const [first, second = ""] = stdout.split("\n");
    assert.equal(first, topic);
    assert.ok("components" in (JSON.parse(second) as object));
    assert.equal(await retained(), undefined);
  });

  it("says what to do when the box has said too little, or nothing", async () => {
    const run = () => refusal("home-assistant", "--broker", address);
    assert.match(await run(), /no status of lot-1 came within 5 s on gate\/lot-1\/status/);
    await publish(status, JSON.stringify({ state: "offline", firmware: "0.1.0" }));
    assert.match(await run(), /lot-1 is offline.*start it/);
  });

  it("refuses wrong addresses, and passwords on the command line", async () => {
    const run = (...args: string[]) => refusal("home-assistant", "--broker", ...args);
    assert.match(await run("http://localhost"), /is no address of a broker/);
    assert.match(await run("mqtt://me:secret@localhost"), /BOOM_BOX_MQTT_PASSWORD/);
    assert.match(await run("mqtts://localhost", "--cert", "x"), /belong together/);
    assert.match(await run(address, "--ca", "x"), /need TLS/);
    assert.match(await run(address, "--username", "me"), /set BOOM_BOX_MQTT_PASSWORD/);
    assert.match(await run("mqtt://127.0.0.1:1"), /no connection to .*is the broker running/);
  });
});
