import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as v from "valibot";
import type { HolidayListView, HolidayPreview } from "../api.ts";
import type { Holiday, HolidayList } from "../domain/entities.ts";
import { longestCalendar, longestPersonName } from "../input-limits.ts";
import type { Store } from "../store/store.ts";
import { authorOf } from "./author.ts";
import { readHolidays } from "./calendar.ts";
import { CalendarProblem } from "./calendar-lines.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { gateId, line } from "./fields.ts";
import { said, wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import { notFound, problem, readBody } from "./problem.ts";
import type { Streams } from "./streams.ts";

interface HolidayParts {
  readonly store: Store;
  readonly streams: Streams;
  readonly log: Logger;
  now(): number;
}

/** All of them are read together. */
const mostLists = 50;
const holidayBody = v.strictObject({
  name: line(longestPersonName),
  gate: v.nullable(gateId),
  calendar: v.pipe(
    v.string(said((field) => field.text)),
    v.maxLength(
      longestCalendar,
      said((field) => field.maximumLength(longestCalendar)),
    ),
  ),
});

/** For administrators: the days on which only grants with `onHolidays` open. */
export function holidayRoutes(parts: HolidayParts): Hono<WebEnv> {
  const { store, streams, log, now } = parts;
  return new Hono<WebEnv>()
    .get("/holidays", async (c) => c.json((await store.holidayLists()).map(listView)))
    .post("/holidays/preview", async (c) => {
      const read = await readList(parts, c);
      if (read instanceof Response) return read;
      const grants = await store.countGrantsByHoliday(read.gate);
      return c.json({ days: read.days, grants } satisfies HolidayPreview);
    })
    .post("/holidays", async (c) => {
      const read = await readList(parts, c);
      if (read instanceof Response) return read;
      if ((await store.holidayLists()).length >= mostLists) {
        return problem(c, 409, "too-many", wordsFor(c).problems.tooManyLists(mostLists));
      }
      const { days, name, gate } = read;
      const list: HolidayList = { id: randomUUID(), name, gateId: gate, createdAt: now() };
      await store.createHolidays(list, days, authorOf(c));
      log.info({ holidays: list.id, gate, by: c.var.signedIn?.person.id }, "holidays were added");
      await streams.gatesChanged();
      return c.json(listView({ ...list, days }), 201);
    })
    .delete("/holidays/:id", async (c) => {
      const id = c.req.param("id");
      if (!(await store.deleteHolidays(id, authorOf(c)))) return notFound(c, "holidays");
      log.info({ holidays: id, by: c.var.signedIn?.person.id }, "holidays were removed");
      await streams.gatesChanged();
      return c.body(null, 204);
    });
}

interface ReadList {
  readonly name: string;
  readonly gate: string | null;
  readonly days: readonly Holiday[];
}

async function readList({ store, now }: HolidayParts, c: WebContext): Promise<ReadList | Response> {
  const body = await readBody(c, holidayBody);
  if (body.type === "problem") return body.response;
  const { name, gate, calendar } = body.value;
  if (gate !== null && (await store.gate(gate)) === undefined) return notFound(c, "gate");
  try {
    return { name, gate, days: await readHolidays(calendar, now(), wordsFor(c).calendar.nameless) };
  } catch (error) {
    if (!(error instanceof CalendarProblem)) throw error;
    return problem(c, 400, "invalid", error.messageIn(wordsFor(c).calendar));
  }
}

function listView({
  id,
  name,
  gateId: gate,
  days,
}: HolidayList & { readonly days: readonly Holiday[] }): HolidayListView {
  return { id, name, gate, days };
}
