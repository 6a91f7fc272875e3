import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allCases } from "../../host-sim/advisor/cases/all.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { identityFiles } from "../certs/paths.ts";

/** The result of a run of the command. */
interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

const command = join(projectRoot, "scripts/boom-box.js");

function start(...parameters: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [command, ...parameters]);
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  let out = "";
  let error = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    error += text;
  });
  const [code] = await once(child, "close");
  return { code, out, error };
}

const advisor = (...parameters: string[]) => endOf(start("advisor", ...parameters));

describe("boom-box advisor", function () {
  this.timeout(60_000);

  it("runs the named cases against the firmware, and prints their results", async () => {
    const { code, out } = await advisor("--case", "tls-connect", "persistent-session");
    assert.match(out, /^pass {16}TLS Connect \*\n {20}TLSv1\.3, .*SNI localhost, no ALPN\n/);
    assert.match(
      out,
      /not applicable {6}Persistent Session .*\n {20}the box always requests a clean/,
    );
    assert.match(out, /\n1 pass, 1 not applicable\n$/);
    assert.equal(code, 0);
  });

  it("prints only JSON lines with --json", async () => {
    const { code, out, error } = await advisor("--json", "--case", "mqtt-subscribe");
    const [line, summary, ...rest] = out
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text));
    assert.deepEqual(rest, []);
    assert.equal(line.name, "mqtt-subscribe");
    assert.equal(line.result, "pass");
    assert.equal(line.why, "gate/lot-1/command, QoS 1");
    assert.equal(typeof line.clientMs, "number");
    assert.deepEqual(summary, {
      type: "summary",
      pass: 1,
      "pass with warnings": 0,
      fail: 0,
      "not applicable": 0,
    });
    assert.equal(error, "");
    assert.equal(code, 0);
  });

  it("lists the cases", async () => {
    const { out } = await advisor("--list");
    assert.deepEqual(
      out
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
      allCases.map(({ name }) => name),
    );
  });

  it("reports invalid flags in one line", async () => {
    for (const [flags, line] of [
      [["--case", "nonsense"], /^boom-box: there is no case "nonsense": --list shows/],
      [["--write", "x.md", "--external"], /^boom-box: --write runs all cases on Node and XS/],
      [["--speed", "1000"], /whole number, 1–200/],
    ] as const) {
      const { code, error } = await advisor(...flags);
      assert.equal(code, 2);
      assert.match(error, line);
    }
  });

  it("waits for an external client, says how to connect it, and runs one case after another", async () => {
    const certs = mkdtempSync(join(tmpdir(), "boom-box-"));
    try {
      const child = start(
        ...["advisor", "--external", "--certs", certs, "--port", "0", "--thing", "lot-9"],
        ...["--case", "tls-connect", "tls-cipher-suites", "mqtt-connect", "device-policies"],
      );
      const ended = endOf(child);
      let said = "";
      const port = await new Promise<string>((resolve) => {
        child.stderr.on("data", (text) => {
          said += text;
          const found = /endpoint localhost, port (\d+), client id lot-9/.exec(said)?.[1];
          if (found !== undefined && said.includes("boom-box sim")) resolve(found);
        });
      });
      assert.ok(said.includes(identityFiles(certs, "lot-9").keyPem));
      const client = start(
        ...["sim", "--endpoint", "localhost", "--port", port, "--thing", "lot-9"],
        // Below AWS's minimum, which causes a warning.
        ...["--certs", certs, "--keep-alive", "10"],
      );
      const { code, out } = await ended;
      client.kill("SIGINT");
      await once(client, "close");
      assert.match(out, /^pass {16}TLS Connect/);
      // This case ends at the client's first bytes: nothing of it may continue.
      assert.match(out, /\npass {16}TLS Device Support/);
      assert.match(out, /pass with warnings {2}MQTT Connect[^\n]*\n.*keep alive from 10 s to 30\n/);
      assert.match(out, /not applicable .*\n.*policy of an external client is not known/);
      assert.equal(code, 0);
    } finally {
      rmSync(certs, { recursive: true });
    }
  });
});

describe("docs/advisor.md", () => {
  it("has a row for every case, and no failed case", () => {
    const page = readFileSync(join(projectRoot, "docs/advisor.md"), "utf8");
    for (const { title, isQualifying } of allCases) {
      assert.ok(page.includes(`| ${title}${isQualifying ? " *" : ""} |`), title);
    }
    assert.doesNotMatch(page, /\| fail \|/);
  });
});
