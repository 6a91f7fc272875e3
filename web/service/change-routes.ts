import { Hono } from "hono";
import * as v from "valibot";
import type { ChangeSubject, ChangesPage, ChangeView, FieldValue } from "../api.ts";
import { recordedFields } from "../domain/changes.ts";
import type { CsvField } from "../domain/csv.ts";
import type { NamedChange, Store } from "../store/store.ts";
import { changeHeadings, changesFile, deletedPerson } from "../words/untranslated.ts";
import type { WebEnv } from "./context.ts";
import { gateId, line, pageEntries, periodEntries } from "./fields.ts";
import { said } from "./language.ts";
import { csvHeaders, isoTime, pagedCsv } from "./paged-csv.ts";
import { readQuery } from "./problem.ts";
import type { TapsFirst } from "./taps-first.ts";

interface ChangeParts {
  readonly store: Store;
  readonly tapsFirst: TapsFirst;
}

/** A tap waits for one page of the file at most. */
const pageLength = 100;
const subjects = Object.keys(recordedFields) as ChangeSubject[];
const query = v.strictObject({
  person: v.exactOptional(line(64)),
  gate: v.exactOptional(gateId),
  author: v.exactOptional(line(64)),
  subject: v.exactOptional(
    v.picklist(
      subjects,
      said((field) => field.changeSubject),
    ),
  ),
  ...periodEntries,
  ...pageEntries,
});

/** For administrators: who changed what. */
export function changeRoutes({ store, tapsFirst }: ChangeParts): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .get("/changes", async (c) => {
      const asked = readQuery(c, query);
      if (asked.type === "problem") return asked.response;
      const { changes, next } = await store.recordedChanges(asked.value);
      return c.json({ changes: changes.map(changeView), next } satisfies ChangesPage);
    })
    .get("/changes.csv", async (c) => {
      const asked = readQuery(c, query);
      if (asked.type === "problem") return asked.response;
      const read = async (after: string | undefined) => {
        const from = after === undefined ? {} : { after };
        const page = await store.recordedChanges({ ...asked.value, limit: pageLength, ...from });
        return { records: page.changes.map(changeView).flatMap(recordsOf), next: page.next };
      };
      const headings = Object.values(changeHeadings);
      const file = await pagedCsv(headings, read, tapsFirst, asked.value.after);
      return c.body(file, 200, csvHeaders(changesFile));
    });
}

function changeView(change: NamedChange): ChangeView {
  const { id, at, by, authorId, authorName, subject, subjectId, action, fields } = change;
  const { personId, personName, gateId: gate, gateName } = change;
  return {
    ...{ id, at, by },
    author: authorId === null ? null : { id: authorId, name: authorName },
    ...{ subject, subjectId, action },
    person: personId === null ? null : { id: personId, name: personName },
    gate: gate === null ? null : { id: gate, name: gateName ?? gate },
    fields,
  };
}

/** One for each field, in the order of the headings. */
function recordsOf(change: ChangeView): readonly (readonly CsvField[])[] {
  const { id, at, by, author, subject, subjectId, action, person, gate } = change;
  const nameOf = (past: ChangeView["person"]) => past && (past.name ?? deletedPerson);
  const about = [
    ...[id, isoTime(at), by, author?.id ?? null, nameOf(author), subject, subjectId, action],
    ...[person?.id ?? null, nameOf(person), gate?.id ?? null, gate?.name ?? null],
  ];
  const fields = change.fields.length > 0 ? change.fields : [{ field: "", from: null, to: null }];
  return fields.map(({ field, from, to }) => [...about, field, cellOf(from), cellOf(to)]);
}

function cellOf(value: FieldValue): CsvField {
  if (typeof value === "boolean") return String(value);
  return typeof value === "object" && value !== null ? value.join(" ") : value;
}
