import assert from "node:assert/strict";
import { type SinonFakeTimers, useFakeTimers } from "sinon";
import { MemoryFlash } from "../host-sim/hardware/flash.ts";
import { settingsIn } from "./box-contents.ts";
import { BoxData } from "./box-data.ts";
import { FakeDevice } from "./device.fake.ts";
import { RemoteSettings } from "./remote-settings.ts";
import { type RawSettings, writeSettings } from "./settings-text.ts";
import { SettingsTrial, settingsTrialMs, trialReasons } from "./settings-trial.ts";

const settings = { thingName: "lot-1", endpoint: "broker.test", networks: [{ SSID: "car park" }] };
const second = 1_000;

describe("settings that were changed from far away", () => {
  let virtual: SinonFakeTimers;
  let flash: MemoryFlash;
  let trial: SettingsTrial;
  let remote: RemoteSettings;
  let said: string[];
  /** the settings of each agent that was started after the first */
  let started: (RawSettings | undefined)[];
  const agent = { isConnected: true, isPulsing: false };

  beforeEach(() => {
    virtual = useFakeTimers();
    Object.assign(agent, { isConnected: true, isPulsing: false });
    flash = MemoryFlash.erased(4 * 4096);
    const files = ["ca.der", "certificate.der", "private-key.der"].map(
      (name): [string, Uint8Array] => [name, Uint8Array.of(1)],
    );
    const data = new BoxData(flash);
    data.write(new Map([["settings.json", writeSettings(settings)], ...files]));
    trial = new SettingsTrial(data, "wifi", () => virtual.now);
    said = [];
    started = [];
    const { timer } = new FakeDevice();
    remote = new RemoteSettings(trial, {
      timer,
      get isConnected() {
        return agent.isConnected;
      },
      get isPulsing() {
        return agent.isPulsing;
      },
      withoutAgent(run) {
        assert.ok(!agent.isPulsing);
        agent.isConnected = false;
        timer.set(run, 2 * second);
      },
      restart: () => started.push(trial.pending ?? settingsIn(data)),
      say: (state, detail) => said.push(detail === undefined ? state : `${state}: ${detail}`),
    });
    remote.start();
  });
  afterEach(() => virtual.restore());

  function connect(): void {
    agent.isConnected = true;
    remote.connected();
  }
  const kept = () => settingsIn(new BoxData(flash));
  const changed = { ...settings, pulseMs: 700 };

  function attempt(): void {
    remote.attempt({ pulseMs: 700 });
    virtual.tick(3 * second);
    assert.deepEqual(started, [changed]);
    assert.ok(remote.isOnTrial);
  }

  it("are kept as soon as the box is connected with them", () => {
    attempt();
    connect();
    virtual.tick(second);
    assert.deepEqual(said, ["trying-settings", "settings-kept"]);
    assert.deepEqual(kept(), changed);
    virtual.tick(2 * settingsTrialMs);
    assert.equal(started.length, 1);
  });

  it("are taken back when it does not connect within five minutes", () => {
    attempt();
    virtual.tick(settingsTrialMs - 4 * second);
    assert.ok(remote.isOnTrial);
    virtual.tick(6 * second);
    assert.deepEqual(started, [changed, settings]);
    assert.deepEqual(said, [
      "trying-settings",
      `settings-taken-back: ${trialReasons["not-connected"]}`,
    ]);
    assert.deepEqual(kept(), settings);
    assert.equal(remote.judge({ pulseMs: 700 }).type, "refused");
  });

  it("are kept after a pulse, never in it", () => {
    attempt();
    agent.isPulsing = true;
    connect();
    virtual.tick(settingsTrialMs);
    assert.deepEqual(kept(), settings);
    agent.isPulsing = false;
    virtual.tick(second);
    assert.deepEqual(kept(), changed);
    assert.ok(!remote.isOnTrial);
  });

  it("are not kept by a connection that is gone again, but by the next", () => {
    attempt();
    connect();
    agent.isConnected = false;
    virtual.tick(second);
    assert.ok(remote.isOnTrial);
    connect();
    virtual.tick(second);
    assert.deepEqual(kept(), changed);
  });

  it("make way for whoever is at the box", () => {
    attempt();
    remote.takeBack("replaced");
    connect();
    virtual.tick(2 * settingsTrialMs);
    assert.deepEqual(kept(), settings);
    assert.equal(said.at(-1), `settings-taken-back: ${trialReasons.replaced}`);
  });

  it("are taken back when the flash does not keep them", () => {
    attempt();
    flash.onStep = () => {
      throw new Error("worn out");
    };
    connect();
    virtual.tick(5 * second);
    assert.deepEqual(started, [changed, settings]);
    assert.equal(said.at(-1), `settings-taken-back: ${trialReasons["not-kept"]}`);
  });

  it("are not tried when they have become wrong meanwhile", () => {
    remote.attempt({ pulseMs: 9_000 });
    virtual.tick(3 * second);
    assert.deepEqual(started, [settings]);
    assert.deepEqual(said, []);
  });

  it("end with the firmware", () => {
    attempt();
    remote.stop();
    virtual.tick(2 * settingsTrialMs);
    assert.equal(started.length, 1);
  });
});
