import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "../../project-root.ts";
import { type BuiltModule, bundle, library } from "./bundle.ts";
import { Positions } from "./positions.ts";

describe("the bundle for XS", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  let built: BuiltModule;

  before(async () => {
    const [first] = await bundle({ outputDirectory: directory, modules: [library()] });
    assert.ok(first);
    built = first;
  });
  after(() => rmSync(directory, { recursive: true }));

  const fromProject = (name: string) => {
    const path = join(directory, `${name}.ts`);
    return { path, entry: relative(projectRoot, path).replaceAll("\\", "/") };
  };

  it("contains the whole firmware except hardware, and needs nothing else", async () => {
    const module = (await import(pathToFileURL(built.file).href)) as Record<string, unknown>;
    for (const name of ["Agent", "Box", "Session", "Gate", "CommandReader", "Decoder"]) {
      assert.equal(typeof module[name], "function", name);
    }
    assert.doesNotMatch(readFileSync(built.file, "utf8"), /^import |\bimport\(|\brequire\(/m);
  });

  it("contains mqtt-packet, and none of the packages that XS cannot load", () => {
    const packages = built.inputs
      .filter((input) => input.startsWith("node_modules/"))
      .map((input) => input.split("/")[1]);
    assert.deepEqual([...new Set(packages)], ["mqtt-packet"]);
  });

  it("has only constants at its top level: preloaded, a variable would cost memory", () => {
    const text = readFileSync(built.file, "utf8");
    assert.doesNotMatch(text, /^(var|let) [\w$]+ =/m);
    assert.match(text, /^const /m);
  });

  it("maps every position to the source", () => {
    const text = readFileSync(built.file, "utf8");
    const positions = new Positions(built.file);
    for (const [method, source] of [
      ["handleOpen(", "device/core/gate.ts"],
      ["takeOverdue(", "device/core/mqtt/outbox.ts"],
    ] as const) {
      const line = text.split("\n").findIndex((each) => each.trimStart().startsWith(method)) + 1;
      const original = readFileSync(join(projectRoot, source), "utf8").split("\n");
      const there = original.findIndex((each) => each.trimStart().startsWith(method)) + 1;
      assert.equal(positions.sourceOf(line), `${source}:${there}`);
      assert.equal(
        positions.restore(`Error: x\n at open (${built.file}:${line})\n at eval ()`),
        `Error: x\n at open (${source}:${there})\n at eval ()`,
      );
    }
  });

  it("lets a later module import what an earlier one contains, and never repeats it", async () => {
    const { path, entry } = fromProject("probe");
    const gate = relative(directory, join(projectRoot, "device/core/gate.ts"));
    writeFileSync(path, `import { Gate } from "${gate}";\nexport const gate = new Gate();\n`);
    const [, probe] = await bundle({
      outputDirectory: directory,
      modules: [library(), { name: "probe", entries: [entry] }],
    });
    assert.ok(probe);
    assert.match(readFileSync(probe.file, "utf8"), /^import \{ Gate as \w+ \} from "boom-box";/m);
    assert.ok(!probe.inputs.includes("device/core/gate.ts"));
  });

  it("refuses a second copy of what an earlier module contains but does not export", async () => {
    const { path, entry } = fromProject("second-copy");
    const shim = relative(directory, join(projectRoot, "device/xs/shims/debug.ts"));
    writeFileSync(path, `export { createDebug } from "${shim}";\n`);
    const modules = [library(), { name: "second-copy", entries: [entry] }];
    await assert.rejects(
      bundle({ outputDirectory: directory, modules }),
      /debug\.ts is inside the module boom-box, which does not export it/,
    );
  });

  it("has one name for each export of the library: of two, neither would be exported", () => {
    const places = new Map<string, string>();
    for (const entry of library().entries) {
      const source = readFileSync(join(projectRoot, entry), "utf8");
      for (const [, name = ""] of source.matchAll(/^export (?:const|function|class) (\w+)/gm)) {
        assert.equal(places.get(name), undefined, `${name} is in ${places.get(name)} and ${entry}`);
        places.set(name, entry);
      }
    }
    assert.ok(places.size > 50);
  });
});
