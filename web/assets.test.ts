import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { pageAssets } from "./assets.ts";
import type { Assets } from "./service/assets.ts";
import { contentSecurityPolicy } from "./service/guards.ts";

const decoder = new TextDecoder();

describe("the page's assets", () => {
  let assets: Assets;
  const body = (path: string) => decoder.decode(assets.get(path)?.body);
  const scripts = () => [...assets.keys()].filter((path) => path.endsWith(".js"));

  before(async () => {
    assets = await pageAssets();
  });

  it("need less than 55 kB of uncompressed script to open a gate", () => {
    const html = body("/");
    const first = scripts().filter((path) => html.includes(path));
    assert.ok(first.length > 0);
    const bytes = first.reduce((sum, path) => sum + (assets.get(path)?.body.length ?? 0), 0);
    assert.ok(bytes < 55_000, `${bytes} bytes`);
  });

  it("need less than 20 kB of compressed script to open a gate", () => {
    const first = scripts().filter((path) => body("/").includes(path));
    for (const [encoding, limit] of [
      ["br", 18_000],
      ["gzip", 20_000],
    ] as const) {
      const sizes = first.map((path) => {
        const asset = assets.get(path);
        return (asset?.encoded.get(encoding) ?? asset?.body)?.length ?? 0;
      });
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      assert.ok(bytes < limit, `${encoding}: ${bytes} bytes`);
    }
  });

  it("are compressed to the same content, except pictures that are compressed already", () => {
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
  });

  it("describe the app, and need no escaping in any language", () => {
    assert.match(body("/"), /<meta name="description" content="The staff app for [^"<>]+">/);
  });

  it("preload everything that the page's script imports, and nothing for passkeys", () => {
    const html = body("/");
    const script = scripts().find((path) => path.startsWith("/page-")) ?? "";
    const imported = [...body(script).matchAll(/from"\.(\/part-\w+\.js)"/g)].map(
      ([, path]) => path,
    );
    assert.ok(imported.length > 0);
    for (const path of imported) assert.ok(html.includes(`href="${path}"`), path);
    const passkeys = scripts().filter((path) => body(path).includes("authenticatorData"));
    assert.equal(passkeys.length, 1);
    assert.ok(!html.includes(passkeys[0] ?? ""));
  });

  it("reference only files that exist", () => {
    const names = /(?:href|src)="(\/[^"]+)"|"(\/icon[^"]+)"|"\.(\/part-\w+\.js)"/g;
    for (const [path, asset] of assets) {
      if (asset.type.startsWith("image/")) continue;
      for (const match of body(path).matchAll(names)) {
        const name = match[1] ?? match[2] ?? match[3] ?? "";
        assert.ok(assets.has(name), `${path} names ${name}`);
      }
    }
  });

  it("are cached permanently only when the name changes with the content", () => {
    for (const [path, { isImmutable }] of assets) {
      assert.equal(isImmutable, /-[0-9A-Za-z]{8}\.\w+$/.test(path), path);
    }
  });

  it("have no inline script or style, and use no other origin", () => {
    const html = body("/");
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
    for (const path of assets.keys()) {
      // An XML namespace, and a link in a library's warning.
      const text = body(path).replaceAll(/http:..www\.w3\.org|https:..simplewebauthn\.dev/g, "");
      assert.doesNotMatch(text, /(https?:)?\/\/[a-z0-9-]+\.[a-z]/, path);
    }
    assert.doesNotMatch(contentSecurityPolicy, /unsafe|\*|https?:/);
  });

  it("can be installed: the manifest is complete, and there is no service worker", () => {
    const manifest = JSON.parse(body("/manifest.webmanifest"));
    assert.equal(manifest.start_url, "/");
    assert.equal(manifest.display, "standalone");
    const icons = manifest.icons as { sizes: string; purpose: string; type: string }[];
    const has = (sizes: string, purpose: string) =>
      icons.some((icon) => icon.sizes === sizes && icon.purpose === purpose);
    assert.ok(has("192x192", "any") && has("512x512", "any") && has("512x512", "maskable"));
    for (const path of scripts()) assert.ok(!body(path).includes("serviceWorker"));
  });
});
