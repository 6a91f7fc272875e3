import assert from "node:assert/strict";
import fc from "fast-check";
import { blockBytes, writeBlock } from "../messages/update-blocks.ts";
import { restMs } from "./installation.ts";
import { trialMs } from "./trial.ts";
import {
  type Behaviour,
  documentFor,
  firmwareImage,
  flashWith,
  PowerCut,
  topics,
  UpdateServer,
  UpdateWorld,
  versionIn,
  type WorldOptions,
} from "./update.rig.ts";
import { storedBytes } from "./update.ts";

const minute = 60_000;
const oldImage = firmwareImage("1.0.0", 9_000);
const newImage = firmwareImage("1.1.0", 140_000);

interface Setup extends Partial<WorldOptions> {
  readonly image?: Uint8Array;
  readonly document?: unknown;
}

function worldOf({ image = newImage, document, ...options }: Setup = {}) {
  const server = new UpdateServer(image);
  const job = server.add(document ?? documentFor(image));
  const world = new UpdateWorld({ server, flash: flashWith(oldImage), ...options });
  return { world, server, job };
}

const operationsOf = ({ deeds }: UpdateWorld) =>
  deeds.flatMap((deed) => (deed.type === "slots" ? [deed.operation] : []));

const outcomeOf = (job: { readonly reports: UpdateServer["jobs"][number]["reports"] }) =>
  job.reports.filter(({ status }) => status !== "IN_PROGRESS");

describe("an update", () => {
  it("is downloaded, checked, started on trial, confirmed and reported", () => {
    const { world, job } = worldOf();
    world.run(10 * minute);
    assert.equal(world.version, "1.1.0");
    assert.deepEqual(world.bootsOf, ["1.0.0", "1.1.0"]);
    assert.deepEqual(outcomeOf(job), [
      { status: "SUCCEEDED", statusDetails: { version: "1.1.0" } },
    ]);
    const progress = job.reports
      .filter(({ status }) => status === "IN_PROGRESS")
      .map(({ statusDetails }) => Number(statusDetails.progress));
    assert.equal(progress[0], 0);
    assert.equal(progress.at(-1), 100);
    assert.ok(progress.length <= 11, "at most every 10 %");
    assert.deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
    );
    assert.equal(world.stored, "", "nothing is left to remember");
    assert.deepEqual(
      world.reports.map(({ state }) => state),
      ["downloading", "ready", "restarting", "trial", "confirmed", "succeeded"],
    );
    world.boot();
    world.run(10 * minute);
    assert.equal(world.version, "1.1.0", "it stays");
    assert.equal(outcomeOf(job).length, 1);
  });

  it("erases each block just before it is written, and asks for one at a time", () => {
    const { world, server } = worldOf();
    world.run(5 * minute);
    const blocks = Math.ceil(newImage.length / blockBytes);
    const operations = operationsOf(world);
    assert.deepEqual(operations.slice(0, 1 + 2 * blocks), [
      "forget-other",
      ...Array.from({ length: blocks }, () => ["erase", "write"]).flat(),
    ]);
    assert.deepEqual(operations.slice(1 + 2 * blocks), [
      ...Array.from({ length: blocks }, () => "read"),
      "select",
      "confirm",
    ]);
    assert.equal(server.received.filter(({ topic }) => topic.includes("/streams/")).length, blocks);
  });

  it("is confirmed a minute after the start, not earlier", () => {
    const { world } = worldOf();
    assert.ok(world.runUntil(() => world.bootsOf.length === 2));
    const start = world.now;
    assert.ok(world.runUntil(() => operationsOf(world).includes("confirm")));
    assert.ok(world.now - start >= minute - 100 && world.now - start < minute + 1_000);
  });

  it("waits with the restart until nobody is disturbed", () => {
    let isIdle = false;
    const { world } = worldOf({ isIdle: () => isIdle });
    world.run(30 * minute);
    assert.equal(world.version, "1.0.0");
    assert.ok(!operationsOf(world).includes("select"));
    isIdle = true;
    world.run(6_000);
    assert.equal(world.version, "1.1.0");
  });

  it("leaves time before the restart for a command that came while the board was busy", () => {
    let isIdle = true;
    const { world } = worldOf({ isIdle: () => isIdle });
    assert.ok(world.runUntil(() => operationsOf(world).includes("select")));
    const selectedAt = world.now;
    world.run(500);
    assert.equal(world.bootsOf.length, 1, "the socket is read first");
    isIdle = false;
    world.run(8_000);
    assert.equal(world.bootsOf.length, 1, "and the pulse and its event come first");
    isIdle = true;
    assert.ok(world.runUntil(() => world.bootsOf.length === 2));
    assert.ok(world.now - selectedAt < 20_000);
    assert.equal(operationsOf(world).filter((each) => each === "select").length, 1);
    assert.equal(world.version, "1.1.0");
  });

  it("of the version that runs succeeds at once", () => {
    const { world, job } = worldOf({ document: documentFor(oldImage) });
    world.run(minute);
    assert.deepEqual(outcomeOf(job), [
      { status: "SUCCEEDED", statusDetails: { version: "1.0.0" } },
    ]);
    assert.deepEqual(operationsOf(world), []);
  });

  it("begins when a notification tells of a job", () => {
    const { world, server, job } = worldOf();
    job.status = "CANCELED";
    world.run(minute);
    assert.deepEqual(operationsOf(world), []);
    server.add(documentFor(newImage));
    world.notify();
    world.run(5 * minute);
    assert.equal(world.version, "1.1.0");
  });
});

