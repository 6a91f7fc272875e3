import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { bundleForDevice } from "./for-device.ts";

/** Methods of String that create a regular expression from their argument. */
const methods = new Set(["match", "matchAll", "search"]);

/** Each regular expression in a module, as `line: text`. */
function regularExpressions(source: string): string[] {
  const file = ts.createSourceFile("module.js", source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isLiteral = ts.isRegularExpressionLiteral(node);
    const isConstructor = ts.isIdentifier(node) && node.text === "RegExp";
    const isMethod =
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      methods.has(node.expression.name.text);
    if (isLiteral || isConstructor || isMethod) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${line + 1}: ${node.getText().slice(0, 80)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/**
 * XS of Moddable SDK 8.2.3 allocates memory for each regular expression it matches and never frees
 * it on the ESP32 (docs/chip.md). The code on the board contains none, including mqtt-packet.
 */
describe("regular expressions in the firmware", () => {
  it("do not exist", async function () {
    this.timeout(60_000);
    const directory = mkdtempSync(join(tmpdir(), "boom-box-modules-"));
    try {
      for (const variant of [
        { network: "wifi", board: "esp32" },
        { network: "ethernet", board: "esp32/emulator" },
      ] as const) {
        for (const { name, file } of await bundleForDevice(directory, variant)) {
          assert.deepEqual(regularExpressions(readFileSync(file, "utf8")), [], name);
        }
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it("are detected in each of their forms", () => {
    for (const source of [
      "const isName = (text) => /^a/.test(text);",
      "const isName = new RegExp(word);",
      'if (text.match("a")) run();',
      "text.split(/,/);",
    ]) {
      assert.equal(regularExpressions(source).length, 1, source);
    }
    assert.deepEqual(regularExpressions('const parts = text.split(",").length / 2;'), []);
  });
});
