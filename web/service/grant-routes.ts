import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as v from "valibot";
import type { GrantsPage, GrantView, ManyGrantsView } from "../api.ts";
import type { Grant } from "../domain/entities.ts";
import { mostGates, mostGrants, mostPeople } from "../input-limits.ts";
import type { Store } from "../store/store.ts";
import { authorOf } from "./author.ts";
import type { WebContext, WebEnv } from "./context.ts";
import {
  endsLater,
  gateId,
  hasHours,
  hoursEntries,
  idPageEntries,
  line,
  listOf,
  moment,
} from "./fields.ts";
import { said, wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import { endsInPast, notFound, problem, readBody, readQuery } from "./problem.ts";
import type { Streams } from "./streams.ts";

interface GrantParts {
  readonly store: Store;
  readonly streams: Streams;
  readonly log: Logger;
  now(): number;
}

const personId = line(64);
// The default is that a holiday is like any other day: it locks nobody out by surprise.
const onHolidays = v.exactOptional(v.boolean(said((field) => field.trueOrFalse)), true);
const grantBody = v.pipe(
  v.strictObject({
    person: personId,
    gate: gateId,
    ...hoursEntries,
    startsAt: v.exactOptional(v.nullable(moment), null),
    endsAt: v.nullable(moment),
    onHolidays,
  }),
  hasHours(),
  endsLater(),
);

const manyBody = v.pipe(
  v.strictObject({
    people: listOf(personId, mostPeople),
    gates: v.pipe(
      v.array(
        v.pipe(
          v.strictObject({
            gate: gateId,
            startsAt: v.nullable(moment),
            endsAt: v.nullable(moment),
          }),
          endsLater(),
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
    ...hoursEntries,
    onHolidays,
  }),
  hasHours(),
);

const grantQuery = v.strictObject({
  person: v.exactOptional(personId),
  gate: v.exactOptional(gateId),
  ...idPageEntries,
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
      const { person, gate, after, limit } = asked.value;
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
    if (before?.endsAt !== endsAt) return endsInPast(c);
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
    return endsInPast(c);
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
  store: Pick<Store, "countPeople" | "gatesWith">,
  personIds: readonly string[],
  gateIds: readonly string[],
): Promise<boolean> {
  return (
    (await store.gatesWith(gateIds)).length === gateIds.length &&
    (await store.countPeople(personIds)) === personIds.length
  );
}

function grantView({ personId: person, gateId: gate, ...grant }: Grant): GrantView {
  const { id, days: on, fromMinute, toMinute, startsAt, endsAt, onHolidays: also } = grant;
  const times = { fromMinute, toMinute, startsAt, endsAt };
  return { id, person, gate, days: on, ...times, onHolidays: also };
}
