import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { withLock } from "./lock.ts";

describe("the lock", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "boom-box-lock-"));
    path = join(folder, ".lock");
  });

  afterEach(() => rm(folder, { recursive: true }));

  const heldBy = (holder: object) =>
    writeFile(
      path,
      JSON.stringify({ pid: 1, host: hostname(), startedAt: 0, token: "x", ...holder }),
    );

  it("exists during the work, and is removed after it, even after an error", async () => {
    const during = await withLock(folder, 0, async () => JSON.parse(await readFile(path, "utf8")));
    assert.equal(during.pid, process.pid);
    await assert.rejects(
      withLock(folder, 0, () => Promise.reject(new Error("failed"))),
      /failed/,
    );
    assert.deepEqual(await readdir(folder), []);
  });

  it("admits one holder at a time, also within one process", async () => {
    let inside = 0;
    const visits = Array.from({ length: 4 }, () =>
      withLock(folder, 5_000, async () => {
        inside += 1;
        assert.equal(inside, 1);
        await readdir(folder);
        inside -= 1;
        return "done";
      }),
    );
    assert.deepEqual(await Promise.all(visits), ["done", "done", "done", "done"]);
  });

  it("fails with a clear message when a running process holds it", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    try {
      await once(child, "spawn");
      await heldBy({ pid: child.pid });
      await assert.rejects(withLock(folder, 0, assert.fail), {
        name: "UserError",
        message: new RegExp(`\\.lock is held by process ${child.pid}: wait`),
      });
    } finally {
      child.kill();
    }
  });

  it("is taken over from a process that has ended", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    await heldBy({ pid });
    assert.equal(await withLock(folder, 0, async () => "mine"), "mine");
    assert.deepEqual(await readdir(folder), []);
  });

  it("is taken over from an earlier process with the same pid, as in containers", async () => {
    await heldBy({ pid: process.pid, startedAt: Date.now() - 3_600_000 });
    assert.equal(await withLock(folder, 0, async () => "mine"), "mine");
  });

  it("is respected when the holder is on another machine", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    await heldBy({ pid, host: "elsewhere" });
    await assert.rejects(withLock(folder, 0, assert.fail), /on elsewhere: wait/);
  });

  it("is respected while it is being written, but not after the writer was killed", async () => {
    await writeFile(path, "");
    await assert.rejects(withLock(folder, 0, assert.fail), /held by another process/);
    const minuteAgo = new Date(Date.now() - 60_000);
    await utimes(path, minuteAgo, minuteAgo);
    assert.equal(await withLock(folder, 0, async () => "mine"), "mine");
  });
});
