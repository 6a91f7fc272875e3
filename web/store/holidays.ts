/** The lists of holidays. */
import type { ChangeAction } from "../api.ts";
import { fieldChanges, recordedFields } from "../domain/changes.ts";
import type { Holiday, HolidayList } from "../domain/entities.ts";
import { requireAlive } from "./alive.ts";
import { recordChanges } from "./change-record.ts";
import type { Database } from "./database.ts";
import { portionLength } from "./portions.ts";
import type { Store } from "./store.ts";

type Holidays = Pick<
  Store,
  "createHolidays" | "holidayLists" | "deleteHolidays" | "holidaysBetween"
>;

export function holidaysIn(database: Database): Holidays {
  return {
    createHolidays: ({ id, name, gateId, createdAt }, days, author) =>
      database.write(async (db) => {
        if (gateId !== null) await requireAlive(db, { gates: [gateId] });
        await db.insertInto("holidayList").values({ id, name, gateId, createdAt }).execute();
        const rows = days.map((day) => ({ listId: id, date: day.date, name: day.name }));
        for (let first = 0; first < rows.length; first += portionLength) {
          const some = rows.slice(first, first + portionLength);
          await db.insertInto("holiday").values(some).execute();
        }
        await recordChanges(db, author, [listChange("added", null, { id, name, gateId })]);
      }),

    holidayLists: () =>
      database.read(async (db) => {
        const lists = await db
          .selectFrom("holidayList")
          .selectAll()
          .orderBy("createdAt")
          .orderBy("id")
          .execute();
        const days = await db.selectFrom("holiday").selectAll().orderBy("date").execute();
        const byList = new Map<string, Holiday[]>(lists.map(({ id }) => [id, []]));
        for (const { listId, date, name } of days) byList.get(listId)?.push({ date, name });
        return lists.map((list) => ({ ...list, days: byList.get(list.id) ?? [] }));
      }),

    deleteHolidays: (id, author) =>
      database.write(async (db) => {
        const list = await db
          .selectFrom("holidayList")
          .selectAll()
          .where("id", "=", id)
          .executeTakeFirst();
        await db.deleteFrom("holiday").where("listId", "=", id).execute();
        const result = await db.deleteFrom("holidayList").where("id", "=", id).executeTakeFirst();
        // Another transaction may have been faster.
        if (list === undefined || result.numDeletedRows === 0n) return false;
        await recordChanges(db, author, [listChange("removed", list, null)]);
        return true;
      }),

    holidaysBetween: ({ from, to }) =>
      database.read((db) =>
        db
          .selectFrom("holiday")
          .innerJoin("holidayList", "holidayList.id", "holiday.listId")
          .select(["gateId", "date"])
          .where("date", ">=", from)
          .where("date", "<=", to)
          .orderBy("date")
          .orderBy("listId")
          .execute(),
      ),
  };
}

type NamedList = Pick<HolidayList, "id" | "name" | "gateId">;

function listChange(action: ChangeAction, before: NamedList | null, after: NamedList | null) {
  const { id = "", gateId = null } = after ?? before ?? {};
  const fields = fieldChanges(recordedFields.holidays, before, after);
  return { subject: "holidays", subjectId: id, personId: null, gateId, action, fields } as const;
}
