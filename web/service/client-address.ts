import { isIP } from "node:net";
import type { WebContext } from "./context.ts";

/**
 * The address of the client. Each trusted proxy appends the address of its own client to
 * X-Forwarded-For. Anyone may have written the entries before those.
 * @returns an IP address, or `unknown`
 */
export function clientAddress(c: WebContext, trustedProxies: number): string {
  const socket = c.env?.incoming?.socket.remoteAddress;
  if (trustedProxies === 0) return canonical(socket);
  const forwarded = (c.req.header("x-forwarded-for") ?? "").split(",");
  return canonical(forwarded.at(-trustedProxies));
}

/** Some proxies add the port, or put IPv6 addresses in brackets or quotes (RFC 7239, 6). */
function canonical(entry = ""): string {
  const text = entry.trim().replace(/^"(.*)"$/, "$1");
  const [, bracketed, plain] = /^\[([^\]]+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text) ?? [];
  const bare = (bracketed ?? plain ?? text).replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(bare) === 0 ? "unknown" : bare.toLowerCase();
}
