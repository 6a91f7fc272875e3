import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { type BuiltModule, bundle } from "../../../../scripts/build/bundle.ts";
import { mqttPacketShims, type Shims } from "../../../../scripts/build/shims.ts";

const here = (name: string) => fileURLToPath(new URL(`${name}.fake.ts`, import.meta.url));

/** What mqtt-packet needs, with the tests' Buffer instead of the one that ships, its own parent. */
export const testShims: Shims = { ...mqttPacketShims, buffer: { file: here("buffer") } };

/** Every mention of the global `Buffer` means the tests' own. */
export const testBuffer: Plugin = {
  name: "test-buffer",
  setup({ initialOptions }) {
    initialOptions.inject = [...(initialOptions.inject ?? []), here("buffer")];
  },
};

/**
 * One of mqtt-packet's tests is left out: the longest packet there can be, 256 MB. The codec shows the
 * parser no more than 2 KB at once, and no engine for microcontrollers could hold it.
 */
const withoutTheLargest: Plugin = {
  name: "without-the-largest",
  setup(build) {
    build.onLoad({ filter: /mqtt-packet[\\/]test\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text.replace(/^; \(\(\) => \{\n {2}const maxLength [\s\S]*?^\}\)\(\)$/m, "");
      if (contents === text)
        throw new Error("mqtt-packet's tests have changed: look at them again");
      return { contents };
    });
  },
};

/** The tests that mqtt-packet publishes, with the shims below it; the module exports `vectorTests`. */
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
        plugins: [testBuffer, withoutTheLargest],
      },
    ],
  });
  if (vectors === undefined) throw new Error("no module was built");
  return vectors;
}
