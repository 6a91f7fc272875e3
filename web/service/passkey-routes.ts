import { Hono, type MiddlewareHandler } from "hono";
import * as v from "valibot";
import type { InvitationOptions } from "../api.ts";
import type { Person } from "../domain/entities.ts";
import type { Store } from "../store/store.ts";
import type { WebContext, WebEnv } from "./context.ts";
import { said, wordsFor } from "./language.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { assertion, attestation } from "./passkey-fields.ts";
import type { Passkeys } from "./passkeys.ts";
import { problem, readBody } from "./problem.ts";
import { hashOf } from "./secrets.ts";
import { sessionView } from "./session-routes.ts";
import type { Sessions } from "./sessions.ts";
import type { WebSettings } from "./settings.ts";

interface PasskeyParts {
  readonly store: Store;
  readonly settings: WebSettings;
  readonly sessions: Sessions;
  readonly passkeys: Passkeys;
  readonly log: Logger;
  readonly metrics: Metrics;
  now(): number;
  readonly signInLimit: MiddlewareHandler<WebEnv>;
}

const token = v.pipe(
  v.string(said((field) => field.text)),
  v.regex(
    /^[\w-]{43}$/,
    said((field) => field.invitationToken),
  ),
);
const invitationOptionsBody = v.object({ token });
const invitationBody = v.object({ token, response: attestation });

/** Sign-in with a passkey, and registration of a passkey by invitation. */
export function passkeyRoutes(parts: PasskeyParts): Hono<WebEnv> {
  const { sessions, passkeys, signInLimit } = parts;
  return new Hono<WebEnv>()
    .post("/sign-in/passkey/options", signInLimit, async (c) => {
      const attempt = await sessions.beginAttempt(c, "passkey");
      return c.json(await passkeys.requestOptions(attempt));
    })
    .post("/sign-in/passkey", (c) => signIn(parts, c))
    .post("/invitation/options", signInLimit, async (c) => {
      const body = await readBody(c, invitationOptionsBody);
      if (body.type === "problem") return body.response;
      const person = await invited(parts, body.value.token);
      if (person === undefined) return invitationOver(c);
      const attempt = await sessions.beginAttempt(c, "invitation");
      const options = await passkeys.creationOptions(attempt, person);
      return c.json({ name: person.name, options } satisfies InvitationOptions);
    })
    .post("/invitation", (c) => accept(parts, c));
}

async function signIn(parts: PasskeyParts, c: WebContext): Promise<Response> {
  const body = await readBody(c, assertion);
  if (body.type === "problem") return body.response;
  const attempt = await parts.sessions.takeAttempt(c, "passkey");
  if (attempt === undefined) return attemptOver(c);
  const result = await parts.passkeys.authenticate(attempt, body.value);
  if (result.type === "refused") return notAccepted(parts, c, "passkey", result.why);
  if (result.type === "locked-out") return lockedOut(parts, c, result.person);
  const { person, credentialId } = result.value;
  return welcome(parts, c, "passkey", person, credentialId);
}

async function accept(parts: PasskeyParts, c: WebContext): Promise<Response> {
  const body = await readBody(c, invitationBody);
  if (body.type === "problem") return body.response;
  const { token, response } = body.value;
  const attempt = await parts.sessions.takeAttempt(c, "invitation");
  if (attempt === undefined) return attemptOver(c);
  const person = await invited(parts, token);
  if (person === undefined) return invitationOver(c);
  const result = await parts.passkeys.register(attempt, person, response);
  if (result.type === "refused") return notAccepted(parts, c, "invitation", result.why);
  const isAccepted = await parts.store.acceptInvitation(hashOf(token), result.value, parts.now());
  if (!isAccepted) return invitationOver(c);
  return welcome(parts, c, "invitation", person, result.value.credentialId);
}

async function invited(
  { store, now }: PasskeyParts,
  invitationToken: string,
): Promise<Person | undefined> {
  const invitation = await store.invitation(hashOf(invitationToken), now());
  const person = invitation && (await store.person(invitation.personId));
  return person?.isActive === true ? person : undefined;
}

async function welcome(
  parts: PasskeyParts,
  c: WebContext,
  method: "passkey" | "invitation",
  person: Person,
  credentialId: string,
): Promise<Response> {
  const signedIn = await parts.sessions.begin(c, person, credentialId);
  if (signedIn === undefined) {
    const why = "locked out, or the passkey was removed, meanwhile";
    return notAccepted(parts, c, method, why);
  }
  parts.metrics.signIn(method, "accepted");
  parts.log.info({ person: person.id, method, address: c.var.address }, "a person signed in");
  return c.json(sessionView(parts, c, signedIn));
}

function notAccepted(
  { log, metrics }: PasskeyParts,
  c: WebContext,
  method: "passkey" | "invitation",
  why: string,
): Response {
  metrics.signIn(method, "refused");
  log.warn({ method, why, address: c.var.address }, "a sign-in was refused");
  return problem(c, 401, "not-accepted", wordsFor(c).problems.passkeyRefused);
}

function lockedOut({ log, metrics }: PasskeyParts, c: WebContext, person: Person): Response {
  metrics.signIn("passkey", "refused");
  log.warn({ person: person.id, address: c.var.address }, "a locked-out person tried to sign in");
  return problem(c, 403, "locked-out", wordsFor(c).problems.youAreLockedOut);
}

function attemptOver(c: WebContext): Response {
  return problem(c, 401, "not-accepted", wordsFor(c).problems.attemptOver);
}

function invitationOver(c: WebContext): Response {
  return problem(c, 404, "invitation-over", wordsFor(c).problems.invitationOver);
}
