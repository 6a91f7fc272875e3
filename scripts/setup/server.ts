import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { type WebSocket, WebSocketServer } from "ws";
import { loopbackAddress, loopbackAuthority } from "../../host-sim/cloud/loopback.ts";
import type { PageFiles } from "./page-files.ts";

export interface SetupServerOptions {
  readonly files: PageFiles;
  /** 0: any free port */
  readonly port: number;
  /** A page has connected. */
  onPage(socket: WebSocket): void;
}

export interface SetupServer {
  /** what to open in the browser; whoever has it can use the page */
  readonly url: string;
  close(): Promise<void>;
}

const tokenBytes = 24;
/** Three files of 64 KB in Base64, and what is around them. */
const largestMessage = 400_000;

/** Only of this page: no other script, no frame, no other server. Web Serial is the page's own. */
function securityHeaders(authority: string): Readonly<Record<string, string>> {
  return {
    "Content-Security-Policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      `connect-src 'self' ws://${authority}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ].join("; "),
    "Permissions-Policy":
      "serial=(self), camera=(), geolocation=(), microphone=(), payment=(), usb=(), bluetooth=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
  };
}

/**
 * Serves the page on loopback. Every path begins with a secret that only the printed link has, so that
 * no other program's page can use it. A request must name this host (against DNS rebinding), and a
 * WebSocket must come from this page's own origin.
 * @throws Error (`EADDRINUSE`, `EACCES`) when the port cannot be used
 */
export async function startSetupServer(options: SetupServerOptions): Promise<SetupServer> {
  const token = randomBytes(tokenBytes).toString("base64url");
  let authority = "";
  const isOurs = (asked: string | undefined) => asked === authority;

  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders(authority))) {
      c.res.headers.set(name, value);
    }
  });
  app.get("*", (c) => {
    const path = pathAfter(token, c.req.path);
    const file = path === undefined ? undefined : options.files.get(path);
    if (!isOurs(c.req.header("host"))) return c.text(`This page is on ${authority} only.`, 421);
    if (file === undefined) return c.text("Use the link that boom-box setup prints.", 404);
    return c.body(file.body, 200, { "Content-Type": file.type });
  });

  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer,
    serverOptions: { headersTimeout: 10_000, requestTimeout: 20_000 },
  }) as ReturnType<typeof createServer>;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestMessage });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const { host: asked, origin } = request.headers;
    const isAllowed =
      isOurs(asked) &&
      origin === `http://${authority}` &&
      pathAfter(token, request.url ?? "") === "socket";
    if (!isAllowed) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (page) => options.onPage(page));
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, loopbackAddress(), () => {
      server.off("error", reject);
      resolve();
    });
  });
  authority = loopbackAuthority((server.address() as AddressInfo).port);
  return {
    url: `http://${authority}/${token}/`,
    close: async () => {
      for (const each of sockets.clients) each.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** @returns what follows `/<token>/`; undefined when the token is another one */
function pathAfter(token: string, path: string): string | undefined {
  const given = Buffer.from(path.slice(1, 1 + token.length));
  const wanted = Buffer.from(token);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  return path[1 + token.length] === "/" ? path.slice(2 + token.length) : undefined;
}
