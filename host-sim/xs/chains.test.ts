import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ChainCase,
  type Family,
  host,
  type KeyType,
  type Made,
  makeCases,
  makeFamily,
  now,
} from "../../device/xs/tls/chains.vectors.ts";
import { bundle, library } from "./bundle/bundle.ts";
import { tls } from "./bundle/for-device.ts";
import { requireEngine } from "./engine.rig.ts";
import type { Engine } from "./engine.ts";
import { load } from "./loader.ts";
import { decodeAnswer, dispatch, encodeMessage } from "./protocol.ts";
import type { ChainCalls, ChainEvents } from "./suite/chains.program.ts";

/** Stubs of the SDK's natives, so that a module can be loaded. The host checks signatures. */
const natives = `export default class {}
export class Digest {}
`;

/** The module that ships, except for the names of its SDK imports. */
async function build(directory: string): Promise<string[]> {
  const fileOf = (name: string) => join(directory, `${name}.js`);
  writeFileSync(fileOf("natives"), natives);
  const program = { name: "program", entries: ["host-sim/xs/suite/chains.program.ts"] };
  const modules = [library(), tls(), program];
  const built = await bundle({ outputDirectory: directory, modules, specifierOf: fileOf });
  const shipped = fileOf(tls().name);
  const text = readFileSync(shipped, "utf8");
  assert.match(text, /^import .* from "crypt";$/m, "the SDK's verifier is in it");
  const found = text.replace(/(?<=^import .* from ")[a-z]+(?=";$)/gm, () => fileOf("natives"));
  writeFileSync(shipped, found);
  assert.doesNotMatch(readFileSync(fileOf("program"), "utf8"), /not-a-ca/);
  return built.map(({ file }) => file);
}

const calls: ChainCalls = {
  verify(hash, spki, data, signature) {
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    return verify(hash, Buffer.from(data), key, Buffer.from(signature));
  },
};

describe("the chain check that ships, on the real XS with frozen built-ins", function () {
  this.timeout(60_000);
  const directory = mkdtempSync(join(tmpdir(), "boom-box-"));
  let engine: Engine;
  let asked = 0;

  before(async function () {
    const binary = requireEngine(this);
    const onMessage = (message: Uint8Array) => {
      asked += 1;
      return dispatch<ChainCalls>(calls, message);
    };
    engine = await load({ binary, onMessage }, await build(directory));
  });
  after(() => {
    engine?.kill();
    rmSync(directory, { recursive: true });
  });

  async function judge(chain: readonly Uint8Array[], root: Made): Promise<string> {
    const values: Parameters<ChainEvents["judge"]> = [
      ...([chain.map((der) => [...der]), [...root.der]] as const),
      ...([host, now.getTime()] as const),
    ];
    const { bytes } = await engine.command(encodeMessage("judge", values));
    return (decodeAnswer(bytes) as ReturnType<ChainEvents["judge"]>).verdict;
  }

  const ders = ({ chain }: ChainCase) => chain.map(({ der }) => der);
  const expected = ({ refused }: ChainCase) =>
    refused === undefined ? "trusted" : `${refused.reason} ${refused.certificate}`;

  const kinds: readonly KeyType[] = ["rsa", "p256"];
  for (const kind of kinds) {
    describe(kind, () => {
      let family: Family;
      let cases: readonly ChainCase[];
      before(async () => {
        family = await makeFamily(kind);
        cases = await makeCases(family);
      });

      it("classifies all eight chains, with the reason", async () => {
        assert.equal(cases.length, 8);
        const verdicts: string[] = [];
        for (const each of cases) {
          verdicts.push(`${each.name}: ${await judge(ders(each), family.root)}`);
        }
        assert.deepEqual(
          verdicts,
          cases.map((each) => `${each.name}: ${expected(each)}`),
        );
      });

      it("checks no more signatures than there are links", async () => {
        const [genuine] = cases;
        assert.ok(genuine);
        asked = 0;
        assert.equal(await judge(ders(genuine), family.root), "trusted");
        assert.equal(asked, 2);
      });

      it("refuses a leaf truncated anywhere, or changed at either end", async () => {
        const { leaf, intermediate, root } = family;
        for (let length = 0; length < leaf.der.length; length += 41) {
          const chain = [leaf.der.subarray(0, length), intermediate.der];
          assert.equal(await judge(chain, root), "malformed 0");
        }
        const last = leaf.der.length - 1;
        const changed = leaf.der.with(last, (leaf.der[last] ?? 0) ^ 1);
        assert.equal(await judge([changed, intermediate.der], root), "signature 0");
      });
    });
  }
});
