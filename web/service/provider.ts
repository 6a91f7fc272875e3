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
  /** the domain of an address that the provider did not confirm; null: there is none */
  readonly unverifiedDomain: string | null;
  /** null: the provider left them out, because there are too many */
  readonly groups: readonly string[] | null;
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
      return { type: "claims", claims: this.#claims(idToken, more) };
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

  /** The signed ID token comes first. The user info only adds what the token does not have. */
  #claims(idToken: ClaimSource & { readonly iss: string }, userInfo: ClaimSource): Claims {
    const claims = { ...userInfo, ...idToken };
    const { groupsClaim } = this.#settings;
    const groups = claims[groupsClaim];
    // An address is verified by the source that it comes from.
    const { email, isVerified } = emailOf(idToken) ?? emailOf(userInfo) ?? noEmail;
    return {
      subject: `${idToken.iss} ${String(claims.sub)}`,
      name: readName(claims.name) ?? readName(claims.preferred_username),
      verifiedEmail: isVerified ? email : null,
      unverifiedDomain: email !== null && !isVerified ? domainOf(email) : null,
      groups: hasTooManyGroups(claims, groupsClaim) ? null : textsIn(groups),
    };
  }
}

type ClaimSource = Readonly<Record<string, unknown>>;

const noEmail = { email: null, isVerified: false };

/**
 * @returns the address in lower case, and whether the provider confirms it: by `email_verified` (OpenID
 *   Connect Core, 5.1; Amazon Cognito's user info has it as text), or by Microsoft Entra's optional claim
 *   `xms_edov`, because Entra has no `email_verified`
 */
function emailOf(
  source: ClaimSource,
): { readonly email: string; readonly isVerified: boolean } | undefined {
  const { email } = source;
  if (typeof email !== "string" || !/^[^@\s]+@[^@\s]+$/.test(email)) return undefined;
  const confirmation = source.email_verified ?? source.xms_edov;
  const isVerified = [true, "true", 1, "1"].some((word) => word === confirmation);
  return { email: email.toLowerCase(), isVerified };
}

export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf("@") + 1);
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

/**
 * Entra leaves the groups out of a token when there are more than 200, and says where they are instead
 * (OpenID Connect Core, 5.6.2; Microsoft, "groups overage claim").
 */
function hasTooManyGroups(claims: ClaimSource, groupsClaim: string): boolean {
  if (claims[groupsClaim] !== undefined) return false;
  const names = claims._claim_names;
  const isElsewhere = typeof names === "object" && names !== null && groupsClaim in names;
  return isElsewhere || claims.hasgroups === true || claims.hasgroups === "true";
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
