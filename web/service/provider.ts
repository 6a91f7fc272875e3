import * as client from "openid-client";
import { readableOf } from "../../device/messages/text.ts";
import { isName } from "../domain/name.ts";
import type { OidcSettings } from "./oidc-settings.ts";
import { derived } from "./secrets.ts";

const timeoutSeconds = 10;

/** What the provider says about a person. */
export interface Claims {
  /** `issuer subject`; a provider never reuses a subject, but may reuse addresses and names */
  readonly subject: string;
  readonly name: string | null;
  /** in lower case; null: none, or not verified */
  readonly verifiedEmail: string | null;
  readonly groups: readonly string[];
}

export type ProviderResult =
  | { readonly type: "claims"; readonly claims: Claims }
  /** the person cancelled, the provider refused, or one of our checks failed */
  | { readonly type: "refused"; readonly why: string }
  /** the provider cannot be reached, or its response is not usable */
  | { readonly type: "unavailable"; readonly why: string };

/**
 * The OpenID provider: authorization code flow with PKCE, state and nonce, all derived from the token of
 * the sign-in attempt. Discovery happens at the first sign-in, so the service starts without the
 * provider.
 */
export class Provider {
  readonly #settings: OidcSettings;
  readonly #redirectUri: string;
  #configuration: Promise<client.Configuration> | undefined;

  constructor(settings: OidcSettings, redirectUri: string) {
    this.#settings = settings;
    this.#redirectUri = redirectUri;
  }

  /** @returns the URL where the browser signs in */
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

  /** @param query the query of the redirect back to us */
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

  /** Does not cache a failure, because the provider may be back at the next sign-in. */
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
    // The settings allow http only for localhost.
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

/** The method that the provider supports. OpenID Connect Discovery: Basic when it names none. */
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
  const name = readableOf(value, 100);
  return isName(name) ? name : null;
}

/** Whether the network or the provider failed, rather than a check of the sign-in. */
function isForeignFault(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "OAUTH_TIMEOUT" || code === "OAUTH_RESPONSE_IS_NOT_CONFORM";
}

/** The library's message and the provider's error code. It contains no token. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? ` (${String(error.code)})` : "";
  const word = "error" in error && typeof error.error === "string" ? `: ${error.error}` : "";
  return `${error.message}${code}${word}`;
}
