import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import * as v from "valibot";
import type { TokenView } from "../api.ts";
import type { ApiToken } from "../domain/entities.ts";
import { longestPersonName } from "../input-limits.ts";
import type { Store } from "../store/store.ts";
import { newApiSecret } from "./api-clients.ts";
import { authorOf } from "./author.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { gateId, hasHours, hoursEntries, integer, line, moment } from "./fields.ts";
import { areKnown } from "./grant-routes.ts";
import { wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import { endsInPast, notFound, problem, readBody, readQuery } from "./problem.ts";
import type { RandomBytes } from "./secrets.ts";

interface TokenParts {
  readonly store: Store;
  readonly log: Logger;
  readonly randomBytes: RandomBytes;
  now(): number;
}

const mostPerMinute = 60;
const tokenBody = v.pipe(
  v.strictObject({
    person: line(64),
    gate: gateId,
    ...hoursEntries,
    endsAt: v.nullable(moment),
    name: line(longestPersonName),
    perMinute: v.exactOptional(integer(1, mostPerMinute), 10),
  }),
  hasHours(),
);
const tokenQuery = v.strictObject({ person: line(64) });

/** For administrators: the tokens with which programs open gates. */
export function tokenRoutes(parts: TokenParts): Hono<WebEnv> {
  const { store, log } = parts;
  return new Hono<WebEnv>()
    .get("/tokens", async (c) => {
      const asked = readQuery(c, tokenQuery);
      if (asked.type === "problem") return asked.response;
      return c.json((await store.apiTokens(asked.value.person)).map(tokenView));
    })
    .post("/tokens", (c) => create(parts, c))
    .delete("/tokens/:id", async (c) => {
      const id = c.req.param("id");
      if (!(await store.deleteApiToken(id, authorOf(c)))) return notFound(c, "token");
      log.info({ token: id, by: c.var.signedIn?.person.id }, "a token was revoked");
      return c.body(null, 204);
    });
}

async function create(
  { store, log, randomBytes, now }: TokenParts,
  c: WebContext,
): Promise<Response> {
  const body = await readBody(c, tokenBody);
  if (body.type === "problem") return body.response;
  const { person: personId, gate: gateId, ...rest } = body.value;
  if (!(await areKnown(store, [personId], [gateId]))) {
    return problem(c, 400, "invalid", wordsFor(c).problems.noPersonOrGate);
  }
  if (rest.endsAt !== null && rest.endsAt <= now()) return endsInPast(c);
  const { secret, tokenHash } = newApiSecret(randomBytes);
  const token: ApiToken = {
    id: randomUUID(),
    tokenHash,
    personId,
    gateId,
    ...rest,
    createdAt: now(),
    lastUsedAt: null,
  };
  await store.createApiToken(token, authorOf(c));
  const { signedIn } = c.var;
  log.info({ token: token.id, person: personId, by: signedIn?.person.id }, "a token was created");
  return c.json({ ...tokenView(token), secret }, 201);
}

function tokenView({ personId, gateId, tokenHash: _, ...token }: ApiToken): TokenView {
  return { ...token, person: personId, gate: gateId };
}
