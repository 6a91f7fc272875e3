import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as v from "valibot";
import type { GrantsPage, GrantView, ManyGrantsView, Weekday } from "../api.ts";
import type { Grant } from "../domain/entities.ts";
import { latestEnd, mostGates, mostGrants, mostPeople } from "../input-limits.ts";
import type { Store } from "../store/store.ts";
import { authorOf } from "./author.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { gateId, line, listOf, pageLimit, time } from "./fields.ts";
import { said, wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import { notFound, problem, readBody, readQuery } from "./problem.ts";
import type { Streams } from "./streams.ts";

interface GrantParts {
  readonly store: Store;
  readonly streams: Streams;
  readonly log: Logger;
  now(): number;
}

const weekdays = [1, 2, 3, 4, 5, 6, 7] as const satisfies readonly Weekday[];
/** An administrator chooses the hours of a grant, and those of a program. */
const minute = (maximum: number) =>
  v.pipe(
    v.number(said((field) => field.number)),
    v.integer(said((field) => field.wholeNumber)),
    v.minValue(
      0,
      said((field) => field.atLeast(0)),
    ),
    v.maxValue(
      maximum,
      said((field) => field.atMost(maximum)),
    ),
  );
const moment = v.nullable(
  v.pipe(
    time,
    v.maxValue(
      latestEnd,
      said((field) => field.tooFar),
    ),
  ),
);
const days = v.pipe(
  v.array(
    v.picklist(
      weekdays,
      said((field) => field.weekday),
    ),
  ),
  v.minLength(
    1,
    said((field) => field.noDay),
  ),
  v.check(
    (all) => new Set(all).size === all.length,
    said((field) => field.repeatedDay),
  ),
  v.transform((all) => all.toSorted((a, b) => a - b)),
);
const personId = line(64);
/** Whose hours at which gate, until when. */
export const hoursEntries = {
  person: personId,
  gate: gateId,
  days,
  fromMinute: minute(1_439),
  toMinute: minute(1_440),
  endsAt: moment,
};

// The default is that a holiday is like any other day: it locks nobody out by surprise.
const onHolidays = v.exactOptional(v.boolean(said((field) => field.trueOrFalse)), true);
const grantBody = v.pipe(
  v.strictObject({ ...hoursEntries, startsAt: v.exactOptional(moment, null), onHolidays }),
  v.check(
    ({ fromMinute, toMinute }) => fromMinute !== toMinute,
    said((field) => field.noHours),
  ),
  v.check(
    ({ startsAt, endsAt }) => isLater(startsAt, endsAt),
    said((field) => field.endsBeforeStart),
  ),
);

const manyBody = v.pipe(
  v.strictObject({
    people: listOf(personId, mostPeople),
    gates: v.pipe(
      v.array(
        v.pipe(
          v.strictObject({ gate: gateId, startsAt: moment, endsAt: moment }),
          v.check(
            ({ startsAt, endsAt }) => isLater(startsAt, endsAt),
            said((field) => field.endsBeforeStart),
          ),
        ),
      ),
      v.minLength(
        1,
        said((field) => field.notEmpty),
      ),
      v.maxLength(
        mostGates,
        said((field) => field.atMostEntries(mostGates)),
      ),
      v.check(
        (all) => new Set(all.map(({ gate }) => gate)).size === all.length,
        said((field) => field.repeated),
      ),
    ),
    days,
    fromMinute: minute(1_439),
    toMinute: minute(1_440),
    onHolidays,
  }),
  v.check(
    ({ fromMinute, toMinute }) => fromMinute !== toMinute,
    said((field) => field.noHours),
  ),
);

const grantQuery = v.strictObject({
  person: v.exactOptional(personId),
  gate: v.exactOptional(gateId),
  after: v.exactOptional(line(64)),
  limit: v.exactOptional(pageLimit),
});

/** For administrators: who may open which gate, and when. */
export function grantRoutes(parts: GrantParts): Hono<WebEnv> {
  const { store, streams, log } = parts;
  const changed = (c: WebContext, what: string, id: string, ...grants: readonly Grant[]) => {
    log.info({ grant: id, by: c.var.signedIn?.person.id }, what);
    return streams.grantsChanged(grants.map(({ personId }) => personId));
  };
  return new Hono<WebEnv>()
    .get("/grants", async (c) => {
      const asked = readQuery(c, grantQuery);
      if (asked.type === "problem") return asked.response;
      const { person, gate, after, limit = 50 } = asked.value;
      const filter = {
        ...(person === undefined ? {} : { personId: person }),
        ...(gate === undefined ? {} : { gateId: gate }),
        ...(after === undefined ? {} : { after }),
        limit,
      };
      const { grants, next } = await store.grantsPage(filter);
      return c.json({
        grants: grants.map((grant) => ({ ...grantView(grant), personName: grant.personName })),
        next,
      } satisfies GrantsPage);
    })
    .post("/grants", async (c) => {
      const grant = await readGrant(parts, c, randomUUID());
      if (grant instanceof Response) return grant;
      await store.createGrant(grant, authorOf(c));
      await changed(c, "a grant was created", grant.id, grant);
      return c.json(grantView(grant), 201);
    })
    .post("/grants/many", (c) => createMany(parts, c))
    .put("/grants/:id", async (c) => {
      const grant = await readGrant(parts, c, c.req.param("id"));
      if (grant instanceof Response) return grant;
      const before = await store.updateGrant(grant, authorOf(c));
      if (before === undefined) return notFound(c, "grant");
      await changed(c, "a grant was changed", grant.id, before, grant);
      return c.json(grantView(grant));
    })
    .delete("/grants/:id", async (c) => {
      const id = c.req.param("id");
      const before = await store.deleteGrant(id, authorOf(c));
      if (before === undefined) return notFound(c, "grant");
      await changed(c, "a grant was revoked", id, before);
      return c.body(null, 204);
    });
}

/** A grant may not end in the past, unless it ended then before the change. */
async function readGrant(
  { store, now }: GrantParts,
  c: WebContext,
  id: string,
): Promise<Grant | Response> {
  const body = await readBody(c, grantBody);
  if (body.type === "problem") return body.response;
  const { person, gate, ...times } = body.value;
  if (!(await areKnown(store, [person], [gate]))) {
    return problem(c, 400, "invalid", wordsFor(c).problems.noPersonOrGate);
  }
  const { endsAt } = times;
  if (endsAt !== null && endsAt <= now()) {
    const before = (await store.grants({ personId: person })).find((grant) => grant.id === id);
    if (before?.endsAt !== endsAt)
      return problem(c, 400, "invalid", `endsAt: ${wordsFor(c).field.past}`);
  }
  return { id, personId: person, gateId: gate, ...times };
}

async function createMany({ store, streams, log, now }: GrantParts, c: WebContext) {
  const body = await readBody(c, manyBody);
  if (body.type === "problem") return body.response;
  const { people, gates, ...hours } = body.value;
  if (people.length * gates.length > mostGrants) {
    return problem(c, 400, "invalid", wordsFor(c).problems.tooManyGrants(mostGrants));
  }
  if (gates.some(({ endsAt }) => endsAt !== null && endsAt <= now())) {
    return problem(c, 400, "invalid", `endsAt: ${wordsFor(c).field.past}`);
  }
  const gateIds = gates.map(({ gate }) => gate);
  if (!(await areKnown(store, people, gateIds))) {
    return problem(c, 400, "invalid", wordsFor(c).problems.noPersonOrGate);
  }
  const grants: Grant[] = people.flatMap((person) =>
    gates.map(({ gate, startsAt, endsAt }) => {
      const id = randomUUID();
      return { id, personId: person, gateId: gate, startsAt, endsAt, ...hours };
    }),
  );
  await store.createGrants(grants, authorOf(c));
  const by = c.var.signedIn?.person.id;
  log.info({ people, gates: gateIds, by }, "many grants were created");
  await streams.grantsChanged(people);
  return c.json({ created: grants.length } satisfies ManyGrantsView, 201);
}

/** Whether all of these people and gates exist. */
export async function areKnown(
  store: Pick<Store, "person" | "gatesWith">,
  personIds: readonly string[],
  gateIds: readonly string[],
): Promise<boolean> {
  if ((await store.gatesWith(gateIds)).length !== gateIds.length) return false;
  for (const id of personIds) if ((await store.person(id)) === undefined) return false;
  return true;
}

/** Whether the end, if any, is later than the beginning, if any. */
function isLater(startsAt: number | null, endsAt: number | null): boolean {
  return startsAt === null || endsAt === null || startsAt < endsAt;
}

function grantView({ personId: person, gateId: gate, ...grant }: Grant): GrantView {
  const { id, days: on, fromMinute, toMinute, startsAt, endsAt, onHolidays: also } = grant;
  const times = { fromMinute, toMinute, startsAt, endsAt };
  return { id, person, gate, days: on, ...times, onHolidays: also };
}
