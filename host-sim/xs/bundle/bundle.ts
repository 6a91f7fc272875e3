import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { projectRoot } from "../../project-root.ts";
import { clientPackets } from "./client-packets.ts";
import { mqttPacketShims, type Shims, shimPlugin } from "./shims.ts";

/** One module of the firmware as loaded on XS. */
export interface BundleModule {
  /** its file is `<name>.js`, and others import it by {@link BundleOptions.specifierOf} this name */
  readonly name: string;
  /** source files from the project's root; the module has all their exports */
  readonly entries: readonly string[];
  /** the single entry has a default export, which the module exports too */
  readonly hasDefault?: boolean;
  /** it is preloaded, so its variables must not change */
  readonly isPreloaded?: boolean;
  /** default: what mqtt-packet needs */
  readonly shims?: Shims;
  /** further plugins, which run first */
  readonly plugins?: readonly Plugin[];
  /**
   * the module gets its own copy of what an earlier module contains but does not export, and the whole
   * of mqtt-packet, as in a test
   */
  readonly mayRepeat?: boolean;
}

export interface BundleOptions {
  /** where `<name>.js` and `<name>.js.map` are written */
  readonly outputDirectory: string;
  /** in loading order: later modules import what an earlier one contains, and never repeat it */
  readonly modules: readonly BundleModule[];
  /** modules that XS itself has: names or patterns with one `*`, as for esbuild's `external` */
  readonly external?: readonly string[];
  /**
   * default: true. Minifies names only: they are a twentieth of the compiled size. XS reports
   * positions by line, and fewer lines do not compile to a smaller size.
   */
  readonly minify?: boolean;
  /** how one module names another; default: by its bare name, as in a Moddable manifest */
  readonly specifierOf?: (name: string) => string;
}

/** The inputs of a module, from the project's root, with their lengths in bytes. */
export interface BuiltModule {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly inputs: readonly string[];
}

/** The modules of ECMA-419 and Moddable: never bundled. */
export const moddableModules: readonly string[] = [
  "embedded:*",
  "mc/ffi",
  "mc/config",
  "file",
  "timer",
  "time",
  "resetReason",
  "rng",
  "boom-box/board",
  "boom-box/network",
  ...["crypt", "curve", "ecdsa", "ecp", "modular", "pkcs8", "ssl/*", "sdk/*"],
];

/**
 * Everything in the firmware except hardware, in one module. It is preloaded: its top level runs on
 * the build machine, and the result is stored read-only in flash. It contains the parts of
 * `device/messages` that the firmware uses. The other direction of each message is left out; a
 * later module that needs it gets a copy.
 */
export function library(): BundleModule {
  return {
    name: "boom-box",
    isPreloaded: true,
    entries: [...sources("device"), ...sources("device/core", true)],
  };
}

/**
 * Builds bundles for XS: ECMAScript modules, so always in strict mode; private fields and other
 * syntax unchanged; each with a source map, which `positions.ts` uses to find our files.
 * @throws Error from esbuild, with file and line
 */
export async function bundle(options: BundleOptions): Promise<BuiltModule[]> {
  const built: BuiltModule[] = [];
  for (const module of options.modules) {
    built.push(await buildModule(module, options, built));
  }
  return built;
}

async function buildModule(
  { name, entries, hasDefault, isPreloaded, shims, plugins, mayRepeat }: BundleModule,
  options: BundleOptions,
  earlier: readonly BuiltModule[],
): Promise<BuiltModule> {
  const file = join(options.outputDirectory, `${name}.js`);
  const { metafile } = await build({
    stdin: {
      contents: entries
        .map(
          (entry) => `${hasDefault ? `export { default } from "./${entry}";` : ""}
export * from "./${entry}";`,
        )
        .join("\n"),
      sourcefile: `${name}.ts`,
      resolveDir: projectRoot,
    },
    absWorkingDir: projectRoot,
    outfile: file,
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["main"],
    target: "es2024",
    minifyIdentifiers: options.minify ?? true,
    charset: "utf8",
    legalComments: "none",
    // The paths of device/tsconfig.json point to declarations: right for the compiler, not for a
    // bundle.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    // XS would read a linked map, but only its first source: every position would name that file.
    sourcemap: "external",
    sourcesContent: false,
    metafile: true,
    logLevel: "silent",
    external: [...(options.external ?? moddableModules)],
    plugins: [
      ...(plugins ?? []),
      earlierModules(options, earlier, mayRepeat === true),
      shimPlugin(shims ?? mqttPacketShims),
      ...(mayRepeat === true ? [] : [clientPackets]),
    ],
  });
  if (isPreloaded) keepConstant(file);
  return { name, file, bytes: bytesOf(metafile), inputs: Object.keys(metafile.inputs) };
}

/**
 * esbuild turns every top-level `const` of a module into a `var`, which XS treats as mutable: in a
 * preloaded module, each one costs memory and causes a linker warning.
 */
function keepConstant(file: string): void {
  writeFileSync(file, readFileSync(file, "utf8").replace(/^var (?=[\w$]+ = )/gm, "const "));
}

/** Redirects every import of something in an earlier module to that module. */
function earlierModules(
  options: BundleOptions,
  earlier: readonly BuiltModule[],
  mayRepeat: boolean,
): Plugin {
  const specifierOf = options.specifierOf ?? ((name: string) => name);
  return {
    name: "earlier-modules",
    setup(build) {
      build.onResolve({ filter: /^\.{0,2}\// }, ({ path, resolveDir }) => {
        const source = relative(projectRoot, resolve(resolveDir, path)).split(sep).join("/");
        const holder = earlier.find(({ inputs }) => inputs.includes(source));
        if (holder === undefined) return undefined;
        const module = options.modules.find(({ name }) => name === holder.name);
        if (module?.entries.includes(source) === true) {
          return { path: specifierOf(holder.name), external: true };
        }
        if (mayRepeat || source.startsWith("device/messages/")) return undefined;
        const text = `${source} is inside the module ${holder.name}, which does not export it: add it to its entries`;
        return { errors: [{ text }] };
      });
    },
  };
}

function bytesOf({ outputs }: Metafile): number {
  const output = Object.entries(outputs).find(([name]) => name.endsWith(".js"));
  return output?.[1].bytes ?? 0;
}

/** The TypeScript files of a folder, without tests and test helpers. */
export function sources(folder: string, recursive = false): string[] {
  return readdirSync(join(projectRoot, folder), { recursive, encoding: "utf8" })
    .map((name) => `${folder}/${name.split(sep).join("/")}`)
    .filter((name) =>
      /^(?!.*\.(test|contract|fake|rig|vectors|program|d)\.ts$)(?!.*\/main\.ts$).*\.ts$/.test(name),
    )
    .sort();
}
