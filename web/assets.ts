/**
 * The files of the page. They are built from `web/page` when the service starts, so they are never
 * stale.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { pageBuild } from "./page-build.ts";
import type { Asset, Assets, Encoding } from "./service/assets.ts";
import { words } from "./words/service.ts";

const icons = [
  ["icon.svg", "image/svg+xml"],
  ["icon-192.png", "image/png"],
  ["icon-512.png", "image/png"],
  ["icon-maskable-512.png", "image/png"],
  ["apple-touch-icon.png", "image/png"],
] as const;

const light = "#f3f1ea";
const dark = "#14171a";

/**
 * @returns the files by path; the path of the page itself is `/`
 * @throws when the page does not compile
 */
export async function pageAssets(): Promise<Assets> {
  const page = join(rootAbove(import.meta.dirname), "web/page");
  const bundle = await build({
    ...pageBuild,
    entryPoints: { page: join(page, "main.tsx"), style: join(page, "style.css") },
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    splitting: true,
    metafile: true,
  });
  const assets = new Map<string, Asset>();
  const names = { script: "", style: "", parts: [] as string[] };
  for (const { path, contents } of bundle.outputFiles) {
    const name = path.slice(path.lastIndexOf("/"));
    const isScript = name.endsWith(".js");
    if (name.startsWith("/page-")) {
      names.script = name;
      names.parts = staticParts(bundle.metafile, name);
    }
    if (name.startsWith("/style-")) names.style = name;
    const type = isScript ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
    assets.set(name, asset(new Uint8Array(contents), type, true));
  }
  const iconPaths = new Map<string, string>();
  for (const [name, type] of icons) {
    const body = new Uint8Array(readFileSync(join(page, "icons", name)));
    const path = hashed(name, body);
    iconPaths.set(name, path);
    assets.set(path, asset(body, type, true));
  }
  const icon = (name: (typeof icons)[number][0]) => iconPaths.get(name) ?? "";
  const manifest = text(JSON.stringify(webManifest(icon)));
  const manifestType = "application/manifest+json; charset=utf-8";
  assets.set("/manifest.webmanifest", asset(manifest, manifestType, false));
  assets.set("/", asset(text(html(names, icon)), "text/html; charset=utf-8", false));
  return assets;
}

/**
 * There is no service worker, because browsers offer to install the app without one. A service worker
 * could only keep an old page or an old state, and without a connection no gate can be opened.
 */
function webManifest(icon: (name: (typeof icons)[number][0]) => string) {
  const png = (name: (typeof icons)[number][0], size: number, purpose: string) => ({
    src: icon(name),
    sizes: `${size}x${size}`,
    type: "image/png",
    purpose,
  });
  return {
    id: "/",
    name: words.page.title,
    short_name: words.page.title,
    description: words.page.description,
    lang: words.language,
    start_url: "/",
    scope: "/",
    display: "standalone",
    background_color: dark,
    theme_color: dark,
    icons: [
      png("icon-192.png", 192, "any"),
      png("icon-512.png", 512, "any"),
      png("icon-maskable-512.png", 512, "maskable"),
      { src: icon("icon.svg"), sizes: "any", type: "image/svg+xml", purpose: "any" },
    ],
  };
}

function html(
  names: { readonly script: string; readonly style: string; readonly parts: readonly string[] },
  icon: (name: (typeof icons)[number][0]) => string,
): string {
  return `<!doctype html>
<html lang="${words.language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="${light}" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="${dark}" media="(prefers-color-scheme: dark)">
<meta name="referrer" content="no-referrer">
<meta name="description" content="${escaped(words.page.description)}">
<title>${escaped(words.page.title)}</title>
<link rel="manifest" href="/manifest.webmanifest">
<link rel="icon" href="${icon("icon.svg")}" type="image/svg+xml">
<link rel="apple-touch-icon" href="${icon("apple-touch-icon.png")}">
<link rel="stylesheet" href="${names.style}">
<script type="module" src="${names.script}"></script>
${names.parts.map((part) => `<link rel="modulepreload" href="${part}">`).join("\n")}
<body>
<div id="app"></div>
<noscript><p>${escaped(words.page.noScript)}</p></noscript>
</body>
</html>
`;
}

/** A translation may have a quote or an ampersand. */
function escaped(sentence: string): string {
  return sentence.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The parts that the script imports before it runs. They are loaded at the same time as the script. */
function staticParts(metafile: Metafile, script: string): string[] {
  const nameOf = (path: string) => path.slice(path.lastIndexOf("/"));
  const output = Object.entries(metafile.outputs).find(([path]) => nameOf(path) === script);
  const imports = output?.[1].imports ?? [];
  return imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => nameOf(path));
}

/** @param isImmutable whether the name changes with the content */
function asset(body: Uint8Array<ArrayBuffer>, type: string, isImmutable: boolean): Asset {
  return { body, type, encoded: encodedOf(body, type), etag: `"${hashOf(body)}"`, isImmutable };
}

/** Once, when the service starts, with the best compression that there is. */
function encodedOf(body: Uint8Array, type: string): Asset["encoded"] {
  const encoded = new Map<Encoding, Uint8Array<ArrayBuffer>>();
  // PNG is compressed already.
  if (type === "image/png") return encoded;
  const keepSmaller = (encoding: Encoding, bytes: Buffer<ArrayBuffer>) => {
    if (bytes.length < body.length) encoded.set(encoding, new Uint8Array(bytes));
  };
  keepSmaller("br", brotliCompressSync(body, { params: brotliParameters(body) }));
  keepSmaller("gzip", gzipSync(body, { level: 9 }));
  return encoded;
}

function brotliParameters({ length }: Uint8Array) {
  return {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: length,
  };
}

function hashed(name: string, body: Uint8Array): string {
  const dot = name.lastIndexOf(".");
  return `/${name.slice(0, dot)}-${hashOf(body).slice(0, 8)}${name.slice(dot)}`;
}

function hashOf(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 16);
}

function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

/** The source and the compiled file are at different depths below the project's root. */
function rootAbove(directory: string): string {
  if (existsSync(join(directory, "package.json"))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error("no package.json above the service");
  return rootAbove(parent);
}
