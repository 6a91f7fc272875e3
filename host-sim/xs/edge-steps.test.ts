import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { bundleForEngine } from "./bundle/for-engine.ts";
import {
  type EdgeEvents,
  packetKinds,
  type Steps,
  type Surroundings,
} from "./edge-steps.program.ts";
import { requireEngine } from "./engine.rig.ts";
import type { Engine } from "./engine.ts";
import { load } from "./loader.ts";
import { decodeAnswer, encodeMessage } from "./protocol.ts";

/**
 * XS steps with one gate; 443 were measured, and 556 if a packet is handled first. A command's own path
 * to the pin takes some 17,000.
 */
const mostToEdge = 600;
/**
 * 107,459 were measured: a refusal with the longest words, reported and stored while 72 events
 * wait.
 */
const mostBetweenLooks = 150_000;

const surroundings: fc.Arbitrary<Surroundings> = fc.record({
  waiting: fc.nat(72),
  ids: fc.nat(40),
  partialBytes: fc.nat(2_000),
  packets: fc.array(fc.constantFrom(...packetKinds), { maxLength: 100 }),
  lateFrom: fc.option(fc.nat(100), { nil: undefined }),
});

describe("the work before a falling edge, on the real XS", function () {
  this.timeout(120_000);
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  let engine: Engine;

  before(async function () {
    const binary = requireEngine(this);
    const program = { entries: ["host-sim/xs/edge-steps.program.ts"] };
    const modules = await bundleForEngine(directory, program);
    const options = { binary, computeLimit: 4_000_000_000, answerTimeoutMs: 60_000 };
    engine = await load(
      options,
      modules.map(({ file }) => file),
    );
  });
  after(() => {
    engine?.kill();
    rmSync(directory, { recursive: true });
  });

  async function measure(each: Surroundings): Promise<Steps> {
    const { bytes } = await engine.command(encodeMessage("measure", [each]));
    return decodeAnswer(bytes) as ReturnType<EdgeEvents["measure"]>;
  }

  it("is the same with full queues as with empty ones", async () => {
    const nothing = { waiting: 0, ids: 0, partialBytes: 0, packets: [], lateFrom: undefined };
    const everything: Surroundings = {
      waiting: 72,
      ids: 40,
      partialBytes: 1_500,
      lateFrom: undefined,
      packets: Array.from({ length: 100 }, () => "full" as const),
    };
    const quiet = await measure(nothing);
    const full = await measure(everything);
    assert.equal(full.toEdge, quiet.toEdge);
    // It is full: there is more to do, but not before the edge.
    assert.ok(full.betweenLooks > 2 * quiet.betweenLooks, `${full.betweenLooks} steps`);
  });

  it("has a bound for any queue and input, and so does the work on one packet", async () => {
    await fc.assert(
      fc.asyncProperty(surroundings, async (each) => {
        const { toEdge, betweenLooks } = await measure(each);
        assert.ok(toEdge > 0 && toEdge <= mostToEdge, `${toEdge} steps to the edge`);
        assert.ok(betweenLooks <= mostBetweenLooks, `${betweenLooks} steps for one packet`);
      }),
      { numRuns: 60 },
    );
  });
});