describe("an update that does not fit", () => {
  const other = { ...documentFor(newImage) };
  const forged = documentFor(firmwareImage("1.1.1", 1_000));
  const reject: readonly (readonly [string, unknown, Partial<Setup>?])[] = [
    ["malformed", { operation: "firmware-update" }],
    ["malformed", "nonsense"],
    ["unsigned", other, { publicKeys: [] }],
    ["signature", { ...other, manifest: forged.manifest }],
    ["signature", { ...other, signature: "AAAA" }],
    ["chip", documentFor(newImage, { chip: "ESP32-S3" })],
    ["network", documentFor(newImage, { network: "ethernet" })],
    ["too-large", documentFor(newImage, { size: 0x1f_0001 })],
    ["minimum-version", documentFor(newImage, { minimumVersion: "1.0.1" })],
    ["not-newer", documentFor(newImage, { version: "0.9.9" })],
  ];
  for (const [reason, document, options] of reject) {
    it(`is rejected as ${reason}, and nothing is erased`, () => {
      const { world, job } = worldOf({ document, ...options });
      world.run(5 * minute);
      const [outcome, ...more] = outcomeOf(job);
      assert.deepEqual([outcome?.status, outcome?.statusDetails.reason], ["REJECTED", reason]);
      assert.deepEqual(more, []);
      assert.deepEqual(operationsOf(world), []);
      assert.deepEqual(world.bootsOf, ["1.0.0"]);
    });
  }

  it("is given up at its first block when that is of another chip than the manifest says", () => {
    const image = newImage.slice();
    image[12] = 5;
    const { world, job } = worldOf({ document: documentFor(image), image });
    world.run(5 * minute);
    const [outcome, ...more] = outcomeOf(job);
    assert.deepEqual([outcome?.status, outcome?.statusDetails.reason], ["FAILED", "chip"]);
    assert.deepEqual(more, []);
    assert.deepEqual(operationsOf(world), ["forget-other"], "nothing of it was written");
    assert.deepEqual(world.bootsOf, ["1.0.0"]);
  });

  it("leaves the box ready for the next one", () => {
    const { world, server } = worldOf({ document: "nonsense" });
    server.add(documentFor(newImage));
    world.run(10 * minute);
    assert.equal(world.version, "1.1.0");
    assert.deepEqual(
      server.jobs.map(({ status }) => status),
      ["REJECTED", "SUCCEEDED"],
    );
  });
});

