/** A link with a token, which somebody has opened. */
export interface SecretLink {
  readonly kind: "invitation" | "guest";
  readonly token: string;
}
