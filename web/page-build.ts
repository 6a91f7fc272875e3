import type { BuildOptions } from "esbuild";

/** How esbuild compiles a page for browsers: the staff app's, and the one of `boom-box setup`. */
export const pageBuild = {
  outdir: "/",
  bundle: true,
  minify: true,
  write: false,
  format: "esm",
  target: ["es2022", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  tsconfigRaw: {},
  legalComments: "none",
  charset: "utf8",
  logLevel: "silent",
} as const satisfies BuildOptions;
