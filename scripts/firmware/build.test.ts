import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCertificates } from "../certs/store.ts";
import { projectRoot } from "../paths.ts";
import { UserError } from "../user-error.ts";
import { mcconfigArguments, outputOf } from "./build.ts";
import { readImageFiles } from "./credentials.ts";
import { run } from "./run.ts";
import { findSdk } from "./sdk.ts";
import { readSettingsFile, settingsPath } from "./settings-file.ts";
import { stage } from "./stage.ts";

describe("building the firmware", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  const certs = join(directory, "certs");
  /** As much of an SDK as is looked at. */
  const sdkDirectory = join(directory, "sdk");
  const tool = join(
    sdkDirectory,
    "build",
    "bin",
    process.platform === "darwin" ? "mac" : "lin",
    "release",
  );

  before(async () => {
    await ensureCertificates({ directory: certs, things: ["lot-1"] });
    writeFileSync(
      settingsPath(certs, "lot-1"),
      '{"thingName":"lot-1","endpoint":"broker.test","networks":[{"SSID":"a","password":"sesame sesame"}]}',
    );
  });
  after(() => rmSync(directory, { recursive: true }));

  function refusal(look: () => unknown): string {
    try {
      look();
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      return error.message;
    }
    return assert.fail("it was taken");
  }

  it("names the command that installs what is missing: the SDK, its tools, ESP-IDF", () => {
    const environment = { PATH: "/bin", MODDABLE: sdkDirectory };
    assert.match(
      refusal(() => findSdk("lin", {})),
      /\$MODDABLE is not set\): .*npx xs-dev setup"/,
    );
    assert.match(
      refusal(() => findSdk("lin", environment)),
      /no Moddable SDK at .*npx xs-dev setup/,
    );
    mkdirSync(join(sdkDirectory, "tools", "mcconfig"), { recursive: true });
    assert.match(
      refusal(() => findSdk("lin", environment)),
      /is not built: .*npx xs-dev setup/,
    );
    mkdirSync(tool, { recursive: true });
    writeFileSync(join(tool, "mcconfig"), "#!/bin/sh\n");
    chmodSync(join(tool, "mcconfig"), 0o755);
    const found = findSdk("lin", environment);
    assert.equal(found.environment.PATH, `${tool}:/bin`);
    assert.match(
      refusal(() => findSdk("esp32", environment)),
      /\$IDF_PATH is not set\): .*npx xs-dev setup --device esp32"/,
    );
    assert.match(
      refusal(() => findSdk("esp32/nodemcu", { ...environment, IDF_PATH: "/nowhere" })),
      /nothing at \/nowhere/,
    );
    assert.ok(findSdk("esp32", { ...environment, IDF_PATH: directory }));
  });

  it("asks mcconfig for one build, never for the default that kills other programs", () => {
    const output = outputOf({ platform: "esp32/nodemcu", debug: false });
    const args = mcconfigArguments("esp32/nodemcu", output, "build");
    assert.deepEqual(args.slice(0, 6), ["-i", "-m", "-p", "esp32/nodemcu", "-t", "build"]);
    assert.match(args[7] ?? "", /firmware.esp32-nodemcu$/);
    assert.deepEqual(outputOf({ platform: "lin", debug: false }).flags, []);
    assert.deepEqual(outputOf({ platform: "lin", debug: true }).flags, ["-d"]);
  });

  it("lays out all that manifest.json names, secrets for their owner alone", async () => {
    const target = join(directory, "firmware");
    const crypt = join(sdkDirectory, "modules", "crypt", "ssl");
    mkdirSync(crypt, { recursive: true });
    writeFileSync(join(crypt, "ssl_handshake.js"), "export default {};\n");
    const options = {
      directory: target,
      sdk: { directory: sdkDirectory, mcconfig: "", environment: {} },
      files: await readImageFiles(certs, "lot-1", false),
      settingsFile: await readSettingsFile(certs, "lot-1"),
    };
    await stage({ ...options, platform: "lin" });
    const manifest = readFileSync(join(projectRoot, "manifest.json"), "utf8");
    const named = [...manifest.matchAll(/"\.\/build\/firmware\/(modules\/[^"]+)"/g)];
    assert.equal(named.length, 12);
    for (const [, module] of named)
      assert.ok(statSync(join(target, `${module}.js`)).size > 0, module);
    for (const name of ["ca.der", "certificate.der", "private-key.der", "settings.json"]) {
      assert.equal(statSync(join(target, "data", name)).mode & 0o777, 0o600, name);
    }
    for (const name of ["data", "modules"]) {
      assert.equal(statSync(join(target, name)).mode & 0o777, 0o700, name);
    }
    const network = () => readFileSync(join(target, "network.json"), "utf8");
    assert.match(
      network(),
      /"embedded:network\/interface\/wifi":"\.\/modules\/desktop\/interface"/,
    );
    await stage({ ...options, platform: "esp32", boardManifest: "/board/manifest.json" });
    assert.deepEqual(JSON.parse(network()), {
      include: ["$(MODDABLE)/modules/io/wifi/manifest.json", "/board/manifest.json"],
    });
    assert.doesNotMatch(manifest + network(), /sesame/);
  });

  it("shows of a failed tool what tells why, keeps the rest, and nobody else may read it", async () => {
    const log = join(directory, "build.log");
    const script =
      "echo '# cc a.c'; for i in 1 2 3; do echo filler; done; echo 'a.c:5: error: oops' >&2; umask; exit 2";
    const lines: string[] = [];
    await assert.rejects(
      run({
        command: "/bin/sh",
        args: ["-c", script],
        environment: {},
        directory,
        log,
        onLine: (line) => lines.push(line),
      }),
      (error) => {
        assert.ok(error instanceof UserError);
        assert.match(
          error.message,
          /failed:\na\.c:5: error: oops\n\(all it said is in .*build\.log\)$/,
        );
        return true;
      },
    );
    assert.ok(lines.includes("# cc a.c"));
    assert.ok(lines.includes("0077"), "what it writes is private");
    assert.equal(statSync(log).mode & 0o777, 0o600);
  });

  it("says which tool cannot be run", async () => {
    const options = { args: [], environment: {}, directory, log: join(directory, "x.log") };
    await assert.rejects(
      run({ command: "/nowhere/mcconfig", ...options }),
      /cannot be run: .*ENOENT/,
    );
  });
});