describe("a new firmware that does not work", () => {
  const behave = (behaviour: Behaviour) => ({ behaviours: { "1.1.0": behaviour } });

  it("rolls back by itself when it never connects", () => {
    const { world, job } = worldOf(behave("never-connects"));
    assert.ok(world.runUntil(() => world.version === "1.1.0"));
    const start = world.now;
    assert.ok(world.runUntil(() => world.version === "1.0.0"));
    assert.ok(Math.abs(world.now - start - trialMs) < 1_000);
    world.run(5 * minute);
    assert.deepEqual(outcomeOf(job), [
      { status: "FAILED", statusDetails: { version: "1.1.0", reason: "not-confirmed" } },
    ]);
    assert.equal(world.bootsOf.length, 3, "it is not started again");
  });

  it("is replaced by the bootloader when it crashes", () => {
    const { world, job } = worldOf(behave("crashes"));
    world.run(20 * minute);
    assert.deepEqual(world.bootsOf, ["1.0.0", "1.1.0", "1.0.0"]);
    assert.deepEqual(outcomeOf(job), [
      { status: "FAILED", statusDetails: { version: "1.1.0", reason: "rolled-back" } },
    ]);
  });

  it("gives itself up at once when it is not the version that was signed", () => {
    const { world, job } = worldOf({ document: documentFor(newImage, { version: "1.2.0" }) });
    world.run(5 * minute);
    assert.deepEqual(world.bootsOf, ["1.0.0", "1.1.0", "1.0.0"]);
    assert.equal(outcomeOf(job)[0]?.statusDetails.reason, "malformed");
  });

  it("can be replaced by a better one", () => {
    const { world, server } = worldOf(behave("crashes"));
    world.run(10 * minute);
    const better = firmwareImage("1.1.1", 40_000);
    server.image = better;
    server.add(documentFor(better));
    world.notify();
    world.run(10 * minute);
    assert.equal(world.version, "1.1.1");
    assert.deepEqual(
      server.jobs.map(({ status }) => status),
      ["FAILED", "SUCCEEDED"],
    );
  });
});

describe("a download", () => {
  it("touches no flash while the pin is HIGH, and goes on after it", () => {
    const { world } = worldOf();
    world.run(4_000);
    for (let i = 0; i < 10; i++) {
      world.run(777);
      world.pulse(true);
      const before = operationsOf(world).length;
      world.run(500);
      assert.equal(operationsOf(world).length, before);
      world.pulse(false);
    }
    world.run(5 * minute);
    assert.equal(world.version, "1.1.0");
  });

  it("rests after each operation: a command never waits for two, and the idle task runs", () => {
    const { world } = worldOf();
    world.run(5 * minute);
    const starts = world.deeds.flatMap((deed) => (deed.type === "slots" ? [deed] : []));
    assert.ok(starts.length > 100);
    for (const [index, { at, operation }] of starts.entries()) {
      const next = starts[index + 1];
      const tookMs = operation === "read" ? 2 : 45;
      if (next) assert.ok(next.at - at - tookMs >= restMs, `${operation}, ${next.operation}`);
    }
  });

  it("goes on where it was after a restart, and stores that every 64 KB", () => {
    const stores: string[] = [];
    const { world, server } = worldOf();
    world.runUntil(() => {
      if (world.stored !== undefined && stores.at(-1) !== world.stored) stores.push(world.stored);
      return world.updater !== undefined && operationsOf(world).length > 70;
    });
    const positions = stores.map((text) => JSON.parse(text).at);
    assert.deepEqual(positions, [0, storedBytes, 2 * storedBytes]);
    const asked = server.received.length;
    world.boot();
    world.run(5 * minute);
    const requests = server.received
      .slice(asked)
      .filter(({ topic }) => topic.includes("/streams/"));
    const blocks = Math.ceil(newImage.length / blockBytes);
    assert.equal(requests.length, blocks - (2 * storedBytes) / blockBytes);
    assert.equal(world.version, "1.1.0");
  });

  it("starts over when what is from before the restart is not the firmware's", () => {
    const { world } = worldOf();
    world.runUntil(() => operationsOf(world).length > 70);
    world.flash.bytes.fill(0, 0x21_0000, 0x21_0000 + 100);
    world.boot();
    world.run(5 * minute);
    assert.equal(world.version, "1.1.0");
  });

  it("fails when the whole is not what was signed", () => {
    const wrong = newImage.slice();
    wrong[70_000] = 0x55 ^ (wrong[70_000] ?? 0);
    const { world, job } = worldOf({ image: wrong, document: documentFor(newImage) });
    world.run(5 * minute);
    assert.equal(outcomeOf(job)[0]?.statusDetails.reason, "hash");
    assert.ok(!operationsOf(world).includes("select"));
  });

  for (const fault of ["lost", "refused", "short"] as const) {
    it(`survives that a block is ${fault} a few times, and fails when it always is`, () => {
      const { world, server } = worldOf();
      let faults = 3;
      server.blockFault = (block) => (block === 7 && faults-- > 0 ? fault : undefined);
      world.run(10 * minute);
      assert.equal(world.version, "1.1.0");
      const never = worldOf();
      never.server.blockFault = (block) => (block === 7 ? fault : undefined);
      never.world.run(60 * minute);
      const [outcome] = outcomeOf(never.job);
      assert.deepEqual([outcome?.status, outcome?.statusDetails.reason], ["FAILED", "block"]);
    });
  }

  it("goes on after the connection was lost", () => {
    const { world } = worldOf();
    for (let i = 0; i < 5; i++) {
      world.run(4_000);
      world.reconnect();
    }
    world.run(5 * minute);
    assert.equal(world.version, "1.1.0");
  });

  it("stops when the job is cancelled, and what is in the slot never starts", () => {
    const { world, job } = worldOf();
    world.run(6_000);
    job.status = "CANCELED";
    world.notify();
    world.run(10 * minute);
    world.boot();
    world.run(minute);
    assert.deepEqual(world.bootsOf, ["1.0.0", "1.0.0"]);
    assert.deepEqual(outcomeOf(job), []);
    assert.equal(world.stored, "");
  });

  it("is not installed when the job was cancelled while the box waited", () => {
    let isIdle = false;
    const { world, job } = worldOf({ isIdle: () => isIdle });
    world.run(5 * minute);
    world.reconnect();
    job.status = "CANCELED";
    isIdle = true;
    world.run(10 * minute);
    assert.deepEqual(world.bootsOf, ["1.0.0"]);
  });

  it("is replaced by another job when its own is gone", () => {
    const { world, server, job } = worldOf();
    world.run(6_000);
    job.status = "CANCELED";
    server.add(documentFor(newImage), "second");
    world.notify();
    world.run(10 * minute);
    assert.deepEqual(
      server.jobs.map(({ status }) => status),
      ["CANCELED", "SUCCEEDED"],
    );
  });

  it("lets a second job wait", () => {
    const { world, server } = worldOf();
    world.run(6_000);
    const next = firmwareImage("1.2.0", 1_000);
    server.add(documentFor(next), "second");
    world.notify();
    world.run(minute);
    assert.equal(server.jobs[1]?.status, "QUEUED");
    server.image = next;
    world.run(10 * minute);
    assert.deepEqual(
      server.jobs.map(({ status }) => status),
      ["SUCCEEDED", "SUCCEEDED"],
    );
    assert.equal(world.version, "1.2.0");
  });

  it("fails when the flash does", () => {
    const { world, job } = worldOf();
    world.flash.program = () => {
      throw new Error("the flash fails");
    };
    world.run(5 * minute);
    assert.equal(outcomeOf(job)[0]?.statusDetails.reason, "write");
    assert.deepEqual(world.bootsOf, ["1.0.0"]);
  });

  it("fails when the chip does not take what was verified, as without Secure Boot's signature", () => {
    const { world, job } = worldOf();
    const program = world.flash.program.bind(world.flash);
    const otadataEnd = 0x1_0000;
    world.flash.program = (offset, bytes) => {
      if (offset < otadataEnd) throw new Error("ESP_ERR_OTA_VALIDATE_FAILED");
      return program(offset, bytes);
    };
    world.run(5 * minute);
    assert.equal(outcomeOf(job)[0]?.statusDetails.reason, "not-startable");
    assert.deepEqual(world.bootsOf, ["1.0.0"]);
  });
});

