/**
 * The files of the page, once for each language. They are built from `web/page` when the service starts, so
 * they are never stale.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build, type Metafile, type Plugin } from "esbuild";
import { pageBuild } from "./page-build.ts";
import { type DocumentParts, htmlDocument, icons, webManifest } from "./page-document.ts";
import type { Asset, Assets, Encoding } from "./service/assets.ts";
import { type Language, languages } from "./words/languages.ts";
import { wordsIn } from "./words/service.ts";
import { translations } from "./words/translations.ts";

/** A language in which the page can be built. */
export interface PageLanguage {
  readonly document: DocumentParts["language"];
  /** replaces the English words with those of the language */
  readonly plugin: Plugin;
}

/** The files in one language. */
export interface TranslatedPage {
  /** whose names change with their content, by path */
  readonly files: ReadonlyMap<string, Asset>;
  /** `/` and the manifest */
  readonly documents: ReadonlyMap<string, Asset>;
}

/** Files that several languages share, such as the passkeys' part, are compressed once. */
type Compressed = Map<string, Promise<Asset>>;

/** @throws when the page does not compile */
export async function pageAssets(): Promise<Assets> {
  const compressed: Compressed = new Map();
  const pages = await Promise.all(
    languages.map(async (language) => {
      const { files, documents } = await pageIn(pageLanguage(language), compressed);
      return { language, files, documents };
    }),
  );
  return {
    files: new Map(pages.flatMap(({ files }) => [...files])),
    documents: new Map(pages.map(({ language, documents }) => [language, documents])),
  };
}

function pageLanguage(language: Language): PageLanguage {
  const { folder, direction } = translations[language];
  return {
    document: { tag: language, direction, words: wordsIn[language].page },
    plugin: {
      name: "words",
      setup: ({ onResolve }) => {
        onResolve({ filter: /^\.\/english\/[a-z-]+\.ts$/ }, ({ path, resolveDir }) => ({
          path: join(resolveDir, path.replace("english", folder)),
        }));
      },
    },
  };
}

/** @throws when the page does not compile */
export async function pageIn(
  { document, plugin }: PageLanguage,
  compressed: Compressed = new Map(),
): Promise<TranslatedPage> {
  const page = join(rootAbove(import.meta.dirname), "web/page");
  const bundle = await build({
    ...pageBuild,
    entryPoints: { page: join(page, "main.tsx"), style: join(page, "style.css") },
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    splitting: true,
    metafile: true,
    plugins: [plugin],
  });
  const files = new Map<string, Promise<Asset>>();
  const add = (path: string, body: Uint8Array<ArrayBuffer>, type: string) => {
    const known = compressed.get(path) ?? asset(body, type, true);
    compressed.set(path, known);
    files.set(path, known);
  };
  const names = { script: "", style: "" };
  for (const { path, contents } of bundle.outputFiles) {
    const name = nameOf(path);
    const isScript = name.endsWith(".js");
    if (name.startsWith("/page-")) names.script = name;
    if (name.startsWith("/style-")) names.style = name;
    const type = isScript ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
    add(name, new Uint8Array(contents), type);
  }
  const iconPaths = new Map<string, string>();
  for (const [name, type] of icons) {
    const body = new Uint8Array(readFileSync(join(page, "icons", name)));
    iconPaths.set(name, hashed(name, body));
    add(hashed(name, body), body, type);
  }
  const parts: DocumentParts = {
    language: document,
    ...names,
    staticParts: staticParts(bundle.metafile, names.script),
    icon: (name) => iconPaths.get(name) ?? "",
  };
  const html = text(htmlDocument(parts));
  const manifest = text(JSON.stringify(webManifest(parts)));
  const manifestType = "application/manifest+json; charset=utf-8";
  return {
    files: await settled(files),
    documents: await settled(
      new Map([
        ["/", asset(html, "text/html; charset=utf-8", false)],
        ["/manifest.webmanifest", asset(manifest, manifestType, false)],
      ]),
    ),
  };
}

async function settled(
  assets: ReadonlyMap<string, Promise<Asset>>,
): Promise<ReadonlyMap<string, Asset>> {
  return new Map(
    await Promise.all([...assets].map(async ([path, asset]) => [path, await asset] as const)),
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/"));
}

/** What the script imports before it runs. */
function staticParts({ outputs }: Metafile, script: string): string[] {
  const output = Object.entries(outputs).find(([path]) => nameOf(path) === script);
  const imports = output?.[1].imports ?? [];
  return imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => nameOf(path));
}

/** @param isImmutable whether the name changes with the content */
async function asset(
  body: Uint8Array<ArrayBuffer>,
  type: string,
  isImmutable: boolean,
): Promise<Asset> {
  const encoded = await encodedOf(body, type);
  return { body, type, encoded, etag: `"${hashOf(body)}"`, isImmutable };
}

/** Once, when the service starts, with the best compression that there is. */
async function encodedOf(body: Uint8Array, type: string): Promise<Asset["encoded"]> {
  const encoded = new Map<Encoding, Uint8Array<ArrayBuffer>>();
  // PNG is compressed already.
  if (type === "image/png") return encoded;
  const keepSmaller = (encoding: Encoding, bytes: Buffer<ArrayBuffer>) => {
    if (bytes.length < body.length) encoded.set(encoding, new Uint8Array(bytes));
  };
  const [brotli, gzipped] = await Promise.all([
    promisify(brotliCompress)(body, { params: brotliParameters(body) }),
    promisify(gzip)(body, { level: 9 }),
  ]);
  keepSmaller("br", brotli);
  keepSmaller("gzip", gzipped);
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
