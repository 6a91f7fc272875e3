/** The record of changes. A change is written in the transaction that makes it. */
import { randomUUID } from "node:crypto";
import type { Kysely, SelectQueryBuilder } from "kysely";
import type { FieldChange } from "../api.ts";
import type { Author, Change } from "../domain/changes.ts";
import type { Database } from "./database.ts";
import { formatPosition } from "./history-position.ts";
import { livingName } from "./living-name.ts";
import { isOlder, pageOf } from "./paging.ts";
import { slices } from "./portions.ts";
import type { Schema } from "./schema.ts";
import type { Store } from "./store.ts";

/** @param author undefined: the service itself, which is not recorded */
export async function recordChanges(
  db: Kysely<Schema>,
  author: Author | undefined,
  changes: readonly Omit<Change, "id" | "at" | "by" | "authorId">[],
): Promise<void> {
  if (author === undefined) return;
  const { by, personId: authorId, at } = author;
  const rows = changes
    // A form may be saved without a change.
    .filter(({ action, fields }) => action !== "changed" || fields.length > 0)
    .map(({ fields, ...change }) => ({
      ...{ id: randomUUID(), at, by, authorId, ...change },
      fields: JSON.stringify(fields),
    }));
  for (const some of slices(rows)) {
    await db.insertInto("change").values(some).execute();
  }
}

export function changesIn(database: Database): Pick<Store, "recordedChanges"> {
  return {
    recordedChanges: async (query) => {
      const rows = await database.read((db) =>
        filtered(db.selectFrom("change"), query)
          .leftJoin("person as author", "author.id", "change.authorId")
          .leftJoin("person", "person.id", "change.personId")
          .leftJoin("gate", "gate.id", "change.gateId")
          .selectAll("change")
          .select([livingName("author").as("authorName"), livingName("person").as("personName")])
          .select("gate.name as gateName")
          .orderBy("change.at", "desc")
          .orderBy("change.id", "desc")
          .limit(query.limit + 1)
          .execute(),
      );
      const { entries, next } = pageOf(rows, query.limit, formatPosition);
      const changes = entries.map(({ fields, ...row }) => ({
        ...row,
        fields: JSON.parse(fields) as readonly FieldChange[],
      }));
      return { changes, next };
    },
  };
}

function filtered(
  changes: SelectQueryBuilder<Schema, "change", object>,
  { person, gate, author, subject, from, to, after }: Parameters<Store["recordedChanges"]>[0],
) {
  let result = changes;
  if (person !== undefined) result = result.where("change.personId", "=", person);
  if (gate !== undefined) result = result.where("change.gateId", "=", gate);
  if (author !== undefined) result = result.where("change.authorId", "=", author);
  if (subject !== undefined) result = result.where("change.subject", "=", subject);
  if (from !== undefined) result = result.where("change.at", ">=", from);
  if (to !== undefined) result = result.where("change.at", "<", to);
  if (after !== undefined) result = result.where(isOlder(after, "change.at", "change.id"));
  return result;
}
