import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as v from "valibot";
import type { PeoplePage, PeopleSort, PersonView } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import { longestPersonName } from "../input-limits.ts";
import { parseListPosition, peopleKeys } from "../store/list-position.ts";
import type { Store } from "../store/store.ts";
import { signInMethodsOf } from "./administrators.ts";
import { authorOf } from "./author.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { email, line, sortedPageEntries } from "./fields.ts";
import { type Inviting, invite } from "./invitations.ts";
import { said, wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import { notFound, problem, readBody, readQuery } from "./problem.ts";
import type { Streams } from "./streams.ts";

interface PeopleParts extends Inviting {
  readonly store: Store;
  readonly streams: Streams;
  readonly log: Logger;
  now(): number;
}

const fields = {
  email: v.exactOptional(v.nullable(email)),
  isAdministrator: v.exactOptional(v.boolean(said((field) => field.trueOrFalse))),
  isActive: v.exactOptional(v.boolean(said((field) => field.trueOrFalse))),
};
const newPerson = v.strictObject({ name: line(longestPersonName), ...fields });
const sorts = ["created", "name", "seen"] as const satisfies readonly PeopleSort[];
const peopleQuery = v.strictObject(sortedPageEntries(longestPersonName, sorts, "created"));
const changes = v.strictObject({ name: v.exactOptional(line(longestPersonName)), ...fields });

/** For administrators: the people and their invitations. */
export function peopleRoutes(parts: PeopleParts): Hono<WebEnv> {
  const { store, log, now } = parts;
  return new Hono<WebEnv>()
    .get("/people", async (c) => {
      const asked = readQuery(c, peopleQuery);
      if (asked.type === "problem") return asked.response;
      const { after, sort } = asked.value;
      if (after !== undefined && !parseListPosition(after, sort, peopleKeys[sort])) {
        return problem(c, 400, "invalid", `after: ${wordsFor(c).field.listPosition}`);
      }
      const { people, total, next } = await store.peoplePage(asked.value);
      return c.json({ people: people.map(personView), total, next } satisfies PeoplePage);
    })
    .get("/people/:id", async (c) => {
      const person = await store.person(c.req.param("id"));
      if (person === undefined) return notFound(c, "person");
      const passkeys = (await store.passkeysOf(person.id)).length;
      return c.json(personView({ ...person, passkeys }));
    })
    .post("/people", async (c) => {
      const body = await readBody(c, newPerson);
      if (body.type === "problem") return body.response;
      const person: Person = {
        id: randomUUID(),
        email: null,
        isAdministrator: false,
        isActive: true,
        ...body.value,
        oidcSubject: null,
        createdAt: now(),
        lastSeenAt: null,
      };
      await store.createPerson(person, authorOf(c));
      log.info({ person: person.id, by: c.var.signedIn?.person.id }, "a person was added");
      return c.json(personView({ ...person, passkeys: 0 }), 201);
    })
    .get("/people/:id/traces", async (c) => {
      const traces = await store.personTraces(c.req.param("id"), now());
      return traces === undefined ? notFound(c, "person") : c.json(traces);
    })
    .delete("/people/:id", (c) => remove(parts, c, c.req.param("id")))
    .patch("/people/:id", (c) => change(parts, c, c.req.param("id")))
    .delete("/people/:id/passkeys", (c) => forgetPasskeys(parts, c, c.req.param("id")))
    .post("/people/:id/invitation", async (c) => {
      const person = await store.person(c.req.param("id"));
      if (person === undefined) return notFound(c, "person");
      const invitation = await invite(parts, person.id, authorOf(c));
      if (invitation === undefined)
        return problem(c, 409, "locked-out", wordsFor(c).problems.lockedOut);
      log.info({ person: person.id, by: c.var.signedIn?.person.id }, "a person was invited");
      return c.json(invitation, 201);
    });
}

async function change(parts: PeopleParts, c: WebContext, id: string): Promise<Response> {
  const { store, streams, log } = parts;
  const body = await readBody(c, changes);
  if (body.type === "problem") return body.response;
  const methods = signInMethodsOf(parts.settings);
  const changed = await store.changePerson(id, body.value, methods, authorOf(c));
  if (changed.type === "unknown") return notFound(c, "person");
  if (changed.type === "last-administrator") return lastAdministrator(c);
  const person = changed.value;
  if (person.isActive) await streams.personChanged(id);
  else await streams.endOf(id);
  const fields = Object.keys(body.value);
  log.info({ person: id, fields, by: c.var.signedIn?.person.id }, "a person was changed");
  const passkeys = (await store.passkeysOf(id)).length;
  return c.json(personView({ ...person, passkeys }));
}

async function remove(parts: PeopleParts, c: WebContext, id: string): Promise<Response> {
  const { store, streams, log } = parts;
  const removed = await store.deletePerson(id, signInMethodsOf(parts.settings), authorOf(c));
  if (removed.type === "unknown") return notFound(c, "person");
  if (removed.type === "last-administrator") return lastAdministrator(c);
  await streams.endOf(id);
  log.info({ person: id, by: c.var.signedIn?.person.id }, "a person was deleted");
  return c.body(null, 204);
}

/** For a lost phone: neither its finder nor an earlier invitation can sign in. */
async function forgetPasskeys(parts: PeopleParts, c: WebContext, id: string): Promise<Response> {
  const { store, streams, log } = parts;
  const methods = signInMethodsOf(parts.settings);
  const removed = await store.removePasskeys(id, methods, authorOf(c));
  if (removed.type === "unknown") return notFound(c, "person");
  if (removed.type === "last-administrator") return lastAdministrator(c);
  await streams.endOf(id);
  log.info(
    { person: id, removed: removed.value, by: c.var.signedIn?.person.id },
    "passkeys were removed",
  );
  return c.body(null, 204);
}

function lastAdministrator(c: WebContext): Response {
  return problem(c, 409, "last-administrator", wordsFor(c).problems.lastAdministrator);
}

function personView(person: Person & { readonly passkeys: number }): PersonView {
  const { id, name, isAdministrator, email, isActive, passkeys, createdAt, lastSeenAt } = person;
  const hasOidc = person.oidcSubject !== null;
  return {
    id,
    name,
    isAdministrator,
    email,
    isActive,
    passkeys,
    hasOidc,
    createdAt,
    lastSeenAt,
  };
}
