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

/** What one firmware costs on XS. */
export interface XsFigures {
  /** of the module that holds the firmware, in bytes */
  readonly bundle: number;
  /** the same as the SDK's xsc compiles it; undefined when there is no SDK */
  readonly compiled: number | undefined;
  /** what has to lie in RAM while connected, garbage collected */
  readonly slotsAtRest: number;
  /** the same right after an `open`, garbage and all */
  readonly slotsAtPeak: number;
  /** XS steps from the bytes of the PUBLISH to the pin */
  readonly computeOfOpen: number;
  /** slots more after a thousand reconnects */
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
    progress("XS: the same without our modules below mqtt-packet");
    return { ours, unshimmed: await measureUnshimmed(binary, join(directory, "unshimmed")) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const limits = { computeLimit: 4_000_000_000, answerTimeoutMs: 300_000 };

/** As it ships: the library is preloaded and lies in flash, so that only what runs is counted. */
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
 * mqtt-packet with npm's packages, as esbuild bundles for a browser. It cannot be preloaded, as it
 * does not even load when the intrinsics are frozen: on a device all of it would lie in RAM.
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

/** What the packages take for granted, and XS has not. */
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
  // The first times leave what is kept for good: tables, ids seen.
  await engine.evaluate("bench.reconnect(100);");
  const settled = await liveSlots(engine);
  // At one go: every script that is evaluated leaves a few slots in the engine itself, which do not count.
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

/** Bytes of `xsc`'s output, by the SDK at `$MODDABLE`. */
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
