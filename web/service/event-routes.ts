import { Hono } from "hono";
import type { WebEnv } from "./context.ts";
import { notSignedIn, tooMany } from "./problem.ts";
import type { Streams } from "./streams.ts";

export function eventRoutes(streams: Streams): Hono<WebEnv> {
  return new Hono<WebEnv>().get("/events", (c) => {
    const { signedIn } = c.var;
    if (signedIn === undefined) return notSignedIn(c);
    // Nobody would ever read it.
    if (c.req.method === "HEAD") return c.body(null, 204);
    const stream = streams.open(signedIn);
    if (stream === undefined) return tooMany(c, 30_000);
    return c.body(stream.body, 200, {
      "Content-Type": "text/event-stream",
      // nginx would keep it back.
      "X-Accel-Buffering": "no",
    });
  });
}
