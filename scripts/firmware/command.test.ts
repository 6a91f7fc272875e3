import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCertificates } from "../certs/store.ts";
import { boomBox, refusal } from "../command-line/boom-box.rig.ts";
import { ensureSecureBootKey } from "../signing/secure-boot-key.ts";
import { ensureSigningKey } from "../signing/signing-key.ts";
import { settingsPath } from "./settings-file.ts";

describe("boom-box build", function () {
  this.timeout(30_000);
  const certs = mkdtempSync(join(tmpdir(), "boom-box-"));
  before(() => ensureCertificates({ directory: certs, things: ["lot-1"] }));
  after(() => rmSync(certs, { recursive: true }));

  it("builds without a box, and says how to install the SDK", async () => {
    for (const platform of ["lin", "esp32", "esp32/nodemcu"]) {
      assert.match(await refusal("build", "--platform", platform), /npx xs-dev setup"/);
    }
    assert.match(
      await refusal("build", "--platform", "esp8266"),
      /esp8266 is not a supported platform/,
    );
    assert.match(
      await refusal("build", "--manifest", "nowhere.json"),
      /nowhere\.json does not exist/,
    );
    assert.match(
      await refusal("build", "--thing", "lot-1"),
      /image is for every box: leave out --thing/,
    );
  });

  it("takes a chip of the table, and no other", async () => {
    assert.match(await refusal("build", "--chip", "esp32c3"), /npx xs-dev setup"/);
    const { status, stderr } = await boomBox("build", "--chip", "esp32c6");
    assert.equal(status, 2);
    assert.match(stderr, /Allowed choices are esp32, esp32s3, esp32c3/);
  });

  it("secure needs both keys, before anything else", async () => {
    const build = ["build", "--secure", "--certs", certs];
    assert.match(await refusal(...build), /secure-boot-private-key\.pem: make one with/);
    await ensureSecureBootKey(certs);
    assert.match(await refusal(...build), /no key signs updates yet/);
    await ensureSigningKey(certs);
    assert.match(await refusal(...build, "--debug"), /--debug opens the firmware/);
    assert.match(await refusal(...build, "--chip", "esp32c3"), /--secure is for the ESP32 only/);
    assert.match(await refusal(...build, "--platform", "lin"), /lin is not a board/);
    assert.match(await refusal(...build), /npx xs-dev setup"/);
  });

  it("checks the settings of a box for the desktop before anything else", async () => {
    const build = ["build", "--platform", "lin", "--thing", "lot-1", "--certs", certs];
    assert.match(await refusal(...build), /settings\.json does not exist: write one like/);
    writeFileSync(
      settingsPath(certs, "lot-1"),
      '{"thingName":"lot-1","endpoint":"broker.test","networks":[{"SSID":"a","password":"sesame sesame"}]}',
    );
    assert.match(await refusal(...build), /npx xs-dev setup"/);
  });
});
