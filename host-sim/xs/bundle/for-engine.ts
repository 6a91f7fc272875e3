import { type BuiltModule, type BundleModule, bundle, library } from "./bundle.ts";

/**
 * The library as it ships, and a program for the engine from npm, which identifies modules by file.
 */
export function bundleForEngine(
  outputDirectory: string,
  program: Omit<BundleModule, "name">,
): Promise<BuiltModule[]> {
  return bundle({
    outputDirectory,
    modules: [library(), { ...program, name: "program" }],
    specifierOf: (name) => `./${name}.js`,
  });
}

/** The complete box, with its hardware on the host. */
export const simulatorProgram = { entries: ["host-sim/xs/program/main.ts"] };
