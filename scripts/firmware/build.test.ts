import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firmwareVersion } from "../../device/version.ts";
import { projectRoot } from "../../host-sim/project-root.ts";
import { UserError } from "../command-line/user-error.ts";
import { clearAfter, mcconfigArguments, outputOf, requireOneVersion } from "./build.ts";
import { run, ToolError, telling } from "./run.ts";
import { findSdk } from "./sdk.ts";
import { stage } from "./stage.ts";
import { partitionsFileOf } from "./variant.ts";

describe("building the firmware", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  /** The parts of an SDK that are checked. */
  const sdkDirectory = join(directory, "sdk");
  const tool = join(
    sdkDirectory,
    "build",
    "bin",
    process.platform === "darwin" ? "mac" : "lin",
    "release",
  );

  after(() => rmSync(directory, { recursive: true }));

  function refusal(look: () => unknown): string {
    try {
      look();
    } catch (error) {
      assert.ok(error instanceof UserError, String(error));
      return error.message;
    }
    return assert.fail("the call succeeded");
  }

  it("names the install command for a missing SDK, its tools, or ESP-IDF", () => {
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

  it("refuses a version that only package.json has", () => {
    assert.match(
      refusal(() => requireOneVersion('{"version":"99.0.0"}')),
      /package\.json has version 99\.0\.0, and device\/version\.ts has .*: write .* into both/,
    );
    requireOneVersion(JSON.stringify({ version: firmwareVersion }));
  });

  it("passes the target to mcconfig, whose default target kills other programs", () => {
    const output = outputOf({
      platform: "esp32/nodemcu",
      debug: false,
      emulator: false,
      secure: false,
    });
    const args = mcconfigArguments("esp32/nodemcu", output, "build");
    assert.deepEqual(args.slice(0, 5), ["-m", "-p", "esp32/nodemcu", "-t", "build"]);
    assert.match(args[6] ?? "", /firmware.esp32-nodemcu$/);
  });

  it("makes the release or the debug variant, and never the instrumented one", () => {
    for (const platform of ["lin", "esp32", "esp32/nodemcu"]) {
      const release = outputOf({ platform, debug: false, emulator: false, secure: false });
      assert.deepEqual(release.flags, []);
      assert.match(release.bin, /release.boom-box$/);
      const debug = outputOf({ platform, debug: true, emulator: false, secure: false });
      assert.deepEqual(debug.flags, ["-d"]);
      assert.match(debug.project, /debug.boom-box.xsProj-esp32$/);
    }
  });

  it("builds the emulator's variant in its own folder", () => {
    const variant = { platform: "esp32", debug: false, secure: false };
    const emulator = outputOf({ ...variant, emulator: true });
    assert.match(emulator.directory, /firmware.esp32-emulator$/);
    assert.notEqual(emulator.bin, outputOf({ ...variant, emulator: false }).bin);
    const secure = outputOf({ ...variant, emulator: true, secure: true });
    assert.match(secure.directory, /firmware.esp32-emulator-secure$/);
  });

  it("keeps the chips' builds apart", () => {
    const variant = { platform: "esp32", debug: false, emulator: true, secure: false };
    for (const chip of ["esp32s3", "esp32c3"] as const) {
      const output = outputOf({ ...variant, chip });
      assert.match(output.directory, new RegExp(`firmware.${chip}-emulator$`));
      assert.match(output.project, new RegExp(`boom-box.xsProj-${chip}$`));
    }
    assert.deepEqual(outputOf({ ...variant, chip: "esp32" }), outputOf(variant));
  });

  it("writes all files that manifest.json names, and none of a box", async () => {
    const target = join(directory, "firmware");
    const crypt = join(sdkDirectory, "modules", "crypt", "ssl");
    mkdirSync(crypt, { recursive: true });
    writeFileSync(join(crypt, "ssl_handshake.js"), "export default {};\n");
    const options = {
      directory: target,
      sdk: { directory: sdkDirectory, mcconfig: "", environment: {} },
      network: "wifi" as const,
      boxFile: join(target, "box.bin"),
      sdkconfig: "CONFIG_ESP_INT_WDT=y\n",
      updateKeys: ["04ab"],
      emulator: false,
      partitions: partitionsFileOf(false),
    };
    await stage({ ...options, platform: "lin" });
    const manifest = readFileSync(join(projectRoot, "manifest.json"), "utf8");
    const named = [...manifest.matchAll(/"\.\/build\/firmware\/(modules\/[^"]+)"/g)];
    assert.equal(named.length, 17);
    for (const [, module] of named)
      assert.ok(statSync(join(target, `${module}.js`)).size > 0, module);
    assert.ok(!existsSync(join(target, "data")), "no box's files are part of it");
    const library = readFileSync(join(target, "modules", "boom-box.js"), "utf8");
    assert.ok(library.includes('"04ab"'), "the keys for updates are");
    const variant = () => readFileSync(join(target, "variant.json"), "utf8");
    assert.match(
      variant(),
      /"embedded:network\/interface\/wifi":"\.\/modules\/desktop\/interface"/,
    );
    assert.equal(JSON.parse(variant()).config.boxFile, options.boxFile);
    await stage({ ...options, platform: "esp32", boardManifest: "/board/manifest.json" });
    assert.deepEqual(JSON.parse(variant()), {
      include: ["$(MODDABLE)/modules/io/wifi/manifest.json", "/board/manifest.json", "./idf.json"],
    });
    const { build } = JSON.parse(readFileSync(join(target, "idf.json"), "utf8"));
    assert.equal(
      readFileSync(join(build.SDKCONFIGPATH, "sdkconfig.defaults"), "utf8"),
      options.sdkconfig,
    );
    assert.equal(build.ESP32_SUBCLASS, "esp32");
    const board = () => readFileSync(join(target, "modules", "boom-box.js"), "utf8");
    assert.match(board(), /"ESP32"/);
    await stage({ ...options, platform: "esp32", chip: "esp32c3" });
    const idf = JSON.parse(readFileSync(join(target, "idf.json"), "utf8"));
    assert.equal(idf.build.ESP32_SUBCLASS, "esp32c3");
    assert.match(board(), /"ESP32-C3"/);
    assert.doesNotMatch(board(), /"ESP32(-S3)?"/, "the rows of other chips are not in the image");
    assert.match(readFileSync(build.PARTITIONS_FILE, "utf8"), /^ota_1,/m);
  });

  it("shows the error lines of a failed tool, and keeps the full output in a private file", async () => {
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
          /failed:\na\.c:5: error: oops\n\(the full output is in .*build\.log\)$/,
        );
        return true;
      },
    );
    assert.ok(lines.includes("# cc a.c"));
    assert.ok(lines.includes("0077"), "its output is private");
    assert.equal(statSync(log).mode & 0o777, 0o600);
  });

  it("distinguishes an error from a file name, and shows CMake's indented lines", () => {
    const lines = [
      "# xsc ssl/error.xsb",
      '# cc xsError.c "(strings in flash)"',
      "Executing cmake -DCMAKE_MESSAGE_LOG_LEVEL=ERROR -G Ninja",
      "modules/io/spi/esp32/../esp/spi.c:24:10: fatal error: modGPIO.h: No such file or directory",
      "analog.c:(.literal+0x4): undefined reference to `adc_oneshot_new_unit'",
      "ld: b.o: in function `f': multiple definition of `f'; a.o: first defined here",
      "CMake Error at main/CMakeLists.txt:48 (target_sources):",
      "  Cannot find source file:",
      "",
      "    debugger_none.c",
      "",
      "-- Configuring incomplete, errors occurred!",
      "### 'modules/nowhere/manifest.json': manifest not found!",
      "make: *** [makefile:681: sdkconfig.h] Error 2",
    ];
    assert.deepEqual(telling(lines), [
      lines[3],
      lines[4],
      lines[5],
      "CMake Error at main/CMakeLists.txt:48 (target_sources):",
      "  Cannot find source file:",
      "    debugger_none.c",
      "### 'modules/nowhere/manifest.json': manifest not found!",
    ]);
    assert.deepEqual(telling(["", "# cc a.c", "Killed"]), ["# cc a.c", "Killed"]);
  });

  it("clears the build folder after a failed configure step, but not after a compiler error", () => {
    const tmp = join(directory, "tmp", "esp32");
    const failure = (line: string) => new ToolError("mcconfig", ["# xsc a.js", line], "build.log");
    mkdirSync(tmp, { recursive: true });
    clearAfter(failure("a.c:5: error: oops"), { directory });
    clearAfter(new UserError("CMake Error"), { directory });
    assert.ok(existsSync(tmp));
    clearAfter(failure("CMake Error at CMakeLists.txt:3 (project):"), { directory });
    assert.ok(!existsSync(tmp));
  });

  it("names a tool that cannot be run", async () => {
    const options = { args: [], environment: {}, directory, log: join(directory, "x.log") };
    await assert.rejects(
      run({ command: "/nowhere/mcconfig", ...options }),
      /cannot be run: .*ENOENT/,
    );
  });
});
