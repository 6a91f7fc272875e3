import { Hono, type MiddlewareHandler } from "hono";
import * as v from "valibot";
import type { OwnPasskeys, OwnPasskeyView } from "../api.ts";
import { longestPasskeyName, mostPasskeys } from "../input-limits.ts";
import type { Store } from "../store/store.ts";
import { signInMethodsOf } from "./administrators.ts";
import { authorOf } from "./author.ts";
import type { SignedIn, WebContext, WebEnv } from "./context.ts";
import { line } from "./fields.ts";
import { said, wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import { attestation } from "./passkey-fields.ts";
import { type Passkeys, rpIdOf } from "./passkeys.ts";
import { notFound, notSignedIn, problem, readBody } from "./problem.ts";
import type { Sessions } from "./sessions.ts";
import type { WebSettings } from "./settings.ts";
import type { Streams } from "./streams.ts";

interface OwnPasskeyParts {
  readonly store: Store;
  readonly settings: WebSettings;
  readonly sessions: Sessions;
  readonly passkeys: Passkeys;
  readonly streams: Streams;
  readonly log: Logger;
  now(): number;
  readonly signInLimit: MiddlewareHandler<WebEnv>;
}

/**
 * How old a sign-in may be when a passkey is added. Somebody who finds an unlocked phone could otherwise add
 * one, and keep the access after the session has ended.
 */
const freshMs = 10 * 60_000;

const nameBody = v.strictObject({ name: line(longestPasskeyName) });
const newBody = v.strictObject({ name: line(longestPasskeyName), response: attestation });
const removeBody = v.strictObject({
  evenIfOnlyWayIn: v.exactOptional(v.boolean(said((field) => field.trueOrFalse)), false),
});

/** The passkeys of the person who is signed in. */
export function ownPasskeyRoutes(parts: OwnPasskeyParts): Hono<WebEnv> {
  const { store, sessions, passkeys } = parts;
  return new Hono<WebEnv>()
    .get("/passkeys", async (c) => {
      const { signedIn } = c.var;
      return signedIn === undefined ? notSignedIn(c) : c.json(await listed(parts, signedIn));
    })
    .post("/passkeys/options", parts.signInLimit, async (c) => {
      const { signedIn } = c.var;
      if (signedIn === undefined) return notSignedIn(c);
      if (!isFresh(parts, signedIn)) return signInAgain(c);
      const attempt = await sessions.beginAttempt(c, "own-passkey");
      return c.json(await passkeys.creationOptions(attempt, signedIn.person));
    })
    .post("/passkeys", (c) => add(parts, c))
    .patch("/passkeys/:id", async (c) => {
      const { signedIn } = c.var;
      if (signedIn === undefined) return notSignedIn(c);
      const body = await readBody(c, nameBody);
      if (body.type === "problem") return body.response;
      const { id: personId } = signedIn.person;
      const id = c.req.param("id");
      if (!(await store.renamePasskey(personId, id, body.value.name, authorOf(c)))) {
        return notFound(c, "passkey");
      }
      return c.json(await listed(parts, signedIn));
    })
    .delete("/passkeys/:id", (c) => remove(parts, c, c.req.param("id")));
}

async function listed(
  { store, settings }: OwnPasskeyParts,
  { person, credentialId }: SignedIn,
): Promise<OwnPasskeys> {
  const rpId = rpIdOf(settings);
  const passkeys = (await store.passkeysOf(person.id)).map(
    (passkey): OwnPasskeyView => ({
      id: passkey.credentialId,
      name: passkey.name,
      createdAt: passkey.createdAt,
      lastUsedAt: passkey.lastUsedAt,
      isCurrent: passkey.credentialId === credentialId,
      isUsable: passkey.rpId === rpId || passkey.rpId === "",
    }),
  );
  return { passkeys, hasOidc: settings.oidc !== null && person.oidcSubject !== null };
}

function isFresh({ now }: OwnPasskeyParts, { session }: SignedIn): boolean {
  return now() - session.createdAt < freshMs;
}

async function add(parts: OwnPasskeyParts, c: WebContext): Promise<Response> {
  const { store, sessions, passkeys, log } = parts;
  const { signedIn } = c.var;
  if (signedIn === undefined) return notSignedIn(c);
  const body = await readBody(c, newBody);
  if (body.type === "problem") return body.response;
  const attempt = await sessions.takeAttempt(c, "own-passkey");
  if (attempt === undefined)
    return problem(c, 401, "not-accepted", wordsFor(c).problems.attemptOver);
  if (!isFresh(parts, signedIn)) return signInAgain(c);
  const { name, response } = body.value;
  const { person } = signedIn;
  const result = await passkeys.register(attempt, person, response);
  if (result.type !== "accepted") {
    log.warn({ person: person.id, why: result.why }, "a passkey was refused");
    return problem(c, 400, "not-accepted", wordsFor(c).problems.newPasskeyRefused);
  }
  if (!(await store.addPasskey({ ...result.value, name }, mostPasskeys, authorOf(c)))) {
    return problem(c, 409, "too-many", wordsFor(c).problems.tooManyPasskeys(mostPasskeys));
  }
  log.info({ person: person.id }, "a person has added a passkey");
  return c.json(await listed(parts, signedIn), 201);
}

async function remove(parts: OwnPasskeyParts, c: WebContext, id: string): Promise<Response> {
  const { store, streams, settings, log } = parts;
  const { signedIn } = c.var;
  if (signedIn === undefined) return notSignedIn(c);
  const body = await readBody(c, removeBody);
  if (body.type === "problem") return body.response;
  const { person, session } = signedIn;
  const options = {
    keeps: session.tokenHash,
    isLastAllowed: body.value.evenIfOnlyWayIn,
    methods: signInMethodsOf(settings),
  };
  const removed = await store.removePasskey(person.id, id, options, authorOf(c));
  switch (removed.type) {
    case "unknown":
      return notFound(c, "passkey");
    case "last-administrator":
      return problem(c, 409, "last-administrator", wordsFor(c).problems.lastAdministratorsPasskey);
    case "last-way-in":
      return problem(c, 409, "last-way-in", wordsFor(c).problems.lastWayIn);
    case "changed":
      // The sessions that have ended lose their streams; the others go on.
      await streams.personChanged(person.id);
      log.info({ person: person.id }, "a person has removed a passkey");
      return c.json(await listed(parts, signedIn));
  }
}

function signInAgain(c: WebContext): Response {
  return problem(c, 403, "sign-in-again", wordsFor(c).problems.signInAgain);
}
