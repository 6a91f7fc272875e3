import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { build, type Metafile, type Plugin } from "esbuild";
import { projectRoot } from "../../project-root.ts";
import { mqttPacketShims, type Shims, shimPlugin, silentPlugin } from "./shims.ts";

/** One module of the firmware as it is loaded on XS. */
export interface BundleModule {
  /** its file is `<name>.js`, and others import it by {@link BundleOptions.specifierOf} this name */
  readonly name: string;
  /** source files from the project's root; all their exports are the module's */
  readonly entries: readonly string[];
  /** the one entry has a default export, which is the module's too */
  readonly hasDefault?: boolean;
  /** it is preloaded, and so none of its variables changes */
  readonly isPreloaded?: boolean;
  /** default: what mqtt-packet needs */
  readonly shims?: Shims;
  /** more to resolve and load, before anything else has its turn */
  readonly plugins?: readonly Plugin[];
  /** a copy of what an earlier module has inside and does not export is meant, as in a test */
  readonly mayRepeat?: boolean;
}

export interface BundleOptions {
  /** where `<name>.js` and `<name>.js.map` are written */
  readonly outputDirectory: string;
  /** in the order of loading: what one holds, the later ones import from it and never repeat */
  readonly modules: readonly BundleModule[];
  /** what XS itself has: names or patterns with one `*`, as esbuild's `external` takes them */
  readonly external?: readonly string[];
  /**
   * default: true. Names alone: they are a twentieth of what is compiled. XS tells positions by
   * lines, and fewer lines compile no smaller.
   */
  readonly minify?: boolean;
  /** how one module names another; default: by its bare name, as a Moddable manifest does */
  readonly specifierOf?: (name: string) => string;
}

/** What a module was made of, from the project's root, and its length in bytes. */
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
  "timer",
  "time",
  "Resource",
  "resetReason",
  "rng",
  "boom-box/board",
  "boom-box/network",
  "mc/ffi",
  ...["crypt", "curve", "ecdsa", "ecp", "modular", "pkcs8", "ssl/*", "sdk/*"],
];

/**
 * Everything of the firmware that is not hardware, in one module. It is preloaded: its top level runs
 * on the machine that builds, and then stands in flash, read-only. Of `device/messages` it has what the
 * firmware uses; the other direction of each message stays out, and a later module that needs it gets
 * a copy.
 */
export function library(): BundleModule {
  return {
    name: "boom-box",
    isPreloaded: true,
    entries: [...sources("device"), ...sources("device/core", true)],
  };
}

/**
 * Bundles for XS: modules of ECMAScript, hence strict throughout; private fields and the rest of the
 * language as they are; beside each a source map, by which `positions.ts` leads back to our files.
 * @throws Error of esbuild's, with file and line
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
    // The paths of device/tsconfig.json lead to declarations: right for the compiler, not for a bundle.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    // XS would read a linked map, but only its first source: every position would name that one.
    sourcemap: "external",
    sourcesContent: false,
    metafile: true,
    logLevel: "silent",
    external: [...(options.external ?? moddableModules)],
    plugins: [
      ...(plugins ?? []),
      earlierModules(options, earlier, mayRepeat === true),
      shimPlugin(shims ?? mqttPacketShims),
      silentPlugin,
    ],
  });
  if (isPreloaded) keepConstant(file);
  return { name, file, bytes: bytesOf(metafile), inputs: Object.keys(metafile.inputs) };
}

/**
 * esbuild makes every `const` of a module's top level a `var`. To XS that is something which may
 * change: in a preloaded module each costs memory, and a warning of the linker's.
 */
function keepConstant(file: string): void {
  writeFileSync(file, readFileSync(file, "utf8").replace(/^var (?=[\w$]+ = )/gm, "const "));
}

/** Leads every import of what an earlier module holds to that module. */
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
        const text = `${source} is inside the module ${holder.name}, which does not export it: name it among its entries`;
        return { errors: [{ text }] };
      });
    },
  };
}

function bytesOf({ outputs }: Metafile): number {
  const output = Object.entries(outputs).find(([name]) => name.endsWith(".js"));
  return output?.[1].bytes ?? 0;
}

/** The TypeScript files of a folder, tests and what belongs to them left out. */
export function sources(folder: string, recursive = false): string[] {
  return readdirSync(join(projectRoot, folder), { recursive, encoding: "utf8" })
    .map((name) => `${folder}/${name.split(sep).join("/")}`)
    .filter((name) =>
      /^(?!.*\.(test|contract|fake|rig|vectors|program|d)\.ts$)(?!.*\/main\.ts$).*\.ts$/.test(name),
    )
    .sort();
}
