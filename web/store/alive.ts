/** People and gates that were deleted keep their rows, so a foreign key alone does not refuse them. */
import type { Transaction } from "kysely";
import type { Schema } from "./schema.ts";
import { StoreError } from "./store.ts";

/**
 * Makes a deletion of these people and gates wait until the end of this transaction.
 * @throws StoreError conflict when one of them does not exist or was deleted
 */
export async function requireAlive(
  db: Transaction<Schema>,
  { people = [], gates = [] }: { people?: readonly string[]; gates?: readonly string[] },
): Promise<void> {
  for (const [table, ids] of [
    ["person", new Set(people)] as const,
    ["gate", new Set(gates)] as const,
  ]) {
    if (ids.size === 0) continue;
    const found = await db
      .updateTable(table)
      .set((row) => ({ name: row.ref("name") }))
      .where("id", "in", [...ids])
      .where("deletedAt", "is", null)
      .executeTakeFirst();
    if (Number(found.numUpdatedRows) === ids.size) continue;
    throw new StoreError("conflict", `the ${table} does not exist`);
  }
}
