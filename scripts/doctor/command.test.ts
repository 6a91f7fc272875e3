import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { conclusionOf, lineOf } from "./command.ts";
import type { Finding } from "./finding.ts";

describe("boom-box doctor on the command line", function () {
  this.timeout(30_000);
  const certs = mkdtempSync(join(tmpdir(), "boom-box-doctor-"));
  after(() => rmSync(certs, { recursive: true }));

  const run = (...flags: string[]) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const args = [join(projectRoot, "scripts", "boom-box.js"), "doctor", ...flags];
      execFile(process.execPath, args, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });

  it("exits with 1 when a check fails, and prints only JSON lines with --json", async () => {
    const flags = ["--certs", certs, "--time-server", "localhost", "--no-board", "--json"];
    const { code, stdout } = await run(...flags);
    assert.equal(code, 1);
    const findings = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Finding);
    assert.deepEqual(
      findings.filter(({ verdict }) => verdict === "failed").map(({ cause }) => cause),
      ["settings-missing", "certificate-missing"],
    );
  });

  for (const flags of [
    ["--port", "8883"],
    ["--watch", "0"],
    ["--time-server", "a b"],
    ["--what"],
  ]) {
    it(`exits with 2 for ${flags.join(" ")}`, async () => {
      const { code, stdout, stderr } = await run(...flags);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /./);
    });
  }

  it("ends with the first failure", () => {
    const findings: Finding[] = [
      { check: "clock", verdict: "unknown", found: "?" },
      { check: "tcp", verdict: "failed", cause: "port-refused", found: "no", advice: "start it" },
      { check: "sdk", verdict: "failed", cause: "sdk-missing", found: "none" },
    ];
    assert.equal(conclusionOf(findings), "wrong: tcp (port-refused), and 1 more");
    assert.match(findings.map(lineOf).join("\n"), /^WRONG +tcp +no\n +→ start it$/m);
  });
});
