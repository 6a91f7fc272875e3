/** The lists of holidays. */
import type { Holiday } from "../domain/entities.ts";
import type { Database } from "./database.ts";
import { portionLength } from "./portions.ts";
import type { Store } from "./store.ts";

type Holidays = Pick<
  Store,
  "createHolidays" | "holidayLists" | "deleteHolidays" | "holidaysBetween"
>;

export function holidaysIn(database: Database): Holidays {
  return {
    createHolidays: ({ id, name, gateId, createdAt }, days) =>
      database.write(async (db) => {
        await db.insertInto("holidayList").values({ id, name, gateId, createdAt }).execute();
        const rows = days.map((day) => ({ listId: id, date: day.date, name: day.name }));
        for (let first = 0; first < rows.length; first += portionLength) {
          const some = rows.slice(first, first + portionLength);
          await db.insertInto("holiday").values(some).execute();
        }
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

    deleteHolidays: (id) =>
      database.write(async (db) => {
        await db.deleteFrom("holiday").where("listId", "=", id).execute();
        const result = await db.deleteFrom("holidayList").where("id", "=", id).executeTakeFirst();
        return result.numDeletedRows > 0n;
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
