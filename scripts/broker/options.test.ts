import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { readIdentity, trustFiles } from "../certs/identity.ts";
import { defaultCertsDirectory, identityFiles } from "../certs/paths.ts";
import { ensureCertificates } from "../certs/store.ts";
import { announceStandIn } from "./find-stand-in.ts";
import { addBrokerOptions, type BrokerFlags, resolveBroker } from "./options.ts";

/** Parses flags. Returns them, or the error line. */
function parse(...args: string[]): { flags: BrokerFlags } | { line: string } {
  let line = "";
  const command = addBrokerOptions(new Command("sim"))
    .exitOverride()
    .configureOutput({ writeErr: (text) => (line += text) });
  try {
    command.parse(args, { from: "user" });
    return { flags: command.opts<BrokerFlags>() };
  } catch (error) {
    assert.ok(error instanceof CommanderError);
    return { line };
  }
}

function flagsOf(...args: string[]): BrokerFlags {
  const parsed = parse(...args);
  return "flags" in parsed ? parsed.flags : assert.fail(parsed.line);
}

describe("the broker's flags", () => {
  it("are all optional", () => {
    assert.deepEqual(flagsOf(), { thing: "lot-1", certs: defaultCertsDirectory });
  });

  it("are parsed as written", () => {
    const args = ["--thing", "lot:2", "--endpoint", "x.iot.eu-central-1.amazonaws.com"];
    assert.deepEqual(flagsOf(...args, "--port", "443", "--prefix", "a/b/c", "--alpn"), {
      thing: "lot:2",
      endpoint: "x.iot.eu-central-1.amazonaws.com",
      port: 443,
      prefix: "a/b/c",
      alpn: true,
      certs: defaultCertsDirectory,
    });
  });

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ["--thing", "a/b", /It must be 1–64 letters, digits, - _ or :$/],
    ["--thing", "a".repeat(65), /It must be 1–64 letters/],
    ["--thing", "", /It must be 1–64 letters/],
    // The folder of that name holds an identity that is not a box.
    ["--thing", "service", /This name is reserved: .*another name\.$/],
    ["--thing", "CA", /This name is reserved/],
    ["--endpoint", "https://x.test", /It must be a host name, without https:\/\/ or a port\.$/],
    ["--endpoint", "x.test:8883", /without https:\/\/ or a port\.$/],
    ["--endpoint", "", /It must be a host name/],
    ["--port", "0", /It must be a whole number, 1–65535\.$/],
    ["--prefix", "gate/#", /It must be 1–3 words joined by \/, 64 characters at most\.$/],
    ["--prefix", "a/b/c/d", /It must be 1–3 words/],
    ["--prefix", "/gate", /It must be 1–3 words/],
  ];
  for (const [flag, value, message] of wrong) {
    it(`are refused in one line that says what to do: ${flag} ${value.slice(0, 20)}`, () => {
      const parsed = parse(flag, value);
      assert.ok("line" in parsed, "the value was accepted");
      assert.match(parsed.line, /^error: option '--[^\n]+\n$/);
      assert.ok(parsed.line.includes(flag));
      assert.match(parsed.line.trimEnd(), message);
    });
  }
});

describe("resolveBroker", function () {
  this.timeout(20_000);
  let certs: string;
  let server: Server;
  let port: number;

  before(async () => {
    certs = mkdtempSync(join(tmpdir(), "boom-box-"));
    await ensureCertificates({ directory: certs, things: ["lot-1"] });
    server = createServer((socket) => socket.destroy()).listen(0, "localhost");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => rmSync(join(certs, "stand-in.json"), { force: true }));
  after(() => {
    server.close();
    rmSync(certs, { recursive: true });
  });

  const flags = (changed: Partial<BrokerFlags> = {}): BrokerFlags => ({
    thing: "lot-1",
    certs,
    ...changed,
  });
  const announce = () =>
    announceStandIn(certs, { endpoint: "localhost", port, prefix: "lab", pid: process.pid });
  const shown = async (changed: Partial<BrokerFlags>) => {
    const { endpoint, port, prefix, alpn } = await resolveBroker(flags(changed), "lot-1");
    return { endpoint, port, prefix, alpn };
  };

  it("finds the running stand-in", async () => {
    await announce();
    assert.deepEqual(await shown({}), {
      endpoint: "localhost",
      port,
      prefix: "lab",
      alpn: false,
    });
  });

  it("prefers the flags to what the stand-in announced", async () => {
    await announce();
    const asked = { port: 443, prefix: "gate" };
    assert.deepEqual(await shown(asked), { endpoint: "localhost", ...asked, alpn: true });
  });

  it("ignores the stand-in when another broker is named", async () => {
    await announce();
    assert.deepEqual(await shown({ endpoint: "x.test" }), {
      endpoint: "x.test",
      port: 8883,
      prefix: "gate",
      alpn: false,
    });
  });

  it("offers ALPN on port 443, and on other ports with --alpn", async () => {
    assert.equal((await shown({ endpoint: "x.test", port: 443 })).alpn, true);
    assert.equal((await shown({ endpoint: "x.test", port: 8884, alpn: true })).alpn, true);
  });

  it("says what to do when no stand-in is running and no broker is named", async () => {
    await assert.rejects(resolveBroker(flags(), "lot-1"), {
      name: "UserError",
      message:
        "no stand-in is running here: start one with npm start, or name a broker with --endpoint",
    });
  });

  it("reads the named identity, or the files that the flags name", async () => {
    await announce();
    const box = await readIdentity(certs, "lot-1");
    const service = await readIdentity(certs, "service");
    const read = async (name: string, changed: Partial<BrokerFlags> = {}) =>
      (await resolveBroker(flags(changed), name)).identity;
    assert.equal((await read("lot-1")).keyPem, box.keyPem);
    assert.equal((await read("service")).keyPem, service.keyPem);
    const { certificatePem: cert, keyPem: key } = identityFiles(certs, "lot-1");
    assert.equal((await read("service", { cert, key })).keyPem, box.keyPem);
  });

  it("trusts the box's own CA, or the folder's when the box has none", async () => {
    await announce();
    const { caPem } = trustFiles(certs, "lot-1");
    const folderCa = await readIdentity(certs, "ca");
    renameSync(caPem, `${caPem}.away`);
    const { identity } = await resolveBroker(flags(), "lot-1");
    renameSync(`${caPem}.away`, caPem);
    assert.equal(identity.caPem, folderCa.certificatePem);
  });

  for (const [name, remedy] of [
    ["lot-9", 'run "boom-box certs lot-9"'],
    ["service", 'run "boom-box certs"'],
  ] as const) {
    it(`says how to get certificates when ${name} has none`, async () => {
      const empty = mkdtempSync(join(tmpdir(), "boom-box-"));
      const asked = flags({ certs: empty, endpoint: "localhost" });
      await assert.rejects(resolveBroker(asked, name), {
        name: "UserError",
        message: `${name} has no certificate in ${empty}: ${remedy}, or name files with --ca, --cert and --key`,
      });
      rmSync(empty, { recursive: true });
    });
  }

  it("reports a missing certificate before a missing stand-in", async () => {
    await assert.rejects(resolveBroker(flags(), "lot-9"), {
      name: "UserError",
      message: /^lot-9 has no certificate in /,
    });
  });

  it("names the flag and the file when a file is missing", async () => {
    const asked = flags({ endpoint: "localhost", cert: join(certs, "none.pem") });
    await assert.rejects(resolveBroker(asked, "lot-1"), {
      name: "UserError",
      message: /^--cert: \S+none\.pem does not exist: [^\n]+$/,
    });
  });
});
