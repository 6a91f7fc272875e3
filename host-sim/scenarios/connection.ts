import type { SocketError } from "../../device/hal.ts";
import type { Scenario, Trial } from "./scenario.ts";
import { car, office } from "./surroundings.ts";

const hour = 3_600_000;
const weak = { ...office, RSSI: -88 };

/** The preferred network is away for a while, and the box takes the weak one. */
function loseThePreferred(trial: Trial, forMs: number): void {
  const { world } = trial;
  world.reachNetworks([weak]);
  trial.awaitReturn();
  trial.expect(world.lastStatus?.rssi === weak.RSSI, "on the other network");
  world.run(forMs);
}

const nothing = { pulses: [], reported: [] } as const;
const bothNetworks = {
  networks: [car, office].map(({ SSID, password }) => ({ SSID, password })),
};
/** The longest back-off, plus the time to connect. */
const longestMs = 120_000 + 10_000;

/** Opens once, to check that it can. */
function openOnce({ world }: Trial): void {
  world.run(5_000);
  world.open();
}

const tlsFailures: readonly SocketError[] = [
  "certificate",
  "handshake",
  "refused",
  "unreachable",
  "timeout",
  "closed",
  "unknown",
];

/** Faults between the box and its broker. */
export const connectionScenarios: readonly Scenario[] = [
  {
    name: "broker restart, three seconds",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 20_000 },
    run(trial) {
      const { world } = trial;
      world.surroundings.reach = { type: "fails", reason: "refused", afterMs: 20 };
      world.broker.dropAll();
      world.run(3_000);
      world.surroundings.reach = { type: "works" };
      trial.awaitReturn();
      openOnce(trial);
    },
  },
  {
    name: "broker down for a day",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: longestMs },
    run(trial) {
      const { world } = trial;
      world.surroundings.reach = { type: "silent" };
      world.broker.dropAll();
      world.run(24 * 3_600_000);
      world.surroundings.reach = { type: "works" };
      trial.awaitReturn();
      openOnce(trial);
    },
  },
  {
    name: "client id taken over repeatedly: the back-off grows because no connection holds",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: longestMs },
    run(trial) {
      const { world } = trial;
      const from = world.broker.connects.length;
      world.broker.manners.dropsAfterMs = 400;
      world.broker.takeOver();
      world.run(3_600_000);
      const count = world.broker.connects.length - from;
      trial.expect(count >= 12 && count <= 200, `${count} connections in an hour`);
      world.broker.manners.dropsAfterMs = undefined;
      trial.awaitReturn();
      const short = world.lastStatus?.shortConnections ?? 0;
      trial.expect(short >= count - 1, `the status reports ${short} short connections`);
      openOnce(trial);
    },
  },
  {
    name: "WiFi lost for ten minutes",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: longestMs },
    run(trial) {
      const { world } = trial;
      world.reachNetworks([]);
      world.run(600_000);
      world.reachNetworks([car]);
      trial.awaitReturn();
      openOnce(trial);
    },
  },
  {
    name: "WiFi lost during a pulse: it ends on time and is reported later",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: longestMs },
    run(trial) {
      const { world } = trial;
      world.open();
      world.run(200);
      world.reachNetworks([]);
      world.run(60_000);
      world.reachNetworks([car]);
      trial.awaitReturn();
    },
  },
  {
    name: "another access point when the preferred one is gone",
    settings: bothNetworks,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      world.reachNetworks([office]);
      trial.awaitReturn();
      trial.expect(world.lastStatus?.rssi === office.RSSI, "joined the other network");
      openOnce(trial);
    },
  },
  {
    name: "back to the preferred network after it has restarted, for 24 hours",
    settings: bothNetworks,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      loseThePreferred(trial, 180_000);
      world.reachNetworks([car, weak]);
      world.run(30 * 60_000);
      trial.expect(world.lastStatus?.rssi === car.RSSI, "back within half an hour");
      const joins = world.device.network.joins.length;
      world.run(24 * hour);
      trial.expect(world.device.network.joins.length === joins, "and it stays there");
      openOnce(trial);
    },
  },
  {
    name: "the preferred network is away for 24 hours: few interruptions, all short",
    settings: bothNetworks,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      loseThePreferred(trial, 24 * hour);
      const tries = world.device.network.joins.filter((SSID) => SSID === car.SSID).length;
      trial.expect(tries >= 6 && tries <= 12, `${tries} tries to join it`);
      world.reachNetworks([car, weak]);
      world.run(7 * hour);
      trial.expect(world.lastStatus?.rssi === car.RSSI, "back on it at the end");
      openOnce(trial);
    },
  },
  {
    name: "the preferred network comes and goes every 20 minutes for a day: no ping-pong",
    settings: bothNetworks,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      loseThePreferred(trial, 0);
      for (let i = 0; i < 36; i++) {
        world.reachNetworks([car, weak]);
        world.run(20 * 60_000);
        world.reachNetworks([weak]);
        world.run(20 * 60_000);
      }
      const count = world.device.network.joins.length;
      trial.expect(count <= 30, `${count} attempts to join a network`);
      openOnce(trial);
    },
  },
  {
    name: "the preferred network is back, but leads nowhere: the box keeps the one that works",
    settings: bothNetworks,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      loseThePreferred(trial, 0);
      world.reachNetworks([{ ...car, leadsNowhere: true }, weak]);
      world.run(12 * hour);
      const isSeldomAway = world.broker.connects.length <= 12;
      trial.expect(isSeldomAway, `${world.broker.connects.length} connections`);
      world.awaitOnline();
      trial.expect(world.lastStatus?.rssi === weak.RSSI, "on the one that works");
      openOnce(trial);
    },
  },
  {
    name: "the other network leads nowhere: the preferred one is tried again as soon as a return is due",
    settings: bothNetworks,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 20 * 60_000 },
    run(trial) {
      const { world } = trial;
      const dead = { ...weak, leadsNowhere: true } as const;
      world.reachNetworks([dead]);
      world.run(5 * 60_000);
      world.reachNetworks([car, dead]);
      trial.awaitReturn();
      trial.expect(world.lastStatus?.rssi === car.RSSI, "on the preferred network");
      openOnce(trial);
    },
  },
  {
    name: "a busy gate: no return to the preferred network before five quiet minutes",
    settings: bothNetworks,
    expected: {
      pulses: Array.from({ length: 30 }, () => 500),
      reported: Array.from({ length: 30 }, () => "opened"),
      backWithinMs: 60_000,
    },
    run(trial) {
      const { world } = trial;
      loseThePreferred(trial, 0);
      world.reachNetworks([car, weak]);
      for (let i = 0; i < 30; i++) {
        world.open();
        world.run(4 * 60_000);
      }
      trial.expect(world.lastStatus?.rssi === weak.RSSI, "still on the other network");
      world.run(5 * 60_000);
      trial.expect(world.lastStatus?.rssi === car.RSSI, "back after that");
    },
  },
  {
    name: "new address and weak signal: the status reports both",
    expected: { ...nothing, backWithinMs: null },
    run(trial) {
      const { world } = trial;
      world.device.network.renumber("192.0.2.99");
      world.run(3_000);
      trial.expect(world.lastStatus?.address === "192.0.2.99", "the address, at once");
      world.device.network.hear(car.RSSI - 20);
      world.run(62_000);
      trial.expect(world.lastStatus?.rssi === car.RSSI - 20, "the signal, within a keep alive");
      trial.expect(world.broker.connects.length === 1, "never reconnected");
    },
  },
  {
    name: "wrong WiFi password: refused, and the next network is used",
    settings: bothNetworks,
    expected: { ...nothing, backWithinMs: 60_000 },
    run(trial) {
      trial.world.reachNetworks([{ ...car, password: "changed-2026" }, office]);
      trial.awaitReturn();
    },
  },
  {
    name: "WiFi is connected but no traffic passes",
    expected: { ...nothing, backWithinMs: longestMs },
    run(trial) {
      const { world } = trial;
      world.device.cutSockets();
      world.surroundings.reach = { type: "silent" };
      world.run(100_000);
      trial.expect(world.connectionState !== "connected", "disconnected after 1.5 × keep alive");
      world.surroundings.reach = { type: "works" };
      trial.awaitReturn();
    },
  },
  ...tlsFailures.map(
    (reason): Scenario => ({
      name: `TLS or TCP fails for ten minutes: ${reason}`,
      expected: { ...nothing, backWithinMs: longestMs },
      run(trial) {
        const { world } = trial;
        world.surroundings.reach = { type: "fails", reason, afterMs: 300 };
        world.broker.dropAll();
        world.run(600_000);
        world.surroundings.reach = { type: "works" };
        trial.awaitReturn();
      },
    }),
  ),
  {
    name: "broker accepts the connection but sends no CONNACK",
    expected: { ...nothing, backWithinMs: longestMs },
    run(trial) {
      const { world } = trial;
      world.broker.manners.withholds = new Set(["connack"]);
      world.broker.dropAll();
      world.run(600_000);
      world.broker.manners.withholds = new Set();
      trial.awaitReturn();
    },
  },
  {
    name: "broker sends nothing after CONNACK: no SUBACK",
    expected: { ...nothing, backWithinMs: longestMs },
    run(trial) {
      const { world } = trial;
      world.broker.manners.withholds = new Set(["suback", "puback", "pingresp"]);
      world.broker.dropAll();
      world.run(600_000);
      world.broker.manners.withholds = new Set();
      trial.awaitReturn();
    },
  },
  {
    name: "broker refuses with each CONNACK return code",
    expected: { ...nothing, backWithinMs: longestMs },
    run(trial) {
      const { world } = trial;
      world.broker.dropAll();
      for (const code of [1, 2, 3, 4, 5]) {
        world.broker.manners.returnCode = code;
        world.run(300_000);
      }
      world.broker.manners.returnCode = 0;
      trial.awaitReturn();
    },
  },
  {
    name: "no PINGRESP: the box disconnects after 1.5 × keep alive",
    expected: { ...nothing, backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      // The answer to the first PINGREQ has arrived.
      world.run(1_000);
      const from = world.broker.connects.length;
      world.broker.manners.withholds = new Set(["pingresp", "connack"]);
      world.run(88_000);
      trial.expect(world.connectionState === "connected", "not disconnected before");
      world.run(2_000);
      trial.expect(world.connectionState !== "connected", "disconnected");
      trial.expect(world.broker.connects.length === from, "by the box itself");
      world.broker.manners.withholds = new Set();
      trial.awaitReturn();
    },
  },
  {
    name: "half a packet, then silence",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 120_000 },
    run(trial) {
      const { world } = trial;
      world.broker.manners.withholds = new Set(["pingresp"]);
      world.broker.sendRaw(Uint8Array.of(0x32, 60, 0, 18, 0x67, 0x61));
      world.run(89_000);
      world.broker.manners.withholds = new Set();
      trial.awaitReturn();
      openOnce(trial);
    },
  },
  {
    name: "one byte at a time",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 20_000 },
    run(trial) {
      const { world } = trial;
      world.surroundings.cut = (bytes) => Array.from(bytes, (byte) => Uint8Array.of(byte));
      world.broker.dropAll();
      trial.awaitReturn();
      openOnce(trial);
    },
  },
  {
    name: "a packet with a declared length of 256 MB",
    expected: { ...nothing, backWithinMs: 20_000 },
    run(trial) {
      const { world } = trial;
      world.broker.sendRaw(Uint8Array.of(0x32, 0xff, 0xff, 0xff, 0x7f));
      trial.awaitReturn();
      trial.expect(world.lastStatus?.protocolErrors === 1, "counted");
    },
  },
  {
    name: "full send buffer: the peer sends but does not read",
    settings: { keepAliveSeconds: 600 },
    expected: {
      pulses: [500],
      reported: ["opened", ...Array.from({ length: 8 }, () => "unknown-action")],
      backWithinMs: longestMs,
    },
    run(trial) {
      const { world } = trial;
      world.surroundings.isReading = false;
      world.open();
      world.run(1_000);
      for (let i = 0; i < 8; i++) {
        world.send("close");
        world.run(1_000);
      }
      world.run(200_000);
      trial.expect(
        world.connectionState !== "connected",
        "disconnected long before the keep alive",
      );
      world.surroundings.isReading = true;
      trial.awaitReturn();
    },
  },
  {
    name: "slow network: three seconds of latency each way",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 40_000 },
    run(trial) {
      const { world } = trial;
      world.surroundings.latencyMs = 3_000;
      world.broker.dropAll();
      trial.awaitReturn();
      openOnce(trial);
    },
  },
  {
    name: "a thousand reconnects: no timers, sockets or memory are leaked",
    expected: { pulses: [500], reported: ["opened"], backWithinMs: longestMs },
    run(trial) {
      const { world } = trial;
      for (let i = 0; i < 1_000; i++) {
        world.broker.dropAll();
        world.run(1_000);
        world.awaitOnline();
        trial.expect(world.device.openSockets === 1, "one socket");
        trial.expect(world.device.armedTimers === 1, "one timer");
      }
      world.broker.dropAll();
      trial.awaitReturn();
      openOnce(trial);
    },
  },
];
