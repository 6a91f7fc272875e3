/** Keeps at least one administrator who can sign in. */
import type { Kysely, Transaction } from "kysely";
import type { Person } from "../domain/entities.ts";
import type { Schema } from "./schema.ts";
import type { SignInMethods } from "./store.ts";

/**
 * Makes changes that could remove an administrator wait for each other. Without it, two transactions on
 * PostgreSQL could each count on the administrator that the other removes.
 */
export async function lockAdministrators(db: Transaction<Schema>): Promise<void> {
  await db
    .updateTable("lock")
    .set((lock) => ({ uses: lock("uses", "+", 1) }))
    .where("name", "=", "administrators")
    .execute();
}

/** Whether nobody else can administer. */
export async function isLastAdministrator(
  db: Kysely<Schema>,
  person: Person,
  methods: SignInMethods,
): Promise<boolean> {
  return isInCharge(person) && !(await canAnyoneAdminister(db, methods, person.id));
}

export function isInCharge({ isAdministrator, isActive }: Person): boolean {
  return isAdministrator && isActive;
}

/** @param but the person who does not count; null: everybody counts */
export async function canAnyoneAdminister(
  db: Kysely<Schema>,
  { rpId, hasOidc }: SignInMethods,
  but: string | null,
): Promise<boolean> {
  const query = db
    .selectFrom("person")
    .select("person.id")
    .where("isAdministrator", "=", 1)
    .where("isActive", "=", 1)
    .where((person) => {
      const hasPasskey = person.exists(
        person
          .selectFrom("passkey")
          .select("credentialId")
          .whereRef("passkey.personId", "=", "person.id")
          // Before the host name was stored, all passkeys belonged to the one that was set.
          .where("rpId", "in", [rpId, ""]),
      );
      return hasOidc ? person.or([hasPasskey, person("oidcSubject", "is not", null)]) : hasPasskey;
    })
    .limit(1);
  const others = but === null ? query : query.where("person.id", "!=", but);
  return (await others.executeTakeFirst()) !== undefined;
}

/** Whether the person has a way to sign in. @param but a passkey that does not count */
export async function canSignIn(
  db: Kysely<Schema>,
  { id, oidcSubject }: Person,
  { rpId, hasOidc }: SignInMethods,
  but: string,
): Promise<boolean> {
  if (hasOidc && oidcSubject !== null) return true;
  const passkey = await db
    .selectFrom("passkey")
    .select("credentialId")
    .where("personId", "=", id)
    .where("credentialId", "!=", but)
    .where("rpId", "in", [rpId, ""])
    .limit(1)
    .executeTakeFirst();
  return passkey !== undefined;
}
