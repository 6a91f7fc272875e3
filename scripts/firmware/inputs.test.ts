import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, issueClient } from "../../host-sim/pki/authority.ts";
import { identityFiles } from "../certs/paths.ts";
import { ensureCertificates } from "../certs/store.ts";
import { UserError } from "../command-line/user-error.ts";
import { readDerCredentials } from "./credentials.ts";
import { readSettingsFile, settingsPath } from "./settings-file.ts";

const good = {
  thingName: "lot-1",
  endpoint: "broker.test",
  networks: [{ SSID: "car park", password: "open sesame" }],
};

describe("the inputs of a firmware build", () => {
  const certs = mkdtempSync(join(tmpdir(), "boom-box-"));
  const files = identityFiles(certs, "lot-1");
  const caDer = join(certs, "lot-1", "ca.der");
  const kept = join(certs, "kept");

  before(async () => {
    await ensureCertificates({ directory: certs, things: ["lot-1"] });
    mkdirSync(kept);
    for (const [from, to] of places()) copyFileSync(from, to);
  });
  afterEach(() => {
    for (const [from, to] of places()) copyFileSync(to, from);
  });
  after(() => rmSync(certs, { recursive: true }));

  const places = (): [string, string][] =>
    [files.certificateDer, files.keyDer, caDer].map((path, i) => [path, join(kept, String(i))]);

  /** The one-line error. */
  async function refusal(promise: Promise<unknown>): Promise<string> {
    const error = await promise.then(
      () => assert.fail("it was taken"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof UserError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  }

  describe("its certificates", () => {
    it("are accepted in DER, as boom-box certs makes them", async () => {
      const { ca, certificate, privateKey } = await readDerCredentials(certs, "lot-1");
      assert.ok(ca.length > 500 && certificate.length > 500 && privateKey.length > 1_000);
    });

    const { privateKey: rsa } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const { privateKey: weak } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const { privateKey: ec } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pkcs8 = { format: "der", type: "pkcs8" } as const;
    const wrongKeys: [string, () => Buffer, RegExp][] = [
      ["an EC key", () => ec.export(pkcs8), /is an EC key, .*RSA/],
      ["an EC key in SEC1", () => ec.export({ format: "der", type: "sec1" }), /is an EC key/],
      ["PKCS#1", () => rsa.export({ format: "der", type: "pkcs1" }), /is PKCS#1, .*openssl pkcs8/],
      [
        "PEM",
        () => Buffer.from(rsa.export({ format: "pem", type: "pkcs8" })),
        /is PEM, .*openssl pkcs8 -topk8 -nocrypt/,
      ],
      ["a key of 1,024 bits", () => weak.export(pkcs8), /1024 bits/],
      ["another box's key", () => rsa.export(pkcs8), /does not belong to .*certificate\.der/],
      ["no key at all", () => Buffer.from("key"), /is not a readable private key/],
    ];
    for (const [what, make, words] of wrongKeys) {
      it(`refuse ${what}`, async () => {
        writeFileSync(files.keyDer, make());
        assert.match(await refusal(readDerCredentials(certs, "lot-1")), words);
      });
    }

    it("refuse PEM, damaged DER, and DER with extra bytes", async () => {
      copyFileSync(files.certificatePem, files.certificateDer);
      assert.match(await refusal(readDerCredentials(certs, "lot-1")), /is PEM, .*openssl x509/);
      const [[, original] = ["", ""]] = places();
      const { readFileSync } = await import("node:fs");
      const bytes = readFileSync(original);
      for (const wrong of [
        bytes.subarray(0, 300),
        Buffer.concat([bytes, bytes]),
        Buffer.from("x"),
      ]) {
        writeFileSync(files.certificateDer, wrong);
        assert.match(await refusal(readDerCredentials(certs, "lot-1")), /is not a DER certificate/);
      }
    });

    it("refuse an expired certificate, one that is not valid yet, and a CA that is not one", async () => {
      const year = 365 * 24 * 3_600_000;
      const later = new Date(Date.now() + 30 * year);
      const words = await refusal(readDerCredentials(certs, "lot-1", later));
      assert.match(words, /certificate\.der expired on \d{4}-.*boom-box certs lot-1/);
      const earlier = new Date(Date.now() - year);
      assert.match(
        await refusal(readDerCredentials(certs, "lot-1", earlier)),
        /is not valid before .*clock/,
      );
      copyFileSync(files.certificateDer, caDer);
      assert.match(
        await refusal(readDerCredentials(certs, "lot-1")),
        /ca\.der is not a CA certificate/,
      );
    });

    it("refuse a certificate for another key", async () => {
      const other = await issueClient(await createAuthority(), "lot-1");
      writeFileSync(files.certificateDer, other.certificateDer);
      assert.match(await refusal(readDerCredentials(certs, "lot-1")), /private-key\.der does not/);
    });

    it("say which file is missing, and how to get it", async () => {
      assert.match(
        await refusal(readDerCredentials(certs, "lot-9")),
        /lot-9.certificate\.der does not exist: run "boom-box certs lot-9"/,
      );
    });

    it("never show the key", async () => {
      const secret = createPrivateKey({ key: rsa.export(pkcs8), ...pkcs8 }).export({
        format: "jwk",
      });
      writeFileSync(files.keyDer, rsa.export(pkcs8));
      const words = await refusal(readDerCredentials(certs, "lot-1"));
      assert.ok(!words.includes(String(secret.d).slice(0, 12)));
    });
  });

  describe("its settings", () => {
    const path = settingsPath(certs, "lot-1");
    const write = (value: unknown) =>
      writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));

    it("are those in the file, with defaults", async () => {
      write({ ...good, pin: 21 });
      const { settings, input } = await readSettingsFile(certs, "lot-1");
      assert.deepEqual([settings.pin, settings.pulseMs, settings.network], [21, 500, "wifi"]);
      assert.deepEqual(input, { ...good, pin: 21 });
    });

    it("need no WiFi network for Ethernet", async () => {
      write({ ...good, networks: [], network: "ethernet" });
      assert.equal((await readSettingsFile(certs, "lot-1")).settings.network, "ethernet");
    });

    const wrong: [string, unknown, RegExp][] = [
      ["no WiFi network", { ...good, networks: [] }, /there is no WiFi network: add "networks"/],
      [
        "a network without a name",
        { ...good, networks: [{ password: "12345678" }] },
        /networks must/,
      ],
      ["an input-only pin", { ...good, pin: 34 }, /pin 34 is input-only: use 5, 21/],
      [
        "a contact on a pin that selects the boot mode",
        { ...good, gateInput: { pin: 0, shows: "closed" } },
        /gateInput: pin 0 is a strapping pin that selects the boot mode: use 21/,
      ],
      [
        "a button on a pin that selects the boot mode",
        { ...good, button: { pin: 2 } },
        /button: pin 2 is a strapping pin that selects the boot mode: use 5/,
      ],
      ["a pin of the flash memory", { ...good, pin: 6 }, /pin 6 is connected to the flash/],
      ["another thing's name", { ...good, thingName: "lot-2" }, /thingName is lot-2, .*for lot-1/],
      ["a misspelt setting", { ...good, pulsMs: 500 }, /"pulsMs" is not a setting/],
      ["a list", "[]", /is not a JSON object/],
      ["invalid JSON", '{\n"thingName": "lot-1",\n"endpoint"\n}', /is not valid JSON: correct it/],
      ["bytes that are not UTF-8", "\u0000", /is not valid JSON/],
      ["a large file", " ".repeat(9_000), /is larger than/],
    ];
    for (const [what, value, words] of wrong) {
      it(`refuse ${what}`, async () => {
        write(value);
        assert.match(await refusal(readSettingsFile(certs, "lot-1")), words);
      });
    }

    it("never show a password in an error", async () => {
      for (const value of [
        { ...good, networks: [{ SSID: "", password: "open sesame" }] },
        `{"networks":[{"SSID":"car park","password":"open sesame"`,
        { ...good, pin: 34, pulseMs: 0 },
      ]) {
        write(value);
        assert.doesNotMatch(await refusal(readSettingsFile(certs, "lot-1")), /sesame/);
      }
    });

    it("say how to write a missing file", async () => {
      assert.match(
        await refusal(readSettingsFile(certs, "lot-9")),
        /lot-9.settings\.json does not exist: write one like \{"thingName":"lot-9"/,
      );
    });
  });
});
