/** Sign-ins that have begun, each good once. */
import type { Database } from "./database.ts";
import type { Store } from "./store.ts";

export function attemptsIn(
  database: Database,
): Pick<Store, "createSignInAttempt" | "takeSignInAttempt"> {
  return {
    createSignInAttempt: ({ tokenHash, kind, expiresAt }) =>
      database.write(async (db) => {
        await db.insertInto("signInAttempt").values({ tokenHash, kind, expiresAt }).execute();
      }),

    takeSignInAttempt: (tokenHash, kind, now) =>
      database.write(async (db) => {
        const result = await db
          .deleteFrom("signInAttempt")
          .where("tokenHash", "=", tokenHash)
          .where("kind", "=", kind)
          .where("expiresAt", ">", now)
          .executeTakeFirst();
        return result.numDeletedRows > 0n;
      }),
  };
}
