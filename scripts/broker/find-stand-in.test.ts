import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sinon from "sinon";
import { announceStandIn, findStandIn, withdrawStandIn } from "./find-stand-in.ts";

describe("a running stand-in", () => {
  let directory: string;
  let file: string;
  let server: Server;
  const own = { endpoint: "localhost", port: 0, prefix: "gate", pid: process.pid };

  before(async () => {
    server = createServer((socket) => socket.destroy()).listen(0, "localhost");
    await once(server, "listening");
    own.port = (server.address() as AddressInfo).port;
  });
  after(() => server.close());

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "boom-box-"));
    file = join(directory, "stand-in.json");
  });
  afterEach(() => {
    sinon.restore();
    rmSync(directory, { recursive: true });
  });

  it("is found after it was announced, and not after it was withdrawn", async () => {
    assert.equal(await findStandIn(directory), undefined);
    await announceStandIn(directory, own);
    assert.deepEqual(await findStandIn(directory), own);
    await withdrawStandIn(directory);
    assert.equal(await findStandIn(directory), undefined);
    assert.deepEqual(readdirSync(directory), []);
  });

  it("replaces an earlier announcement, in a file private to its user", async () => {
    writeFileSync(file, "x".repeat(10_000), { mode: 0o644 });
    await announceStandIn(directory, own);
    assert.deepEqual(await findStandIn(directory), own);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(directory), ["stand-in.json"]);
  });

  it("says where it takes jobs, unless that is damaged", async () => {
    const control = { port: 1234, secret: "s" };
    await announceStandIn(directory, { ...own, control });
    assert.deepEqual(await findStandIn(directory), { ...own, control });
    for (const damaged of [null, {}, { port: 0, secret: "s" }, { port: 1 }, "x"]) {
      writeFileSync(file, JSON.stringify({ ...own, control: damaged }));
      assert.deepEqual(await findStandIn(directory), own);
    }
  });

  it("does not write through a symbolic link in its place", async () => {
    const target = join(directory, "precious");
    writeFileSync(target, "");
    symlinkSync(target, file);
    await announceStandIn(directory, own);
    assert.equal(statSync(target).size, 0);
    assert.deepEqual(await findStandIn(directory), own);
  });

  it("keeps the announcement of another process, and is not announced beside it", async () => {
    const other = { ...own, pid: process.ppid };
    await announceStandIn(directory, other);
    await assert.rejects(announceStandIn(directory, own), {
      name: "UserError",
      message: new RegExp(
        `^a stand-in already runs with these certificates \\(process ${other.pid}, `,
      ),
    });
    await withdrawStandIn(directory);
    assert.deepEqual(await findStandIn(directory), other);
  });

  it("is not found when another program has got its process id, and replaces that", async () => {
    const unused = createServer().listen(0, "localhost");
    await once(unused, "listening");
    const { port } = unused.address() as AddressInfo;
    await new Promise((resolve) => unused.close(resolve));
    await announceStandIn(directory, { ...own, port, pid: process.ppid });
    assert.equal(await findStandIn(directory), undefined);
    await announceStandIn(directory, own);
    assert.deepEqual(await findStandIn(directory), own);
  });

  it("is not found when its process has ended", async () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    await announceStandIn(directory, { ...own, pid });
    assert.equal(await findStandIn(directory), undefined);
  });

  it("is found when its process belongs to another user", async () => {
    await announceStandIn(directory, own);
    sinon.stub(process, "kill").throws(Object.assign(new Error("kill"), { code: "EPERM" }));
    assert.deepEqual(await findStandIn(directory), own);
  });

  const garbage: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["half a file", '{"endpoint":"localhost","por'],
    ["null", "null"],
    ["a list", "[]"],
    ["binary", "\u0000\u0001\ufffd"],
    ["no endpoint", JSON.stringify({ ...own, endpoint: undefined })],
    ["a URL as endpoint", JSON.stringify({ ...own, endpoint: "https://localhost" })],
    ["escapes in the endpoint", JSON.stringify({ ...own, endpoint: "\x1b[2Jlocalhost" })],
    ["no port", JSON.stringify({ ...own, port: "8883" })],
    ["an invalid port", JSON.stringify({ ...own, port: 70_000 })],
    ["port 0", JSON.stringify({ ...own, port: 0 })],
    ["a prefix with a wildcard", JSON.stringify({ ...own, prefix: "gate/#" })],
    ["no process", JSON.stringify({ ...own, pid: undefined })],
    // kill(2) takes these for process groups, some of which always exist.
    ["process 0", JSON.stringify({ ...own, pid: 0 })],
    ["process -1", JSON.stringify({ ...own, pid: -1 })],
  ];
  for (const [what, text] of garbage) {
    it(`is not found in a file that holds ${what}`, async () => {
      writeFileSync(file, text);
      assert.equal(await findStandIn(directory), undefined);
    });
  }

  it("is found in a file with unknown members, as a later version may write", async () => {
    writeFileSync(file, JSON.stringify({ ...own, color: "red" }));
    assert.deepEqual(await findStandIn(directory), own);
  });

  it("is not found when the folder is missing or unreadable", async () => {
    assert.equal(await findStandIn(join(directory, "none")), undefined);
    writeFileSync(file, "");
    assert.equal(await findStandIn(file), undefined);
  });

  it("reports in one line why it could not be announced", async () => {
    await assert.rejects(announceStandIn(join(directory, "none"), own), {
      name: "UserError",
      message: /^\S+\.lock cannot be made: [^\n]+$/,
    });
  });
});
