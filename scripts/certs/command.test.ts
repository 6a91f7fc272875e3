import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { registerCertsCommand } from "./command.ts";

describe("boom-box certs", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "boom-box-certs-command-"));
  });

  after(() => rm(folder, { recursive: true }));

  /** What the command prints. */
  async function run(...args: string[]): Promise<string> {
    let printed = "";
    const program = new Command("boom-box").exitOverride().configureOutput({
      writeOut: (text) => {
        printed += text;
      },
    });
    registerCertsCommand(program);
    await program.parseAsync(["certs", "--directory", folder, ...args], { from: "user" });
    return printed;
  }

  async function assertNoKeyIn(printed: string): Promise<void> {
    for (const name of ["ca", "server", "service", "lot-1"]) {
      const der = await readFile(join(folder, name, "private-key.der"));
      for (const form of ["base64", "hex"] as const) {
        // skips the first bytes, which are the same in every RSA key
        assert.ok(!printed.includes(der.toString(form, 48, 72)));
      }
    }
    assert.doesNotMatch(printed, /PRIVATE KEY/);
  }

  it("makes lot-1's files and prints a table, the folder and the next step, but no key", async () => {
    const printed = await run();
    const lines = printed.split("\n");
    assert.match(lines[0] ?? "", /^identity +action +expires +fingerprint$/);
    for (const [index, name] of ["ca", "server", "service", "lot-1"].entries()) {
      const row = new RegExp(`^${name} +created +\\d{4}-\\d\\d-\\d\\d +[0-9a-f]{16}$`);
      assert.match(lines[index + 1] ?? "", row);
    }
    assert.ok(printed.includes(folder));
    assert.match(printed, /Next: "boom-box start"/);
    await assertNoKeyIn(printed);
  });

  it("prints the steps as JSON", async () => {
    const printed = await run("--json");
    const { directory, steps } = JSON.parse(printed);
    assert.equal(directory, folder);
    assert.deepEqual(
      steps.map(({ identity, action }: Record<string, unknown>) => [identity, action]),
      ["ca", "server", "service", "lot-1"].map((name) => [name, "kept"]),
    );
    assert.match(steps[0].fingerprint, /^[0-9a-f]{64}$/);
    assert.ok(Date.parse(steps[0].notAfter) > Date.now());
    await assertNoKeyIn(printed);
  });

  it("makes other boxes' files and adds names to the server", async () => {
    const printed = await run("lot-2", "lot-3", "--server-name", "gate.lan", "10.0.0.7");
    assert.match(printed, /^server +renewed .* did not name gate.lan, 10.0.0.7$/m);
    assert.match(printed, /^lot-2 +created/m);
    assert.match(printed, /^lot-3 +created/m);
    assert.doesNotMatch(printed, /^lot-1/m);
    assert.doesNotMatch(printed, /Flash these boxes again/);
  });

  it("renews the named identities, and says which boxes to flash", async () => {
    const printed = await run("--renew", "lot-2", "--renew", "server");
    assert.match(printed, /^server +renewed .* as requested, with a new key$/m);
    assert.match(printed, /^lot-2 +renewed .* as requested, with a new key$/m);
    assert.doesNotMatch(printed, /^lot-[13]/m);
    assert.match(printed, /^Flash these boxes again.*: lot-2\.$/m);
  });

  it("renews every box with the CA", async () => {
    const printed = await run("--renew", "ca");
    for (const name of ["ca", "server", "service", "lot-1", "lot-2", "lot-3"]) {
      assert.match(printed, new RegExp(`^${name} +renewed`, "m"));
    }
    assert.match(printed, /^Flash these boxes again.*: lot-1, lot-2, lot-3\.$/m);
  });

  it("makes no files for a mistyped name", async () => {
    await assert.rejects(run("--renew", "lto-1"), { name: "UserError", message: /"lto-1"/ });
    await assert.rejects(run("../lot-1"), { name: "UserError", message: /cannot name a box/ });
    await assert.rejects(run("ca"), { name: "UserError", message: /folder of the ca/ });
    assert.deepEqual(await readdir(folder), ["ca", "lot-1", "lot-2", "lot-3", "server", "service"]);
  });
});
