import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleVectors } from "../../device/xs/shims/vectors/bundle.rig.ts";
import { projectRoot } from "../project-root.ts";
import { type BundleModule, bundle, library } from "./bundle/bundle.ts";
import { mqttPacketShims, type Shims } from "./bundle/shims.ts";
import { requireEngine } from "./engine.rig.ts";
import { type Engine, EngineError, type EngineOptions } from "./engine.ts";
import { load } from "./loader.ts";
import { runSuites } from "./suite/suites.rig.ts";

/** The core's own tests, and those of modules that need no other hardware. */
const suites = [
  ...readdirSync(join(projectRoot, "device/core"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `device/core/${name.replaceAll("\\", "/")}`)
    .sort(),
  "device/box-data.test.ts",
  "device/config.test.ts",
  "device/gate-input-settings.test.ts",
  "device/line-ring.test.ts",
  "device/retained-text.test.ts",
  "device/gate-pin.test.ts",
  "device/settings-text.test.ts",
];

describe("the library on the real XS with frozen built-ins", function () {
  this.timeout(60_000);
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  const engines: Engine[] = [];
  let binary: string;

  before(function () {
    binary = requireEngine(this);
  });
  afterEach(() => {
    for (const engine of engines.splice(0)) engine.kill();
  });
  after(() => rmSync(directory, { recursive: true }));

  async function loadOne(module: BundleModule, computeLimit?: number): Promise<Engine> {
    const [built] = await bundle({ outputDirectory: directory, modules: [module] });
    assert.ok(built);
    return loadFile(built.file, computeLimit === undefined ? {} : { computeLimit });
  }

  async function loadFile(file: string, options: Partial<EngineOptions> = {}): Promise<Engine> {
    const engine = await load({ binary, ...options }, [file]);
    engines.push(engine);
    await engine.evaluate(
      `import(${JSON.stringify(file)}).then((module) => { globalThis.module = module; });`,
    );
    return engine;
  }

  for (const file of [...suites, "host-sim/xs/suite/hardware.program.ts"]) {
    it(`passes ${file}`, async () => {
      const { passed, failed } = await runSuites(binary, directory, [file]);
      assert.deepEqual(failed, []);
      assert.ok(passed.length > 0);
    });
  }

  it("parses and generates mqtt-packet's published test vectors", async () => {
    const { file } = await bundleVectors(directory);
    const said: string[] = [];
    const onMessage = (message: Uint8Array) => {
      said.push(Buffer.from(message).toString());
      return new Uint8Array();
    };
    const engine = await loadFile(file, { onMessage });
    await engine.evaluate(`(async () => {
      const failures = [];
      for (const { name, run } of module.vectorTests) {
        failures.push(...(await run()).map((failure) => name + ": " + failure));
      }
      const report = JSON.stringify({ count: module.vectorTests.length, failures });
      issueCommand(new TextEncoder().encode(report).buffer);
    })();`);
    assert.deepEqual(JSON.parse(said.join()), { count: 347, failures: [] });
  });

  it("does not load with npm's buffer instead of ours", async () => {
    const { buffer: _, ...others } = mqttPacketShims;
    const shims: Shims = others;
    await assert.rejects(loadOne({ ...library(), shims }), (error) => {
      assert.ok(error instanceof EngineError);
      assert.match(error.message, /TypeError: .*not writable/);
      return true;
    });
  });

  describe("leaves mqtt-packet's cache of 65,536 numbers empty:", () => {
    /** XS steps for the first packet; filling the cache takes some millions. */
    const enough = 200_000;

    it("the first packets take few steps, and leave almost no memory in use", async () => {
      const engine = await loadOne(library());
      const before = await engine.evaluate("gc();");
      const { compute } = await engine.evaluate(
        `module.encodeSubscribe(1, "a"); module.encodePublish(
          { topic: "a", payload: "b", retain: false, dup: false, packetIdentifier: 1 });`,
      );
      assert.ok(compute < enough, `${compute} steps`);
      const after = await engine.evaluate("gc();");
      assert.ok(after.slots - before.slots < 1_000, `${after.slots - before.slots} slots`);
    });

    it("a full cache would be detected", async () => {
      const entries = ["device/xs/shims/vectors/mqtt-packet.fake.ts"];
      const engine = await loadOne({ name: "cached", entries }, enough);
      await assert.rejects(
        engine.evaluate(`module.mqttPacket.generate({ cmd: "pingreq" });`),
        /computation limit exceeded/,
      );
    });
  });
});