describe("what a box tells of its job", () => {
  it("is repeated until the server answers, and taken once", () => {
    const { world, server, job } = worldOf();
    let losses = 6;
    server.isLost = (topic) => topic.startsWith(`${topics.root}jobs/`) && losses-- > 0;
    world.run(20 * minute);
    assert.deepEqual(
      outcomeOf(job).map(({ status }) => status),
      ["SUCCEEDED"],
    );
    assert.equal(world.version, "1.1.0");
  });

  it("is told again after a restart, if the answer was lost", () => {
    const { world, server, job } = worldOf({ document: "nonsense" });
    server.isLost = (topic) => topic.endsWith("/update/accepted");
    world.run(5_000);
    assert.equal(outcomeOf(job).length, 1, "it arrived");
    assert.notEqual(world.stored, "");
    server.isLost = () => false;
    world.boot();
    world.run(minute);
    assert.equal(outcomeOf(job).length, 1, "and is not taken twice");
    assert.equal(world.stored, "");
  });

  it("survives that somebody else has changed the execution", () => {
    const { world, job } = worldOf();
    world.after(6_000, () => {
      job.version += 5;
    });
    world.run(10 * minute);
    assert.deepEqual(
      outcomeOf(job).map(({ status }) => status),
      ["SUCCEEDED"],
    );
  });
});

