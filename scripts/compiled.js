import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sourceFolders = ["device", "host-sim", "scripts", "web"];
/** How long to keep an old build, because a running program may still load parts of it. */
const keptMs = 24 * 60 * 60 * 1000;

/**
 * Compiles the command, the benchmark and the long tests to JavaScript when a source has changed, so that nobody needs
 * to build by hand.
 * @returns {Promise<string>} the folder, with `boom-box.js`, `bench/*.js`, `soak/main.js` and `evidence/main.js`
 */
export async function compiled() {
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
    removeOld(build);
    renameSync(temporary, folder);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    // Another process may have compiled the same sources at the same time.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** Changes when a source's name, size or date changes. */
function fingerprint() {
  const hash = createHash("sha256").update(process.version);
  for (const source of sourceFolders) {
    if (!existsSync(join(root, source))) continue;
    for (const name of readdirSync(join(root, source), { recursive: true, encoding: "utf8" })) {
      if (!/\.([cm]?ts|js)$/.test(name)) continue;
      const { mtimeMs, size } = statSync(join(root, source, name));
      hash.update(`${source}/${name} ${mtimeMs} ${size}\n`);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

function removeOld(build) {
  for (const name of readdirSync(build)) {
    const folder = join(build, name);
    if (!name.startsWith("node-") || Date.now() - statSync(folder).mtimeMs < keptMs) continue;
    rmSync(folder, { recursive: true, force: true });
  }
}
