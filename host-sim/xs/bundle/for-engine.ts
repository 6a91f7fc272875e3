import { type BuiltModule, type BundleModule, bundle, library } from "./bundle.ts";

/** The library as it ships, and a program for the engine from npm, which knows modules by their files. */
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

/** The whole box, its hardware left to the host. */
export const simulatorProgram = { entries: ["host-sim/xs/program/main.ts"] };
