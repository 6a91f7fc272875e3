import { isIP } from "node:net";
import type { WebContext } from "./context.ts";

/**
 * Where the request comes from. Each of `trustedProxies` has added the address it was called from to
 * the end of X-Forwarded-For; whatever stands before those, anybody may have written.
 * @returns an IP address, or `unknown`
 */
export function clientAddress(c: WebContext, trustedProxies: number): string {
  const socket = c.env?.incoming?.socket.remoteAddress;
  if (trustedProxies === 0) return canonical(socket);
  const forwarded = (c.req.header("x-forwarded-for") ?? "").split(",");
  return canonical(forwarded.at(-trustedProxies)?.trim());
}

function canonical(text: string | undefined): string {
  const bare = text?.replace(/^::ffff:(?=\d+\.)/i, "");
  return bare !== undefined && isIP(bare) !== 0 ? bare.toLowerCase() : "unknown";
}
