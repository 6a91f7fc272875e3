import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { projectRoot } from "../../project-root.ts";

/** One module of ours in place of a package: which file, and what `require()` of the package gives. */
export interface Shim {
  readonly file: string;
  /** the export that `require()` gives; the module itself where absent */
  readonly is?: string;
}

/** Package names to the modules that stand in for them. */
export type Shims = Readonly<Record<string, Shim>>;

const shim = (name: string) => join(projectRoot, "device", "xs", "shims", `${name}.ts`);

/** What mqtt-packet asks for and XS does not have, or cannot load. */
export const mqttPacketShims: Shims = {
  buffer: { file: shim("buffer") },
  bl: { file: shim("buffer-list"), is: "createBufferList" },
  events: { file: shim("events") },
  debug: { file: shim("debug"), is: "createDebug" },
  "process-nextick-args": { file: shim("next-tick") },
};

/**
 * esbuild's `alias`, and one thing more: CommonJS calls what `require("debug")` and `require("bl")`
 * give, which no module of ECMAScript can be.
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

/**
 * Leaves out mqtt-packet's calls of `debug`: a twentieth of it as compiled, arguments and all, for
 * words that nobody hears. Each is a line of its own; one that is not stays, and does nothing.
 */
export const silentPlugin: Plugin = {
  name: "silent",
  setup(build) {
    build.onLoad({ filter: /[\\/]mqtt-packet[\\/]\w+\.js$/ }, ({ path }) => {
      // The line itself remains, so that positions are those of the original.
      return { contents: readFileSync(path, "utf8").replace(/^ *debug\(.*\)$/gm, "") };
    });
  },
};
