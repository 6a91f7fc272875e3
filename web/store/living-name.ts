import { type RawBuilder, sql } from "kysely";

/** A person's name; null when the person was deleted, or does not exist. @param person the table or its alias */
export function livingName(person: string): RawBuilder<string | null> {
  const deletedAt = sql.ref(`${person}.deletedAt`);
  return sql`case when ${deletedAt} is null then ${sql.ref(`${person}.name`)} end`;
}
