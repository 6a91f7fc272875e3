import { Hono } from "hono";
import { parseAccept } from "hono/utils/accept";
import type { Language } from "../words/languages.ts";
import type { WebEnv } from "./context.ts";
import { languageHeaders, languageOf } from "./language.ts";

/** In order of preference: Brotli makes smaller files than gzip, and every browser knows it on https. */
export const encodings = ["br", "gzip"] as const;
export type Encoding = (typeof encodings)[number];

/** One file of the page. */
export interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
  /** the body as compressed at the start; empty when compression would not make it smaller */
  readonly encoded: ReadonlyMap<Encoding, Uint8Array<ArrayBuffer>>;
  /** including the quotes */
  readonly etag: string;
  /** its name contains a hash of its content, so browsers may cache it permanently */
  readonly isImmutable: boolean;
}

/** The files of the page. */
export interface Assets {
  /** by path, such as `/app-3f2a.js` */
  readonly files: ReadonlyMap<string, Asset>;
  /** the page itself, `/`, and its manifest, in each language */
  readonly documents: ReadonlyMap<Language, ReadonlyMap<string, Asset>>;
}

export function assetRoutes({ files, documents }: Assets): Hono<WebEnv> {
  return new Hono<WebEnv>().get("*", async (c, next) => {
    const file = files.get(c.req.path);
    const asset = file ?? documents.get(languageOf(c))?.get(c.req.path);
    if (asset === undefined) return next();
    const encoding = encodingFor(c.req.header("accept-encoding"), asset);
    const body = encoding === undefined ? asset.body : asset.encoded.get(encoding);
    if (body === undefined) return next();
    // Each encoding is a representation of its own [RFC 9110, 8.8.3.3].
    const etag = encoding === undefined ? asset.etag : asset.etag.replace(/"$/, `-${encoding}"`);
    c.header("ETag", etag);
    const variesBy = [
      ...(asset.encoded.size > 0 ? ["Accept-Encoding"] : []),
      ...(file === undefined ? languageHeaders : []),
    ];
    if (variesBy.length > 0) c.header("Vary", variesBy.join(", "));
    if (file === undefined) c.header("Content-Language", languageOf(c));
    c.header(
      "Cache-Control",
      asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    );
    if (isKnown(c.req.header("if-none-match"), etag)) return c.body(null, 304);
    if (encoding !== undefined) c.header("Content-Encoding", encoding);
    return c.body(body, 200, { "Content-Type": asset.type });
  });
}

/** @returns what the client prefers of what there is; undefined: the file as it is */
function encodingFor(header: string | undefined, { encoded }: Asset): Encoding | undefined {
  if (header === undefined) return undefined;
  const accepted = parseAccept(header);
  const weightOf = (encoding: string) => {
    const named = accepted.find(({ type }) => type.toLowerCase() === encoding);
    return (named ?? accepted.find(({ type }) => type === "*"))?.q ?? 0;
  };
  const weighed = encodings
    .filter((encoding) => encoded.has(encoding) && weightOf(encoding) > 0)
    .toSorted((a, b) => weightOf(b) - weightOf(a));
  return weighed[0];
}

function isKnown(header: string | undefined, etag: string): boolean {
  const known = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.includes(etag);
}
