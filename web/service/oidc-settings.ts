import { parseUrl, type SettingReader } from "../setting-reader.ts";

/** Who may sign in through the provider. One match is enough. */
export interface AllowList {
  readonly groups: readonly string[];
  /** domains of addresses that the provider has verified; lower case */
  readonly domains: readonly string[];
  /** addresses that the provider has verified; lower case */
  readonly addresses: readonly string[];
}

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** the name on the page: "Sign in with …"; null: "your company", in the language of the request */
  readonly name: string | null;
  readonly scope: string;
  /** the claim that lists a person's groups */
  readonly groupsClaim: string;
  readonly allow: AllowList;
  /**
   * of the people who sign in through the provider, exactly the members of this group are
   * administrators; null: administrators appoint each other
   */
  readonly adminGroup: string | null;
}

/** @returns null when no issuer is set, which means that there is no provider */
export function readOidcSettings(reader: SettingReader): OidcSettings | null {
  const issuer = reader.text("OIDC_ISSUER");
  const clientId = reader.text("OIDC_CLIENT_ID");
  const clientSecret = reader.secret("OIDC_CLIENT_SECRET");
  const settings: OidcSettings = {
    issuer: issuer ?? "",
    clientId: clientId ?? "",
    clientSecret: clientSecret ?? "",
    name: reader.text("OIDC_NAME") ?? null,
    scope: reader.text("OIDC_SCOPE") ?? "openid profile email",
    groupsClaim: reader.text("OIDC_GROUPS_CLAIM") ?? "groups",
    allow: {
      groups: reader.list("OIDC_ALLOW_GROUPS"),
      domains: reader.list("OIDC_ALLOW_DOMAINS").map((word) => word.toLowerCase()),
      addresses: reader.list("OIDC_ALLOW_ADDRESSES").map((word) => word.toLowerCase()),
    },
    adminGroup: reader.text("OIDC_ADMIN_GROUP") ?? null,
  };
  if (issuer === undefined) {
    if (clientId !== undefined || clientSecret !== undefined) {
      reader.problem("OIDC_ISSUER", "is required when OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is set");
    }
    return null;
  }
  check(reader, settings);
  return settings;
}

function check(reader: SettingReader, settings: OidcSettings): void {
  const url = parseUrl(settings.issuer);
  const isLocal = url?.protocol === "http:" && url.hostname === "localhost";
  if (url?.protocol !== "https:" && !isLocal) {
    reader.problem("OIDC_ISSUER", "must be an https URL");
  }
  if (settings.clientId === "") reader.problem("OIDC_CLIENT_ID", "is required");
  if (settings.clientSecret === "") {
    reader.problem("OIDC_CLIENT_SECRET", "or OIDC_CLIENT_SECRET_FILE is required");
  }
  if (!settings.scope.split(" ").includes("openid")) {
    reader.problem("OIDC_SCOPE", "must contain openid");
  }
  const { groups, domains, addresses } = settings.allow;
  if (groups.length + domains.length + addresses.length === 0) {
    reader.problem(
      "OIDC_ALLOW_GROUPS",
      "or OIDC_ALLOW_DOMAINS or OIDC_ALLOW_ADDRESSES is required: without one of them nobody can sign in",
    );
  }
  if (!domains.every((domain) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain))) {
    reader.problem(
      "OIDC_ALLOW_DOMAINS",
      "must be domains such as example.com, separated by commas",
    );
  }
  if (!addresses.every((address) => /^[^@\s]+@[^@\s]+$/.test(address))) {
    reader.problem("OIDC_ALLOW_ADDRESSES", "must be email addresses, separated by commas");
  }
}
