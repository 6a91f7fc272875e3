import type { Scenario, Trial } from "./scenario.ts";
import { virtualTemplate } from "./virtual-claims.ts";

const settings = { claim: { template: virtualTemplate } };

/** As provisioned, or with storage erased: with the fleet's certificate only. */
function powerOnWithoutCertificate({ world }: Trial): void {
  world.powerOff();
  world.storage.delete("certificate");
  world.run(1_000);
  world.powerOn();
}

/** A box without a certificate of its own. */
export const claimScenarios: readonly Scenario[] = [
  {
    name: "claims a certificate at its first start, and none after a restart",
    settings,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 20_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      trial.expect(claims.registrations === 1, "claimed once");
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
      world.open();
      world.run(5_000);
      trial.expect(claims.certificates === 1, `${claims.certificates} certificates`);
    },
  },
  {
    name: "claim rejected for an hour: few retries, no pulse",
    settings,
    expected: { pulses: [], reported: [], backWithinMs: 3_600_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      claims.manner = "rejects";
      const from = claims.connects.length;
      powerOnWithoutCertificate(trial);
      for (let minute = 0; minute < 60; minute++) {
        trial.expect(!world.open(), "no box is subscribed to commands");
        world.run(60_000);
      }
      const asked = claims.connects.slice(from);
      trial.expect(asked.length >= 4 && asked.length <= 40, `${asked.length} requests in an hour`);
      for (const [index, at] of asked.entries()) {
        const gap = at - (asked[index - 1] ?? Number.NEGATIVE_INFINITY);
        trial.expect(gap >= 10_000, `repeated after ${Math.round(gap)} ms`);
      }
      claims.manner = "grants";
      trial.awaitReturn();
    },
  },
  {
    name: "claim throttled: the same certificate is offered again",
    settings,
    expected: { pulses: [], reported: [], backWithinMs: 600_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      claims.manner = "busy";
      powerOnWithoutCertificate(trial);
      world.run(60_000);
      claims.manner = "grants";
      trial.awaitReturn();
      trial.expect(claims.certificates === 2, `${claims.certificates} certificates`);
    },
  },
  {
    name: "claim not answered: times out after 20 s, and retries later",
    settings,
    expected: { pulses: [], reported: [], backWithinMs: 600_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      claims.manner = "silent";
      const from = claims.connects.length;
      powerOnWithoutCertificate(trial);
      world.run(60_000);
      const asked = claims.connects.length - from;
      trial.expect(asked >= 2, `${asked} requests in a minute`);
      claims.manner = "grants";
      trial.awaitReturn();
    },
  },
  {
    name: "broker lost between CreateCertificateFromCsr and RegisterThing",
    settings,
    expected: { pulses: [], reported: [], backWithinMs: 600_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      claims.manner = "drops";
      powerOnWithoutCertificate(trial);
      world.timeline.runUntil(() => claims.certificates === 2, 60_000, 1);
      world.run(1_000);
      claims.manner = "grants";
      trial.awaitReturn();
      trial.expect(claims.registrations === 2, `${claims.registrations} registrations`);
    },
  },
  {
    name: "power cut during a claim, every 50 ms",
    settings,
    expected: { pulses: [], reported: [], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      for (let cutMs = 2_000; cutMs <= 3_500; cutMs += 50) {
        powerOnWithoutCertificate(trial);
        world.run(cutMs);
        world.powerOff();
        world.run(1_000);
        world.powerOn();
        trial.awaitReturn();
        world.run(5_000);
      }
    },
  },
  {
    name: "certificate cannot be stored: the box works, and claims again after a restart",
    settings,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 60_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      world.surroundings.isStorageFull = true;
      powerOnWithoutCertificate(trial);
      trial.awaitReturn();
      world.open();
      world.run(5_000);
      world.broker.dropAll();
      trial.awaitReturn();
      trial.expect(claims.registrations === 2, "no other certificate for another connection");
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
      trial.expect(claims.registrations === 3, "another certificate after a restart");
    },
  },
  {
    name: "own certificate deactivated permanently: claims another, at most one per hour",
    settings,
    expected: { pulses: [500], reported: ["opened"], backWithinMs: 7_200_000 },
    run(trial) {
      const { world } = trial;
      const { claims } = world.broker;
      claims.deactivateAll();
      claims.manner = "rejects";
      world.broker.dropAll();
      world.run(4 * 60 * 60_000);
      const asked = claims.connects.length - 1;
      trial.expect(asked >= 2 && asked <= 4, `${asked} requests in four hours`);
      claims.manner = "grants";
      world.run(24 * 60 * 60_000);
      world.powerOff();
      world.powerOn();
      trial.awaitReturn();
      world.open();
      world.run(5_000);
    },
  },
];
