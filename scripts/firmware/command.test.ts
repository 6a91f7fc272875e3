import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../host-sim/project-root.ts";
import { ensureCertificates } from "../certs/store.ts";
import { settingsPath } from "./settings-file.ts";

describe("boom-box build, flash and monitor", function () {
  this.timeout(30_000);
  const certs = mkdtempSync(join(tmpdir(), "boom-box-"));
  before(() => ensureCertificates({ directory: certs, things: ["lot-1"] }));
  after(() => rmSync(certs, { recursive: true }));

  /** An environment without SDK and ESP-IDF. */
  function boomBox(...args: string[]) {
    const { MODDABLE: _, IDF_PATH: __, ...env } = process.env;
    const file = join(projectRoot, "scripts", "boom-box.js");
    return spawnSync(process.execPath, [file, ...args], { env, encoding: "utf8" });
  }

  /** Asserts exit code 2 and one line on standard error. Returns the line. */
  function refusal(...args: string[]): string {
    const { status, stderr } = boomBox(...args);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^boom-box: [^\n]+\n$/);
    return stderr;
  }

  it("build without a box, and say how to install the SDK", () => {
    for (const platform of ["lin", "esp32", "esp32/nodemcu"]) {
      assert.match(refusal("build", "--platform", platform), /npx xs-dev setup"/);
    }
    assert.match(refusal("build", "--platform", "esp8266"), /esp8266 is not a supported platform/);
    assert.match(refusal("build", "--manifest", "nowhere.json"), /nowhere\.json does not exist/);
    assert.match(refusal("build", "--thing", "lot-1"), /image is for every box: leave out --thing/);
  });

  it("check the settings of a box for the desktop before anything else", () => {
    const build = ["build", "--platform", "lin", "--thing", "lot-1", "--certs", certs];
    assert.match(refusal(...build), /settings\.json does not exist: write one like/);
    writeFileSync(
      settingsPath(certs, "lot-1"),
      '{"thingName":"lot-1","endpoint":"broker.test","networks":[{"SSID":"a","password":"sesame sesame"}]}',
    );
    assert.match(refusal(...build), /npx xs-dev setup"/);
  });

  it("require a board and an existing port", () => {
    assert.match(refusal("flash", "--platform", "lin"), /lin is not a board/);
    assert.match(refusal("flash", "--port", "/dev/nowhere"), /no serial port \/dev\/nowhere/);
    assert.match(refusal("monitor"), /ESP-IDF is missing .*npx xs-dev setup --device esp32/);
    const { status, stderr } = boomBox("flash", "--port", "$(reboot)");
    assert.equal(status, 2);
    assert.match(stderr, /must be a serial port/);
  });
});
