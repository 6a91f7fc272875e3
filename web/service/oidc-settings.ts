import { parseUrl, type SettingReader } from "../setting-reader.ts";

/** Whom the provider's word lets in; one match is enough. */
export interface AllowList {
  readonly groups: readonly string[];
  /** of an address that the provider has verified; lower case */
  readonly domains: readonly string[];
  /** verified too; lower case */
  readonly addresses: readonly string[];
}

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** what people call it: "Sign in with …" */
  readonly name: string;
  readonly scope: string;
  /** the claim that lists a person's groups */
  readonly groupsClaim: string;
  readonly allow: AllowList;
  /** its members, and of the provider's people nobody else, are administrators; null: made so by hand */
  readonly adminGroup: string | null;
}

/** @returns null where no issuer is set: there is no provider then */
export function readOidcSettings(reader: SettingReader): OidcSettings | null {
  const issuer = reader.text("OIDC_ISSUER");
  const clientId = reader.text("OIDC_CLIENT_ID");
  const clientSecret = reader.secret("OIDC_CLIENT_SECRET");
  const settings: OidcSettings = {
    issuer: issuer ?? "",
    clientId: clientId ?? "",
    clientSecret: clientSecret ?? "",
    name: reader.text("OIDC_NAME") ?? "your company",
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
      reader.problem("OIDC_ISSUER", "is missing, though a client is set");
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
    reader.problem("OIDC_ISSUER", "must be an https address");
  }
  if (settings.clientId === "") reader.problem("OIDC_CLIENT_ID", "is missing");
  if (settings.clientSecret === "") {
    reader.problem("OIDC_CLIENT_SECRET", "is missing, and OIDC_CLIENT_SECRET_FILE too");
  }
  if (!settings.scope.split(" ").includes("openid")) {
    reader.problem("OIDC_SCOPE", "must contain openid");
  }
  const { groups, domains, addresses } = settings.allow;
  if (groups.length + domains.length + addresses.length === 0) {
    reader.problem(
      "OIDC_ALLOW_GROUPS",
      "is missing, and OIDC_ALLOW_DOMAINS and OIDC_ALLOW_ADDRESSES too: set one, or nobody gets in",
    );
  }
  if (!domains.every((domain) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain))) {
    reader.problem(
      "OIDC_ALLOW_DOMAINS",
      "must be domains such as example.com, with commas between",
    );
  }
  if (!addresses.every((address) => /^[^@\s]+@[^@\s]+$/.test(address))) {
    reader.problem("OIDC_ALLOW_ADDRESSES", "must be e-mail addresses with commas between");
  }
}
