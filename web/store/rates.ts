/** How often something may be done, counted for all instances of the service together. */
import { type SqlBool, sql } from "kysely";
import { RateLimiter } from "../domain/rate-limit.ts";
import type { Database } from "./database.ts";
import type { RateStore } from "./store.ts";

/** In the memory of the only instance. */
export function ratesInMemory(): RateStore {
  const limiters = new Map<string, RateLimiter>();
  return {
    async takeRate(key, rate, now) {
      const name = `${rate.burst} ${rate.everyMs}`;
      const limiter = limiters.get(name) ?? new RateLimiter(rate);
      limiters.set(name, limiter);
      return limiter.take(key, now);
    },
  };
}

/**
 * In the database: one statement for each attempt, so that instances never count past each other. It keeps
 * what {@link RateLimiter} keeps: when the bucket is full again.
 */
export function ratesIn(database: Database): RateStore {
  return {
    takeRate: (key, { burst, everyMs }, now) =>
      database.read(async (db) => {
        const emptyMs = burst * everyMs;
        // After a clock was set back, nobody waits longer than for an empty bucket.
        const fullAt = sql<number>`greatest(least(rate_limit.full_at, ${now + emptyMs}), ${now})`;
        const taken = await db
          .insertInto("rateLimit")
          .values({ key, fullAt: now + everyMs })
          .onConflict((conflict) =>
            conflict
              .column("key")
              .doUpdateSet({ fullAt: sql<number>`${fullAt} + ${everyMs}` })
              .where(sql<SqlBool>`${fullAt} + ${everyMs} <= ${now + emptyMs}`),
          )
          .returning("fullAt")
          .executeTakeFirst();
        if (taken !== undefined) return { allowed: true };
        const kept = await db
          .selectFrom("rateLimit")
          .select("fullAt")
          .where("key", "=", key)
          .executeTakeFirst();
        const full = Math.min(kept?.fullAt ?? now, now + emptyMs);
        return { allowed: false, retryAfterMs: Math.max(1, full + everyMs - now - emptyMs) };
      }),
  };
}
