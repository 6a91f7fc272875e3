import assert from "node:assert/strict";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { boomBox, refusal, startBoomBox } from "../command-line/boom-box.rig.ts";
import { StandIn } from "../local/local-stand-in.ts";
import { ensureSigningKey } from "../signing/signing-key.ts";
import { Workbench } from "./update.rig.ts";

/** A line of `--json`. */
interface Line {
  readonly type: "box" | "note" | "end";
  readonly [name: string]: unknown;
}

const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

describe("boom-box update, with the stand-in", function () {
  this.timeout(60_000);
  let bench: Workbench;
  let standIn: StandIn;

  beforeEach(async () => {
    bench = new Workbench();
    await bench.prepare(["lot-1", "lot-2", "lot-3"]);
    standIn = await StandIn.start(bench.certs, 0, () => {});
  });
  afterEach(async () => {
    await standIn.stop();
    await bench.close();
  });

  const update = (...args: readonly string[]) => boomBox("update", "--certs", bench.certs, ...args);
  const boxes = (changes = {}) =>
    Promise.all(["lot-1", "lot-2", "lot-3"].map((name) => bench.box(name, standIn.port, changes)));

  it("installs a firmware on one box, then on the others", async () => {
    const { folder } = await bench.package();
    const all = await boxes();
    const { status, stdout, stderr } = await update("--all", "--package", folder, "--json");
    assert.equal(status, 0, stderr);
    const lines = linesOf(stdout);
    const states = (thing: string) =>
      lines.filter((line) => line.thing === thing).map(({ state }) => state);
    assert.equal(states("lot-1").at(-1), "SUCCEEDED");
    assert.equal(states("lot-2")[0], "later");
    const first = lines.findIndex(({ thing, state }) => thing === "lot-1" && state === "SUCCEEDED");
    const second = lines.findIndex(
      ({ thing, state }) => thing === "lot-2" && state === "SUCCEEDED",
    );
    assert.ok(first < second);
    const { id, ...end } = lines.at(-1) ?? assert.fail();
    assert.deepEqual(end, { type: "end", outcome: "done", boxes: 3, updated: 3 });
    assert.match(String(id), /^update-1-2-3-/);
    assert.deepEqual(
      all.map(({ version }) => version),
      ["1.2.3", "1.2.3", "1.2.3"],
    );
  });

  it("stops after the first box when that fails, and says why", async () => {
    const { zip } = await bench.package();
    await bench.box("lot-1", standIn.port, { failsWith: "rolled-back" });
    const other = await bench.box("lot-2", standIn.port);
    const args = ["--thing", "lot-1", "--thing", "lot-2", "--package", zip];
    const { status, stdout } = await update(...args);
    assert.equal(status, 1);
    assert.match(stdout, /\nlot-1 {2}failed: the new firmware ended before it was confirmed/);
    assert.match(stdout, /\n0 of 2 boxes updated, 1 waiting, 1 failed\n/);
    assert.match(stdout, /has stopped: no further box begins/);
    assert.equal(other.version, "1.0.0");
  });

  it("is left with Ctrl-C, and followed", async () => {
    const { folder } = await bench.package();
    const args = ["--certs", bench.certs, "--all", "--package", folder];
    const { child, outcome } = startBoomBox("update", ...args);
    let text = "";
    for await (const part of child.stdout) {
      text += String(part);
      // No box is there.
      if (text.includes("lot-1  waits for the box") && !child.killed) child.kill("SIGINT");
    }
    assert.equal((await outcome).status, 1);
    assert.match(text, /and the others begin when it is followed: "boom-box update --follow/);
    const [, id = ""] = /--follow (update-[\w-]+)"/.exec(text) ?? [];
    await boxes();
    const { status, stdout, stderr } = await update("--follow", id);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /3 of 3 boxes updated\n$/);
    // Once more, it only says how it ended.
    assert.match((await update("--follow", id)).stdout, /3 of 3 boxes updated\n$/);
    assert.match((await update("--cancel", id)).stdout, /nothing to cancel/);
  });

  it("is cancelled", async () => {
    const { folder } = await bench.package();
    const args = ["--certs", bench.certs, "--thing", "lot-1", "--package", folder];
    const { child, outcome } = startBoomBox("update", ...args);
    let text = "";
    let cancelled: Promise<string> | undefined;
    for await (const part of child.stdout) {
      text += String(part);
      const [, id] = /^(update-[\w-]+): /.exec(text) ?? [];
      if (!text.includes("waits for the box") || id === undefined) continue;
      cancelled ??= update("--cancel", id).then(({ stdout }) => stdout);
    }
    assert.match((await cancelled) ?? "", /is cancelled: a box that has not restarted yet/);
    assert.equal((await outcome).status, 1);
    assert.match(text, /lot-1 {2}cancelled\n/);
  });

  it("says that the stand-in has forgotten it, and that boxes do not know the key", async () => {
    const { folder } = await bench.package();
    rmSync(join(bench.certs, "update-signing"), { recursive: true });
    await ensureSigningKey(bench.certs);
    await bench.box("lot-1", standIn.port);
    const { status: refusedBy, stdout } = await update("--thing", "lot-1", "--package", folder);
    assert.equal(refusedBy, 1);
    assert.match(stdout, /is not signed with a key of .*update-signing: boxes .* refuse it\n/);
    assert.match(stdout, /lot-1 {2}refused by the box: it is not signed with a key that the box/);
    const args = ["--certs", bench.certs, "--thing", "lot-2", "--package", folder];
    const again = startBoomBox("update", ...args);
    let restarted: Promise<unknown> | undefined;
    for await (const part of again.child.stdout) {
      if (!String(part).includes("waits for the box")) continue;
      restarted ??= standIn.stop().then(async () => {
        standIn = await StandIn.start(bench.certs, 0, () => {});
      });
    }
    await restarted;
    const { status, stderr } = await again.outcome;
    assert.equal(status, 2);
    assert.match(
      stderr,
      /has no job update-\S+ any more: it was deleted, or a stand-in was restarted/,
    );
  });

  it("is one of two: a box takes the older one first, and the newer one after it", async () => {
    const [older, newer] = [await bench.package("1.2.3"), await bench.package("1.3.0")];
    const one = update("--thing", "lot-1", "--package", older.folder);
    const other = update("--thing", "lot-1", "--package", newer.folder);
    const box = await bench.box("lot-1", standIn.port);
    const codes = (await Promise.all([one, other])).map(({ status }) => status);
    assert.equal(box.version, "1.3.0");
    // The older one succeeds if its job was made first; otherwise the box has a newer one.
    assert.equal(codes[1], 0);
  });

  it("refuses what cannot go well, in one line, before anything is made", async () => {
    const { folder } = await bench.package();
    const certs = ["--certs", bench.certs];
    const args = (...more: string[]) => refusal("update", ...certs, ...more);
    assert.match(await args("--package", folder), /no box is named/);
    assert.match(await args("--all"), /no package is named/);
    assert.match(
      await args("--all", "--thing", "lot-1", "--package", folder),
      /exclude each other/,
    );
    assert.match(await args("--thing", "lot-9", "--package", folder), /has no box lot-9/);
    assert.match(await args("--follow", "update-1"), /has no such update/);
    assert.match(await args("--follow", "x", "--all"), /leave out --thing/);
    assert.match(await args("--all", "--package", bench.certs), /boom-box package/);
    writeFileSync(join(folder, "update.json"), "{}");
    assert.match(await args("--all", "--package", folder), /update.json is not the document/);
    assert.ok(!readdirSync(bench.certs).includes("update-rollouts"));
    await standIn.stop();
    const { folder: signed } = await bench.package("1.2.4");
    assert.match(await args("--all", "--package", signed), /no stand-in is running/);
    standIn = await StandIn.start(bench.certs, 0, () => {});
  });
});
