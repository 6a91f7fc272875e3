import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as v from "valibot";
import type { GrantsPage, GrantView, Weekday } from "../api.ts";
import type { Grant } from "../domain/entities.ts";
import { latestEnd } from "../input-limits.ts";
import type { Store } from "../store/store.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { gateId, line, pageLimit, time } from "./fields.ts";
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
/** Whose hours at which gate, and when. */
export const grantEntries = {
  person: line(64),
  gate: gateId,
  days: v.pipe(
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
      (days) => new Set(days).size === days.length,
      said((field) => field.repeatedDay),
    ),
    v.transform((days) => days.toSorted((a, b) => a - b)),
  ),
  fromMinute: minute(1_439),
  toMinute: minute(1_440),
  endsAt: v.nullable(
    v.pipe(
      time,
      v.maxValue(
        latestEnd,
        said((field) => field.tooFar),
      ),
    ),
  ),
};

const grantBody = v.pipe(
  v.strictObject(grantEntries),
  v.check(
    ({ fromMinute, toMinute }) => fromMinute !== toMinute,
    said((field) => field.noHours),
  ),
);

const grantQuery = v.strictObject({
  person: v.exactOptional(line(64)),
  gate: v.exactOptional(gateId),
  after: v.exactOptional(line(64)),
  limit: v.exactOptional(pageLimit),
});

/** For administrators: who may open which gate, and when. */
export function grantRoutes(parts: GrantParts): Hono<WebEnv> {
  const { store, streams, log } = parts;
  const changed = (c: WebContext, grant: string, person: string | undefined, what: string) => {
    log.info({ grant, by: c.var.signedIn?.person.id }, what);
    streams.grantChanged(grant, person);
  };
  return new Hono<WebEnv>()
    .get("/grants", async (c) => {
      const asked = readQuery(c, grantQuery);
      if (asked.type === "problem") return asked.response;
      const { person: personId, gate, after, limit = 50 } = asked.value;
      const filter = {
        ...(personId === undefined ? {} : { personId }),
        ...(gate === undefined ? {} : { gateId: gate }),
        ...(after === undefined ? {} : { after }),
        limit,
      };
      const { grants, next } = await store.grantsPage(filter);
      return c.json({ grants: grants.map(grantView), next } satisfies GrantsPage);
    })
    .post("/grants", async (c) => {
      const grant = await readGrant(parts, c, randomUUID());
      if (grant instanceof Response) return grant;
      await store.createGrant(grant);
      changed(c, grant.id, grant.personId, "a grant was created");
      return c.json(grantView(grant), 201);
    })
    .put("/grants/:id", async (c) => {
      const grant = await readGrant(parts, c, c.req.param("id"));
      if (grant instanceof Response) return grant;
      if (!(await store.updateGrant(grant))) return notFound(c, "grant");
      changed(c, grant.id, grant.personId, "a grant was changed");
      return c.json(grantView(grant));
    })
    .delete("/grants/:id", async (c) => {
      const id = c.req.param("id");
      if (!(await store.deleteGrant(id))) return notFound(c, "grant");
      changed(c, id, undefined, "a grant was revoked");
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
  const { person: personId, gate, ...times } = body.value;
  if (!(await areKnown(store, personId, gate)))
    return problem(c, 400, "invalid", wordsFor(c).problems.noPersonOrGate);
  const { endsAt } = times;
  if (endsAt !== null && endsAt <= now()) {
    const before = (await store.grants({ personId })).find((grant) => grant.id === id);
    if (before?.endsAt !== endsAt)
      return problem(c, 400, "invalid", `endsAt: ${wordsFor(c).field.past}`);
  }
  return { id, personId, gateId: gate, ...times };
}

/** Whether there is such a person, and such a gate. */
export async function areKnown(
  store: Pick<Store, "person" | "gate">,
  personId: string,
  gateId: string,
): Promise<boolean> {
  return (await store.person(personId)) !== undefined && (await store.gate(gateId)) !== undefined;
}

function grantView({ id, personId, gateId, days, fromMinute, toMinute, endsAt }: Grant): GrantView {
  return { id, person: personId, gate: gateId, days, fromMinute, toMinute, endsAt };
}
