import { Hono } from "hono";
import type { WebEnv } from "./context.ts";
import type { Metrics } from "./metrics.ts";
import { notFound } from "./problem.ts";
import type { Readiness } from "./readiness.ts";
import { isSame } from "./secrets.ts";
import type { WebSettings } from "./settings.ts";

interface HealthParts {
  readonly settings: WebSettings;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
}

/** For operators. Nothing here reveals anything about people or gates. */
export function healthRoutes({ settings, metrics, readiness }: HealthParts): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .get("/healthz", (c) => c.json({ ok: true }))
    .get("/readyz", async (c) => {
      const checks = await readiness.check();
      const isReady = Object.values(checks).every((check) => check);
      return c.json(checks, isReady ? 200 : 503);
    })
    .get("/metrics", async (c) => {
      const [, given = ""] = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "") ?? [];
      const { metricsToken } = settings;
      // Without the token, the path does not appear to exist.
      if (metricsToken === null || !isSame(metricsToken, given)) return notFound(c, "page");
      const { contentType, text } = await metrics.expose();
      return c.body(text, 200, { "Content-Type": contentType });
    });
}
