import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sourceFolders = ["device", "host-sim", "scripts", "web"];
/** A running program may still load parts of the folder it was started from. */
const keptMs = 24 * 60 * 60 * 1000;

/**
 * Compiles the TypeScript if a source has changed since the last time, and runs one of the programs.
 * @param {string} program its path without `.js` below `scripts/`: `boom-box`, `bench/main`, …
 * @returns {Promise<void>} when it cannot be compiled here, one line on standard error, and exit code 2
 */
export async function runCompiled(program) {
  process.setSourceMapsEnabled(true);
  let folder;
  try {
    folder = await compiled();
  } catch (error) {
    const problem = explain(error);
    if (problem === undefined) throw error;
    process.stderr.write(`boom-box: ${problem}\n`);
    process.exitCode = 2;
    return;
  }
  await import(pathToFileURL(join(folder, `${program}.js`)).href);
}

/** @returns {Promise<string>} the folder with the compiled programs; every user can read it */
async function compiled() {
  const build = join(root, "build");
  const folder = join(build, `node-${fingerprint()}`);
  if (existsSync(folder)) return folder;
  const esbuild = await import("esbuild");
  mkdirSync(build, { recursive: true });
  const temporary = mkdtempSync(join(build, "node-new-"));
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: [
        "scripts/boom-box.ts",
        "scripts/bench/main.ts",
        "scripts/bench/heap-child.ts",
        "scripts/soak/main.ts",
        "scripts/evidence/main.ts",
      ],
      outbase: "scripts",
      outdir: temporary,
      bundle: true,
      splitting: true,
      packages: "external",
      // Empty, because the sources' tsconfig maps packages to the firmware's types.
      tsconfigRaw: {},
      format: "esm",
      platform: "node",
      target: "node20.19",
      sourcemap: true,
      logLevel: "warning",
    });
    letEveryoneRead(temporary);
    removeOld(build);
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    // Another process may have compiled the same sources at the same time.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/**
 * Depends on the sources' content alone: a copy of a project that was compiled, with other dates, is
 * still compiled.
 */
function fingerprint() {
  const hash = createHash("sha256");
  for (const source of sourceFolders) {
    if (!existsSync(join(root, source))) continue;
    const names = readdirSync(join(root, source), { recursive: true, encoding: "utf8" });
    for (const name of names.sort()) {
      if (!/\.(ts|js)$/.test(name) || name.endsWith(".test.ts")) continue;
      const content = readFileSync(join(root, source, name));
      hash.update(`${source}/${name} ${content.length}\n`).update(content);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** The service often runs as another user than the one who installed it. mkdtemp's folder is 0700. */
function letEveryoneRead(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) letEveryoneRead(path);
    else chmodSync(path, 0o644);
  }
}

function removeOld(build) {
  for (const name of readdirSync(build)) {
    const folder = join(build, name);
    if (!name.startsWith("node-") || Date.now() - statSync(folder).mtimeMs < keptMs) continue;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns {string | undefined} what to do about it; undefined for a fault of ours */
function explain(error) {
  const { code, message } = error;
  if (code === "ERR_MODULE_NOT_FOUND" && message.includes("'esbuild'")) {
    return `the packages are not installed; run "npm ci" in ${root}`;
  }
  if (["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT"].includes(code)) {
    return (
      `the program is not compiled yet, and cannot be compiled here (${message}); ` +
      `run "node scripts/boom-box.js --version" in ${root} once, as a user who may write there`
    );
  }
  return undefined;
}
