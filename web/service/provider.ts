import * as client from "openid-client";
import type { OidcSettings } from "./oidc-settings.ts";
import { derived } from "./secrets.ts";

const timeoutSeconds = 10;

/** What the provider said of somebody, as far as it is of use. */
export interface Claims {
  /** `issuer subject`: of one provider, subjects are never given twice; addresses and names are */
  readonly subject: string;
  readonly name: string | null;
  /** lower case; null: none, or not verified */
  readonly verifiedEmail: string | null;
  readonly groups: readonly string[];
}

export type ProviderResult =
  | { readonly type: "claims"; readonly claims: Claims }
  /** somebody said no: the person, the provider, or one of our checks */
  | { readonly type: "refused"; readonly why: string }
  /** it cannot be reached, or answers what nobody can use */
  | { readonly type: "unavailable"; readonly why: string };

/**
 * The OpenID provider: authorization code with PKCE, state and nonce, all of which follow from the
 * token of the sign-in begun. It is asked for its end points at the first sign-in, so that the service
 * starts without it.
 */
export class Provider {
  readonly #settings: OidcSettings;
  readonly #redirectUri: string;
  #configuration: Promise<client.Configuration> | undefined;

  constructor(settings: OidcSettings, redirectUri: string) {
    this.#settings = settings;
    this.#redirectUri = redirectUri;
  }

  /** Where the browser goes to sign in. */
  async begin(
    attempt: string,
  ): Promise<
    { readonly type: "url"; readonly url: URL } | (ProviderResult & { type: "unavailable" })
  > {
    try {
      const configuration = await this.#discovered();
      const { state, nonce, verifier } = checksOf(attempt);
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: this.#redirectUri,
        scope: this.#settings.scope,
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      return { type: "url", url };
    } catch (error) {
      return { type: "unavailable", why: messageOf(error) };
    }
  }

  /** `query` is what the browser came back with. */
  async finish(attempt: string, query: string): Promise<ProviderResult> {
    const { state, nonce, verifier } = checksOf(attempt);
    try {
      const configuration = await this.#discovered();
      const tokens = await client.authorizationCodeGrant(
        configuration,
        new URL(`${this.#redirectUri}${query}`),
        { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
      );
      const idToken = tokens.claims();
      if (idToken === undefined) return { type: "refused", why: "the provider gave no ID token" };
      const more =
        configuration.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await client.fetchUserInfo(configuration, tokens.access_token, idToken.sub);
      return { type: "claims", claims: this.#claims(idToken.iss, { ...idToken, ...more }) };
    } catch (error) {
      const type = isForeignFault(error) ? "unavailable" : "refused";
      return { type, why: messageOf(error) };
    }
  }

  /** A failure is not remembered: the provider may be back at the next sign-in. */
  async #discovered(): Promise<client.Configuration> {
    this.#configuration ??= this.#discover();
    try {
      return await this.#configuration;
    } catch (error) {
      this.#configuration = undefined;
      throw error;
    }
  }

  #discover(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const server = new URL(issuer);
    // The settings allow http for localhost alone.
    const execute = server.protocol === "http:" ? [client.allowInsecureRequests] : [];
    const options = { execute, timeout: timeoutSeconds };
    return client.discovery(server, clientId, {}, authentication(clientSecret), options);
  }

  #claims(issuer: string, claims: Readonly<Record<string, unknown>>): Claims {
    const { sub, name, preferred_username: username, email, email_verified: isVerified } = claims;
    const groups = claims[this.#settings.groupsClaim];
    return {
      subject: `${issuer} ${String(sub)}`,
      name: readName(name) ?? readName(username),
      verifiedEmail:
        typeof email === "string" && isVerified === true && /^[^@\s]+@[^@\s]+$/.test(email)
          ? email.toLowerCase()
          : null,
      groups: Array.isArray(groups)
        ? groups.filter((group): group is string => typeof group === "string")
        : [],
    };
  }
}

function checksOf(attempt: string) {
  return {
    state: derived(attempt, "state"),
    nonce: derived(attempt, "nonce"),
    verifier: derived(attempt, "verifier"),
  };
}

/** Whichever of the two ways the provider takes; by OpenID Connect Discovery, Basic where it is silent. */
function authentication(secret: string): client.ClientAuth {
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    const isBasic = methods.includes("client_secret_basic");
    const authenticate = isBasic
      ? client.ClientSecretBasic(secret)
      : client.ClientSecretPost(secret);
    return authenticate(server, ...rest);
  };
}

function readName(value: unknown): string | null {
  if (typeof value !== "string") return null;
  return value.replace(/\p{C}/gu, "").trim().slice(0, 100) || null;
}

/** Whether it was the network or the provider's own fault, rather than something that did not fit. */
function isForeignFault(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "OAUTH_TIMEOUT" || code === "OAUTH_RESPONSE_IS_NOT_CONFORM";
}

/** Words of the library and the provider's own error code, no value of a token. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? ` (${String(error.code)})` : "";
  const word = "error" in error && typeof error.error === "string" ? `: ${error.error}` : "";
  return `${error.message}${code}${word}`;
}
