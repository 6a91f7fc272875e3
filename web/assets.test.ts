import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { pageAssets } from "./assets.ts";
import type { Asset } from "./service/assets.ts";
import { contentSecurityPolicy } from "./service/guards.ts";
import { type Language, languages } from "./words/languages.ts";
import { wordsIn } from "./words/service.ts";

const decoder = new TextDecoder();

describe("the page's assets", () => {
  /** in each language, everything that one browser can ask for */
  const pages = new Map<Language, ReadonlyMap<string, Asset>>();
  const textOf = (asset: Asset | undefined) => decoder.decode(asset?.body);
  const isScript = (path: string) => path.endsWith(".js");
  /** The scripts that open a gate. */
  const firstScripts = (assets: ReadonlyMap<string, Asset>) =>
    [...assets].flatMap(([path, asset]) =>
      isScript(path) && textOf(assets.get("/")).includes(path) ? [asset] : [],
    );
  const sum = (sizes: readonly number[]) => sizes.reduce((all, size) => all + size, 0);

  before(async () => {
    const { files, documents } = await pageAssets();
    for (const [language, own] of documents) pages.set(language, new Map([...files, ...own]));
  });

  it("exist in every language", () => {
    assert.deepEqual([...pages.keys()], [...languages]);
    for (const [language, assets] of pages) {
      assert.match(textOf(assets.get("/")), new RegExp(`<html lang="${language}" dir="ltr">`));
      const manifest = JSON.parse(textOf(assets.get("/manifest.webmanifest")));
      assert.deepEqual([manifest.lang, manifest.dir], [language, "ltr"]);
    }
  });

  it("need less than 50 kB of uncompressed script to open a gate", () => {
    for (const [language, assets] of pages) {
      const first = firstScripts(assets);
      assert.ok(first.length > 0);
      const bytes = sum(first.map(({ body }) => body.length));
      assert.ok(bytes < 50_000, `${language}: ${bytes} bytes`);
    }
  });

  it("need less than 20 kB of compressed script to open a gate, and half a kB more when translated", () => {
    for (const [language, assets] of pages) {
      // Most sentences are longer than in English.
      const extra = language === "en" ? 0 : 500;
      for (const [encoding, limit] of [
        ["br", 18_000 + extra],
        ["gzip", 20_000 + extra],
      ] as const) {
        const bytes = sum(
          firstScripts(assets).map(({ body, encoded }) => (encoded.get(encoding) ?? body).length),
        );
        assert.ok(bytes < limit, `${language}, ${encoding}: ${bytes} bytes`);
      }
    }
  });

  it("are compressed to the same content, except pictures that are compressed already", () => {
    for (const assets of pages.values()) {
      for (const [path, { body: content, encoded, type }] of assets) {
        if (type === "image/png") assert.equal(encoded.size, 0, path);
        else if (content.length > 500) assert.equal(encoded.size, 2, path);
        for (const [encoding, decode] of [
          ["br", brotliDecompressSync],
          ["gzip", gunzipSync],
        ] as const) {
          const bytes = encoded.get(encoding);
          if (bytes === undefined) continue;
          assert.deepEqual(new Uint8Array(decode(bytes)), content, path);
          assert.ok(bytes.length < content.length, path);
        }
      }
    }
  });

  it("describe the app, and need no escaping in any language", () => {
    for (const [language, assets] of pages) {
      const [, description] =
        /<meta name="description" content="([^"<>]+)">/.exec(textOf(assets.get("/"))) ?? [];
      assert.equal(unescaped(description ?? ""), wordsIn[language].page.description);
    }
  });

  it("preload everything that the page's script imports, and nothing for passkeys", () => {
    for (const assets of pages.values()) {
      const html = textOf(assets.get("/"));
      const [, script = ""] = /src="(\/page-\w+\.js)"/.exec(html) ?? [];
      const imported = [...textOf(assets.get(script)).matchAll(/from"\.(\/part-\w+\.js)"/g)].map(
        ([, path]) => path,
      );
      assert.ok(imported.length > 0);
      for (const path of imported) assert.ok(html.includes(`href="${path}"`), path);
      const passkeys = [...assets].filter(
        ([path, asset]) => isScript(path) && textOf(asset).includes("authenticatorData"),
      );
      assert.ok(passkeys.length > 0);
      for (const [path] of passkeys) assert.ok(!html.includes(path));
    }
  });

  it("reference only files that exist", () => {
    const names = /(?:href|src)="(\/[^"]+)"|"(\/icon[^"]+)"|"\.(\/part-\w+\.js)"/g;
    for (const assets of pages.values()) {
      for (const [path, asset] of assets) {
        if (asset.type.startsWith("image/")) continue;
        for (const match of textOf(asset).matchAll(names)) {
          const name = match[1] ?? match[2] ?? match[3] ?? "";
          assert.ok(assets.has(name), `${path} names ${name}`);
        }
      }
    }
  });

  it("are cached permanently only when the name changes with the content", () => {
    for (const assets of pages.values()) {
      for (const [path, { isImmutable }] of assets) {
        assert.equal(isImmutable, /-[0-9A-Za-z]{8}\.\w+$/.test(path), path);
      }
    }
  });

  it("have no inline script or style, and use no other origin", () => {
    for (const assets of pages.values()) {
      const html = textOf(assets.get("/"));
      assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
      for (const [path, asset] of assets) {
        // An XML namespace, and a link in a library's warning.
        const text = textOf(asset).replaceAll(
          /http:..www\.w3\.org|https:..simplewebauthn\.dev/g,
          "",
        );
        assert.doesNotMatch(text, /(https?:)?\/\/[a-z0-9-]+\.[a-z]/, path);
      }
    }
    assert.doesNotMatch(contentSecurityPolicy, /unsafe|\*|https?:/);
  });

  it("can be installed: the manifest is complete, and there is no service worker", () => {
    for (const assets of pages.values()) {
      const manifest = JSON.parse(textOf(assets.get("/manifest.webmanifest")));
      assert.equal(manifest.start_url, "/");
      assert.equal(manifest.display, "standalone");
      const icons = manifest.icons as { sizes: string; purpose: string; type: string }[];
      const has = (sizes: string, purpose: string) =>
        icons.some((icon) => icon.sizes === sizes && icon.purpose === purpose);
      assert.ok(has("192x192", "any") && has("512x512", "any") && has("512x512", "maskable"));
      for (const [path, asset] of assets) {
        if (isScript(path)) assert.ok(!textOf(asset).includes("serviceWorker"));
      }
    }
  });
});

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}
