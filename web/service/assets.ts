import { Hono } from "hono";
import type { WebEnv } from "./context.ts";

/** One file of the page. */
export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** including the quotes */
  readonly etag: string;
  /** its name contains a hash of its content, so browsers may cache it permanently */
  readonly isImmutable: boolean;
}

/** The files by path, such as `/app-3f2a.js`. The path of the page is `/`. */
export type Assets = ReadonlyMap<string, Asset>;

export function assetRoutes(assets: Assets): Hono<WebEnv> {
  return new Hono<WebEnv>().get("*", async (c, next) => {
    const asset = assets.get(c.req.path);
    if (asset === undefined) return next();
    c.header("ETag", asset.etag);
    c.header(
      "Cache-Control",
      asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    );
    if (isKnown(c.req.header("if-none-match"), asset.etag)) return c.body(null, 304);
    return c.body(asset.body, 200, { "Content-Type": asset.type });
  });
}

function isKnown(header: string | undefined, etag: string): boolean {
  const known = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.includes(etag);
}