describe("what a server sends", () => {
  const topic = fc.constantFrom(
    "jobs/notify-next",
    "jobs/start-next/accepted",
    "jobs/start-next/rejected",
    "jobs/j-1/update/accepted",
    "jobs/j-1/update/rejected",
    "streams/s-1/data/cbor",
    "streams/s-1/rejected/cbor",
    "nonsense",
  );
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((text) => new Uint8Array(Buffer.from(text))),
    fc
      .record({ block: fc.nat(60), file: fc.nat(1), bytes: fc.uint8Array({ maxLength: 100 }) })
      .map((block) => writeBlock(block, "t")),
  );

  it("may be anything, at any time: the firmware is whole, and the update goes on", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(topic, payload, fc.nat(2_000)), { maxLength: 40 }),
        (messages) => {
          const { world, job } = worldOf({ image: firmwareImage("1.1.0", 30_000) });
          world.run(3_100);
          for (const [rest, bytes, ms] of messages) {
            world.deliver(topics.root + rest, bytes);
            world.run(ms);
          }
          world.run(30 * minute);
          assert.equal(world.version, "1.1.0");
          assert.equal(outcomeOf(job).length, 1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("causes no more questions than it answers", () => {
    const { world, server } = worldOf({ document: documentFor(oldImage) });
    world.run(minute);
    const before = server.received.length;
    const notification = '{"timestamp":1,"execution":{"jobId":"ghost"}}';
    for (let i = 0; i < 1_000; i++) {
      world.deliver(`${topics.root}jobs/notify-next`, new Uint8Array(Buffer.from(notification)));
    }
    world.run(minute);
    assert.ok(server.received.length - before <= 2);
  });
});

describe("what storage has", () => {
  it("may be anything", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc
            .record(
              {
                job: fc.constantFrom("j-1", "other", 7),
                execution: fc.constantFrom(1, 2, "1"),
                step: fc.constantFrom("download", "selected", "done"),
                sha256: fc.constantFrom("0".repeat(64), "x"),
                at: fc.oneof(fc.integer(), fc.double()),
                version: fc.constantFrom("1.0.0", "1.1.0", "x"),
                tries: fc.integer({ min: -1, max: 5 }),
                status: fc.constantFrom("SUCCEEDED", "FAILED", "x"),
                reason: fc.constantFrom("hash", "x"),
              },
              { requiredKeys: [] },
            )
            .map((value) => JSON.stringify(value)),
        ),
        (stored) => {
          const image = firmwareImage("1.1.0", 5_000);
          const { world } = worldOf({ image });
          world.stored = stored;
          world.boot();
          world.run(20 * minute);
          assert.ok(world.version !== undefined);
          assert.equal(world.stored ?? "", "");
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a power cut at any moment", () => {
  const image = firmwareImage("1.1.0", 40_000);

  for (const behaviour of ["good", "crashes", "never-connects"] as const) {
    it(`leaves a whole firmware, and one true outcome, when the new one is ${behaviour}`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 1, max: 260 }), { maxLength: 4 }),
          fc.array(fc.integer({ min: 0, max: 3 * minute }), { maxLength: 3 }),
          (steps, times) => {
            const cuts = [...steps];
            const onLasting = () => {
              const [next] = cuts;
              if (next === undefined) return;
              if (next > 1) cuts[0] = next - 1;
              else {
                cuts.shift();
                throw new PowerCut();
              }
            };
            const behaviours = { "1.1.0": behaviour };
            const { world, job } = worldOf({ image, behaviours, onLasting });
            for (const time of times) {
              world.run(time);
              world.boot();
              assertWhole(world);
            }
            world.run(60 * minute);
            assertWhole(world);
            const outcomes = outcomeOf(job);
            assert.equal(outcomes.length, 1);
            const isNew = world.version === "1.1.0";
            assert.equal(outcomes[0]?.status, isNew ? "SUCCEEDED" : "FAILED");
            if (behaviour !== "good") assert.ok(!isNew);
            const reason = outcomes[0]?.statusDetails.reason ?? "";
            const wasStarted = world.bootsOf.includes("1.1.0");
            assert.equal(wasStarted, isNew || ["rolled-back", "not-confirmed"].includes(reason));
            assert.equal(world.stored, "");
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  function assertWhole(world: UpdateWorld): void {
    assert.ok(world.version === "1.0.0" || world.version === "1.1.0", "something runs");
    const whole = world.version === "1.0.0" ? oldImage : image;
    const places = [0x2_0000, 0x21_0000];
    const isThere = places.some((at) =>
      Buffer.from(whole).equals(world.flash.bytes.subarray(at, at + whole.length)),
    );
    assert.ok(isThere, "and it is whole");
    assert.equal(versionIn(whole), world.version);
  }
});
