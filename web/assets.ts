/** The staff page as files to serve: built from `web/page` when the service starts, so never stale. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, type Metafile } from "esbuild";

export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** its name changes with its content: may be kept for ever; else it is asked for anew each time */
  readonly immutable: boolean;
}

/** For every answer that is the page's: our own files alone, nothing inline, no frame around it. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

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
 * @returns by path, `/` among them; a path not among them is not the page's
 * @throws where the page does not compile
 */
export async function pageAssets(): Promise<ReadonlyMap<string, Asset>> {
  const page = join(rootAbove(import.meta.dirname), "web/page");
  const bundle = await build({
    entryPoints: { page: join(page, "main.tsx"), style: join(page, "style.css") },
    outdir: "/",
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    bundle: true,
    splitting: true,
    metafile: true,
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
    const contentType = isScript ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
    assets.set(name, { body: new Uint8Array(contents), contentType, immutable: true });
  }
  const iconPaths = new Map<string, string>();
  for (const [name, contentType] of icons) {
    const body = new Uint8Array(readFileSync(join(page, "icons", name)));
    const path = hashed(name, body);
    iconPaths.set(name, path);
    assets.set(path, { body, contentType, immutable: true });
  }
  const icon = (name: (typeof icons)[number][0]) => iconPaths.get(name) ?? "";
  const manifest = text(JSON.stringify(webManifest(icon)));
  assets.set("/manifest.webmanifest", {
    body: manifest,
    contentType: "application/manifest+json; charset=utf-8",
    immutable: false,
  });
  assets.set("/", {
    body: text(html(names, icon)),
    contentType: "text/html; charset=utf-8",
    immutable: false,
  });
  return assets;
}

/**
 * Browsers offer to install it without a service worker, so there is none: nothing that could keep an
 * old page or an old state, and without a connection there is nothing to open anyway.
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
    name: "Boom Box",
    short_name: "Boom Box",
    description: "Opens the car park's gate.",
    lang: "en",
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
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="${light}" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="${dark}" media="(prefers-color-scheme: dark)">
<meta name="referrer" content="no-referrer">
<title>Boom Box</title>
<link rel="manifest" href="/manifest.webmanifest">
<link rel="icon" href="${icon("icon.svg")}" type="image/svg+xml">
<link rel="apple-touch-icon" href="${icon("apple-touch-icon.png")}">
<link rel="stylesheet" href="${names.style}">
<script type="module" src="${names.script}"></script>
${names.parts.map((part) => `<link rel="modulepreload" href="${part}">`).join("\n")}
<body>
<div id="app"></div>
<noscript><p>This page needs JavaScript: the gate's state changes while you look at it.</p></noscript>
</body>
</html>
`;
}

/** What the script needs before it runs: fetched with it, not after it. */
function staticParts(metafile: Metafile, script: string): string[] {
  const nameOf = (path: string) => path.slice(path.lastIndexOf("/"));
  const output = Object.entries(metafile.outputs).find(([path]) => nameOf(path) === script);
  const imports = output?.[1].imports ?? [];
  return imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => nameOf(path));
}

function hashed(name: string, body: Uint8Array): string {
  const hash = createHash("sha256").update(body).digest("hex").slice(0, 8);
  const dot = name.lastIndexOf(".");
  return `/${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
}

function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

/** This runs as a source and compiled, which lie at different depths. */
function rootAbove(directory: string): string {
  if (existsSync(join(directory, "package.json"))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error("no package.json above the service");
  return rootAbove(parent);
}
