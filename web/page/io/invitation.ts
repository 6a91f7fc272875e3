const fragment = "#invitation=";

/** Removes the token from the address at once, so that it stays in no history and no bookmark. */
export function takeInvitation(): string | null {
  if (!location.hash.startsWith(fragment)) return null;
  const token = decodeURIComponent(location.hash.slice(fragment.length));
  history.replaceState(null, "", location.pathname);
  return token;
}

/** Puts the token back into the address, for a page that is about to load again and takes it from there. */
export function putInvitationBack(token: string): void {
  history.replaceState(null, "", `${fragment}${encodeURIComponent(token)}`);
}
