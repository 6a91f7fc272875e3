import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { testBuffer, testShims } from "../../../device/xs/shims/vectors/bundle.rig.ts";
import type { BundleModule } from "../bundle/bundle.ts";
import { bundleForEngine } from "../bundle/for-engine.ts";
import { Positions } from "../bundle/positions.ts";
import { load } from "../loader.ts";
import { encodeMessage } from "../protocol.ts";
import { type Tell, TestWorld } from "./world.fake.ts";

const here = (name: string) => fileURLToPath(new URL(`${name}.fake.ts`, import.meta.url));

/** Globals that no test file imports: mocha's, and timers, which XS lacks. */
const testGlobals: Plugin = {
  name: "test-globals",
  setup({ initialOptions }) {
    initialOptions.inject = [...(initialOptions.inject ?? []), here("mocha"), here("timers")];
  },
};

const fastCheck: Plugin = {
  name: "fast-check",
  setup(build) {
    build.onResolve({ filter: /^fast-check$/ }, ({ importer }) =>
      importer === here("fast-check") ? undefined : { path: here("fast-check") },
    );
    build.onLoad({ filter: /[\\/]fast-check\.js$/ }, ({ path }) => {
      // It assigns generated keys, and one named toString cannot be assigned with frozen
      // prototypes.
      const contents = readFileSync(path, "utf8").replaceAll(
        'if (key === "__proto__") safeObjectDefineProperty',
        "if (true) safeObjectDefineProperty",
      );
      return { contents };
    });
  },
};

/** A program that runs these test files; the tested code comes from the library. */
export function testProgram(files: readonly string[]): Omit<BundleModule, "name"> {
  return {
    entries: [...files, "host-sim/xs/suite/suites.program.ts"],
    shims: {
      ...testShims,
      "node:assert/strict": { file: here("assert") },
      "node:module": { file: here("node-module") },
      "node:crypto": { file: here("crypto") },
      "node:zlib": { file: here("zlib") },
    },
    plugins: [testGlobals, fastCheck, testBuffer],
    // mqtt-packet plays the peer.
    mayRepeat: true,
  };
}

export interface SuiteResult {
  readonly passed: readonly string[];
  /** name and stack of each */
  readonly failed: readonly string[];
}

/** Runs test files of the firmware on XS, against the library that ships. */
export async function runSuites(
  binary: string,
  directory: string,
  files: readonly string[],
): Promise<SuiteResult> {
  const modules = await bundleForEngine(directory, testProgram(files));
  const positions = modules.map(({ file }) => new Positions(file));
  const restore = (stack: string) =>
    positions.reduce((restored, each) => each.restore(restored), stack);
  const passed: string[] = [];
  const failed: string[] = [];
  let finish = (_error?: unknown) => {};
  const finished = new Promise<unknown>((resolve) => {
    finish = resolve;
  });
  const tell: Tell = (name, ...values) => {
    engine.command(encodeMessage(name, values)).catch(finish);
  };
  const world = new TestWorld(tell, {
    report(name, failure) {
      if (failure === null) passed.push(name);
      else failed.push(restore(`${name}\n${failure}`));
    },
    finished: () => finish(),
  });
  const engine = await load(
    {
      binary,
      answerTimeoutMs: 60_000,
      computeLimit: 20_000_000_000,
      onMessage: (message) => world.handle(message),
    },
    modules.map(({ file }) => file),
  );
  tell("run");
  const error = await Promise.race([finished, engine.ended]);
  if (error !== undefined) throw error;
  await engine.close();
  return { passed, failed };
}
