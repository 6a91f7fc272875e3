/** A link with a token, which somebody has opened. */
export interface SecretLink {
  readonly kind: "invitation" | "guest";
  readonly token: string;
}

/** Removes the token from the address at once, so that it stays in no history and no bookmark. */
export function takeLink(): SecretLink | null {
  const [, kind, token = ""] = /^#(invitation|guest)=(.*)$/.exec(location.hash) ?? [];
  if (kind !== "invitation" && kind !== "guest") return null;
  history.replaceState(null, "", location.pathname);
  return { kind, token };
}

/** Puts the token back into the address, for a page that is about to load again and takes it from there. */
export function putLinkBack({ kind, token }: SecretLink): void {
  history.replaceState(null, "", `#${kind}=${token}`);
}
