import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../command-line/user-error.ts";
import {
  makePrivateFolder,
  readIfPresent,
  removeLeftovers,
  setAside,
  tighten,
  writeAtomically,
} from "./files.ts";

describe("the certificates' files", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "boom-box-files-"));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

  it("are written atomically with mode 0600, even over files with wider permissions", async () => {
    const path = join(folder, "key");
    await writeFile(path, "old", { mode: 0o644 });
    await writeAtomically(path, "new");
    assert.equal(await readFile(path, "utf8"), "new");
    assert.equal(await modeOf(path), 0o600);
    assert.deepEqual(await readdir(folder), ["key"]);
  });

  it("leave no temporary file when they cannot be written", async () => {
    await mkdir(join(folder, "key"));
    await assert.rejects(writeAtomically(join(folder, "key"), "secret"), (error: Error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /key cannot be written: it is a folder$/);
      return true;
    });
    assert.deepEqual(await readdir(folder), ["key"]);
  });

  it("are reported as absent or as unreadable", async () => {
    assert.equal(await readIfPresent(join(folder, "none")), undefined);
    await assert.rejects(readIfPresent(folder), { name: "UserError" });
  });

  it("are in folders with mode 0700", async () => {
    const inner = join(folder, "a", "b");
    await makePrivateFolder(inner);
    assert.deepEqual([await modeOf(join(folder, "a")), await modeOf(inner)], [0o700, 0o700]);
    await writeFile(join(folder, "file"), "");
    await assert.rejects(makePrivateFolder(join(folder, "file")), /a file with that name exists/);
  });

  it("are made private again, and the old mode is returned", async () => {
    const path = join(folder, "private-key.pem");
    await writeFile(path, "");
    await chmod(path, 0o640);
    assert.equal(await tighten(path), "private-key.pem was 0640");
    assert.equal(await modeOf(path), 0o600);
    assert.equal(await tighten(path), undefined);
    assert.equal(await tighten(join(folder, "none")), undefined);
  });

  it("are cleared of a killed run's temporary files, and nothing else", async () => {
    await writeFile(join(folder, ".private-key.pem.123-abcd.tmp"), "half a ke");
    await writeFile(join(folder, "notes.tmp"), "");
    await removeLeftovers(folder);
    assert.deepEqual(await readdir(folder), ["notes.tmp"]);
  });

  it("are moved aside rather than deleted", async () => {
    await writeFile(join(folder, "key"), "precious");
    const aside = await setAside(join(folder, "key"));
    assert.deepEqual(await readdir(folder), [aside]);
    assert.equal(await readFile(join(folder, aside), "utf8"), "precious");
  });
});
