import { Hono } from "hono";
import { clientOf, type WebEnv } from "./context.ts";
import { languageOf } from "./language.ts";
import { notSignedIn, tooMany } from "./problem.ts";
import type { Streams } from "./streams.ts";

export function eventRoutes(streams: Streams): Hono<WebEnv> {
  return new Hono<WebEnv>().get("/events", (c) => {
    const client = clientOf(c);
    if (client === undefined) return notSignedIn(c);
    // Nobody would read the stream.
    if (c.req.method === "HEAD") return c.body(null, 204);
    const stream = streams.open(client, languageOf(c));
    if (stream === undefined) return tooMany(c, 30_000);
    return c.body(stream.body, 200, {
      "Content-Type": "text/event-stream",
      // Without it, nginx buffers the stream.
      "X-Accel-Buffering": "no",
    });
  });
}
