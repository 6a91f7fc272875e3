import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { build } from "esbuild";
import { projectRoot } from "../../host-sim/project-root.ts";
import { library } from "../../host-sim/xs/bundle/bundle.ts";
import { bundleForEngine } from "../../host-sim/xs/bundle/for-engine.ts";
import { Engine, findEngine } from "../../host-sim/xs/engine.ts";
import { load } from "../../host-sim/xs/loader.ts";

/** The costs of one firmware on XS. */
export interface XsFigures {
  /** the size of the firmware's module, in bytes */
  readonly bundle: number;
  /** its size as the SDK's xsc compiles it; undefined without an SDK */
  readonly compiled: number | undefined;
  /** slots in RAM while connected, after garbage collection */
  readonly slotsAtRest: number;
  /** slots in RAM right after an `open`, including garbage */
  readonly slotsAtPeak: number;
  /** XS steps from the PUBLISH's bytes to the pin */
  readonly computeOfOpen: number;
  /** additional slots after a thousand reconnects */
  readonly growth: number;
}

const program = "scripts/bench/xs-program.ts";
export const reconnects = 1_000;

/** @returns undefined when XS is not built */
export async function measureXs(
  progress: (text: string) => void,
): Promise<{ readonly ours: XsFigures; readonly unshimmed: XsFigures } | undefined> {
  const binary = findEngine();
  if (binary === undefined) return undefined;
  const directory = mkdtempSync(join(tmpdir(), "boom-box-bench-"));
  try {
    progress("XS: our bundle");
    const ours = await measureOurs(binary, join(directory, "ours"));
    progress("XS: the bundle without our modules below mqtt-packet");
    return { ours, unshimmed: await measureUnshimmed(binary, join(directory, "unshimmed")) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const limits = { computeLimit: 4_000_000_000, answerTimeoutMs: 300_000 };

/** Measures the shipped form. The library is preloaded in flash, so only its state counts. */
async function measureOurs(binary: string, directory: string): Promise<XsFigures> {
  const modules = await bundleForEngine(directory, { entries: [program] });
  const [shipped] = modules;
  if (shipped === undefined) throw new Error("no module was built");
  const engine = await load(
    { binary, ...limits },
    modules.map(({ file }) => file),
  );
  const loaded = await liveSlots(engine);
  return { ...sizes(shipped.file), ...(await measure(engine, loaded)) };
}

/**
 * Measures mqtt-packet with npm's packages, as esbuild bundles them for a browser. This bundle cannot be
 * preloaded, because it does not load with frozen intrinsics. On a device, all of it would be in RAM.
 */
async function measureUnshimmed(binary: string, directory: string): Promise<XsFigures> {
  const file = join(directory, "unshimmed.js");
  const common = {
    absWorkingDir: projectRoot,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    minifyIdentifiers: true,
    charset: "utf8",
    legalComments: "none",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    logLevel: "silent",
  } as const;
  const exported = library().entries.map((entry) => `export * from "./${entry}";`);
  const stdin = (lines: readonly string[]) => ({
    stdin: { contents: lines.join("\n"), resolveDir: projectRoot },
  });
  await build({ ...common, ...stdin(exported), outfile: file });
  const running = join(directory, "running.js");
  await build({ ...common, ...stdin([`import "./${program}";`]), outfile: running });
  const engine = new Engine({ binary, ...limits });
  const empty = await liveSlots(engine);
  await engine.evaluate(surroundings);
  await engine.evaluate(
    `import(${JSON.stringify(running)}).then(() => {}, (error) => { globalThis.failure = error + "\\n" + error.stack; });`,
  );
  await engine.evaluate("if (globalThis.failure !== undefined) throw globalThis.failure;");
  return { ...sizes(file), ...(await measure(engine, empty)) };
}

/** Globals that the packages expect, but XS does not have. */
const surroundings = `globalThis.global = globalThis;
globalThis.AbortController = class {}; globalThis.AbortSignal = class {};
globalThis.process = { env: {}, browser: true, version: "", nextTick: (run, ...values) => { Promise.resolve().then(() => run(...values)); } };
globalThis.console = { log() {}, debug() {}, warn() {}, error() {} };
globalThis.setTimeout = () => 0; globalThis.clearTimeout = () => {};
globalThis.queueMicrotask = (run) => { Promise.resolve().then(run); };
`;

async function measure(engine: Engine, before: number) {
  await engine.evaluate("bench.connect();");
  const slotsAtRest = (await liveSlots(engine)) - before;
  await engine.evaluate("bench.prepare();");
  const { compute: overhead } = await engine.evaluate("bench.nothing();");
  const { compute, slots } = await engine.evaluate("bench.open();");
  await engine.evaluate("bench.finish();");
  // The first rounds allocate what stays: tables and the list of seen IDs.
  await engine.evaluate("bench.reconnect(100);");
  const settled = await liveSlots(engine);
  // In one script, because each evaluated script leaves a few slots in the engine, which do not count.
  await engine.evaluate("bench.reconnect(0);");
  const beforeAll = await liveSlots(engine);
  await engine.evaluate(`bench.reconnect(${reconnects});`);
  const growth = (await liveSlots(engine)) - beforeAll - (beforeAll - settled);
  await engine.close();
  const computeOfOpen = compute - overhead;
  return { slotsAtRest, slotsAtPeak: slots - before, computeOfOpen, growth };
}

async function liveSlots(engine: Engine): Promise<number> {
  await engine.evaluate("gc();");
  return (await engine.evaluate("gc();")).slots;
}

function sizes(file: string): Pick<XsFigures, "bundle" | "compiled"> {
  return { bundle: statSync(file).size, compiled: compiledSize(file) };
}

/** The size of `xsc`'s output in bytes, with the SDK at `$MODDABLE`. */
function compiledSize(file: string): number | undefined {
  const folder = { linux: "lin", darwin: "mac" }[process.platform as string];
  const { MODDABLE } = process.env;
  if (MODDABLE === undefined || folder === undefined) return undefined;
  const xsc = join(MODDABLE, "build", "bin", folder, "release", "xsc");
  if (!existsSync(xsc)) return undefined;
  const name = basename(file, ".js");
  execFileSync(xsc, [file, "-c", "-e", "-o", dirname(file), "-r", name]);
  return statSync(join(dirname(file), `${name}.xsb`)).size;
}
