import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { type BuiltModule, bundle } from "../../../../host-sim/xs/bundle/bundle.ts";
import { mqttPacketShims, type Shims } from "../../../../host-sim/xs/bundle/shims.ts";

const here = (name: string) => fileURLToPath(new URL(`${name}.fake.ts`, import.meta.url));

/**
 * The shims for mqtt-packet, with the tests' Buffer instead of the one that ships, its base class.
 */
export const testShims: Shims = { ...mqttPacketShims, buffer: { file: here("buffer") } };

/** Every use of the global `Buffer` means the tests' own. */
export const testBuffer: Plugin = {
  name: "test-buffer",
  setup({ initialOptions }) {
    initialOptions.inject = [...(initialOptions.inject ?? []), here("buffer")];
  },
};

/**
 * mqtt-packet's tests in a form that a box could run. The longest possible packet, 256 MB, is
 * omitted: the codec passes the parser at most 2 KB at once. The cache of 65,536 numbers stays off,
 * as in the codec (a test that needs it is omitted too): XS would need minutes to fill it.
 */
const asOnABox: Plugin = {
  name: "as-on-a-box",
  setup(build) {
    build.onLoad({ filter: /mqtt-packet[\\/]test\.js$/ }, ({ path }) => {
      let contents = readFileSync(path, "utf8");
      for (const [part, replacement] of [
        [/^; \(\(\) => \{\n {2}const maxLength [\s\S]*?^\}\)\(\)$/m, ""],
        [/^test\('cacheNumbers get[\s\S]*?^\}\)$/m, ""],
        [/(?<=cacheNumbers = )true/, "false"],
        [/(?<=^const mqtt = require.*)$/m, "\nmqtt.writeToStream.cacheNumbers = false"],
      ] as const) {
        if (!part.test(contents)) throw new Error("mqtt-packet's tests have changed");
        contents = contents.replace(part, replacement);
      }
      return { contents };
    });
  },
};

/**
 * The tests that mqtt-packet publishes, with the shims below it. The module exports `vectorTests`.
 */
export async function bundleVectors(outputDirectory: string): Promise<BuiltModule> {
  const [vectors] = await bundle({
    outputDirectory,
    modules: [
      {
        name: "vectors",
        entries: ["node_modules/mqtt-packet/test.js", "device/xs/shims/vectors/tape.fake.ts"],
        shims: {
          ...testShims,
          tape: { file: here("tape"), is: "default" },
          "readable-stream": { file: here("writable") },
          util: { file: here("inspect") },
        },
        plugins: [testBuffer, asOnABox],
        // The published tests need the whole package.
        mayRepeat: true,
      },
    ],
  });
  if (vectors === undefined) throw new Error("no module was built");
  return vectors;
}
