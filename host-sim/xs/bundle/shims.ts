import { join } from "node:path";
import type { Plugin } from "esbuild";
import { projectRoot } from "../../project-root.ts";

/**
 * One of our modules in place of a package: its file, and the result of `require()` for the
 * package.
 */
export interface Shim {
  readonly file: string;
  /** the export that `require()` returns; the module itself if absent */
  readonly is?: string;
}

/** Package names to the modules that replace them. */
export type Shims = Readonly<Record<string, Shim>>;

const shim = (name: string) => join(projectRoot, "device", "xs", "shims", `${name}.ts`);

/** Modules that mqtt-packet imports and that XS lacks or cannot load. */
export const mqttPacketShims: Shims = {
  buffer: { file: shim("buffer") },
  bl: { file: shim("buffer-list"), is: "createBufferList" },
  events: { file: shim("events") },
  debug: { file: shim("debug"), is: "createDebug" },
  "process-nextick-args": { file: shim("next-tick") },
};

/**
 * Like esbuild's `alias`, with one addition: CommonJS calls the results of `require("debug")` and
 * `require("bl")`, which an ECMAScript module cannot be.
 */
export function shimPlugin(shims: Shims): Plugin {
  return {
    name: "shims",
    setup(build) {
      build.onResolve({ filter: /^[a-z]/ }, ({ path }) => {
        const found = shims[path];
        if (found === undefined) return undefined;
        if (found.is === undefined) return { path: found.file };
        return { path, namespace: "shim" };
      });
      build.onLoad({ filter: /./, namespace: "shim" }, ({ path }) => {
        const { file, is } = shims[path] as Shim;
        const contents = `module.exports = require(${JSON.stringify(file)}).${is};`;
        return { contents, resolveDir: "/" };
      });
    },
  };
}
