import { randomBytes, randomUUID } from "node:crypto";
import { atAllTimes } from "../domain/grants.ts";
import type { Store } from "../store/store.ts";
import { hashOf, newToken } from "./secrets.ts";

/**
 * A person who may open the gate at all times and is already signed in. The sign-in has its own tests.
 * @returns the headers of the person's requests to a service with this `origin`, plain http
 */
export async function signInColleague(
  store: Store,
  gateId: string,
  origin: string,
): Promise<Readonly<Record<string, string>>> {
  const [personId, now] = [randomUUID(), Date.now()];
  await store.createPerson({
    id: personId,
    name: "Ann",
    email: null,
    isAdministrator: false,
    isActive: true,
    oidcSubject: null,
    createdAt: now,
    lastSeenAt: null,
  });
  await store.createGrant({
    id: randomUUID(),
    personId,
    gateId,
    ...atAllTimes,
  });
  const [token, csrfToken] = [newToken(randomBytes), newToken(randomBytes)];
  const session = { tokenHash: hashOf(token), personId, csrfToken, createdAt: now };
  await store.createSession({ ...session, expiresAt: now + 3_600_000 }, null);
  return {
    cookie: `boom-box-session=${token}`,
    origin,
    "sec-fetch-site": "same-origin",
    "x-csrf-token": csrfToken,
    "content-type": "application/json",
  };
}
