import { BlockList, isIP } from "node:net";
import { parseUrl, SettingReader, type SettingSource } from "../setting-reader.ts";
import { wordsIn } from "../words/service.ts";
import { type OidcSettings, readOidcSettings } from "./oidc-settings.ts";

export interface RateLimitSettings {
  /** how many are allowed at once */
  readonly burst: number;
  /** after how long one more is allowed */
  readonly everyMs: number;
}

export interface WebSettings {
  /** the name that people see when they register a passkey */
  readonly name: string;
  /** whom people can ask for help, such as a name and a phone number; null: not set */
  readonly contact: string | null;
  /** the address in the browser: scheme, host and port */
  readonly origin: string;
  /** whether the origin is https; plain http is only for loopback */
  readonly isSecure: boolean;
  readonly listen: { readonly host: string; readonly port: number };
  /** a file, or the address of a PostgreSQL database; the latter holds a password */
  readonly database: string;
  readonly sessionLifetimeMs: number;
  readonly retentionMs: number;
  readonly commandLifetimeMs: number;
  /** for the taps of one person */
  readonly openLimit: RateLimitSettings;
  /** for the sign-ins from one address */
  readonly signInLimit: RateLimitSettings;
  /** how many of our proxies a request passes; each appends to X-Forwarded-For */
  readonly trustedProxies: number;
  /** the bearer token that may read /metrics; null: nobody may */
  readonly metricsToken: string | null;
  readonly oidc: OidcSettings | null;
  /** hosts in the operator's own network to which webhooks may be sent, also without TLS; in lower case */
  readonly webhookPrivateHosts: readonly string[];
}

export type WebSettingsResult =
  | { readonly type: "settings"; readonly settings: WebSettings }
  | { readonly type: "problems"; readonly problems: readonly string[] };

const hourMs = 3_600_000;

/**
 * All settings from `BOOM_BOX_WEB_…`, or everything that is wrong with them.
 * @param known names with that prefix that another reader uses, such as the settings of the link
 */
export function parseWebSettings(
  source: SettingSource,
  known: readonly string[] = [],
): WebSettingsResult {
  const reader = new SettingReader(source);
  const origin = readOrigin(reader);
  const listen = readListen(reader);
  const isSecure = origin.protocol === "https:";
  if (!isSecure && !isLoopback(listen.host)) {
    reader.problem("LISTEN", "must be a loopback address because the origin is plain http");
  }
  const oidc = readOidcSettings(reader);
  // The provider is asked only at a sign-in, so a session must end soon.
  const sessionHours = oidc === null ? 168 : 12;
  const settings: WebSettings = {
    name: reader.text("NAME") ?? wordsIn.en.page.title,
    contact: readContact(reader),
    origin: origin.origin,
    isSecure,
    listen,
    database: reader.secret("DATABASE") ?? "boom-box.db",
    sessionLifetimeMs: reader.whole("SESSION_HOURS", sessionHours, 1, 8_760, "hours") * hourMs,
    retentionMs: reader.whole("RETENTION_DAYS", 365, 1, 3_650, "days") * 24 * hourMs,
    commandLifetimeMs: reader.whole("COMMAND_LIFETIME_SECONDS", 10, 2, 30, "seconds") * 1_000,
    openLimit: readLimit(reader, "OPEN", 5, 2),
    signInLimit: readLimit(reader, "SIGN_IN", 10, 6),
    trustedProxies: reader.whole("TRUSTED_PROXIES", 0, 0, 8),
    metricsToken: readMetricsToken(reader),
    oidc,
    webhookPrivateHosts: readPrivateHosts(reader),
  };
  reader.refuseUnknown(known);
  return reader.problems.length > 0
    ? { type: "problems", problems: reader.problems }
    : { type: "settings", settings };
}

function readLimit(
  reader: SettingReader,
  name: string,
  burst: number,
  seconds: number,
): RateLimitSettings {
  return {
    burst: reader.whole(`${name}_BURST`, burst, 1, 10_000),
    everyMs: reader.whole(`${name}_SECONDS`, seconds, 1, 3_600, "seconds") * 1_000,
  };
}

function readOrigin(reader: SettingReader): URL {
  const byDefault = new URL("http://localhost:8080");
  const text = reader.text("ORIGIN");
  if (text === undefined) return byDefault;
  const url = parseUrl(text);
  // Passkeys belong to a host name. Browsers do not create them for an IP address.
  const isName = url !== undefined && isIP(url.hostname.replace(/^\[|\]$/g, "")) === 0;
  const isAllowed =
    url?.protocol === "https:" || (url?.protocol === "http:" && url.hostname === "localhost");
  // The URL's own `origin` has the host in lower case, an IDN as Punycode, and no default port.
  if (url !== undefined && isName && isAllowed && /^https?:\/\/[^/?#@\\\s]+\/?$/i.test(text))
    return url;
  reader.problem(
    "ORIGIN",
    "must be https://HOST[:PORT] or http://localhost[:PORT], without a path",
  );
  return byDefault;
}

function readListen(reader: SettingReader): { host: string; port: number } {
  const byDefault = { host: "127.0.0.1", port: 8080 };
  const text = reader.text("LISTEN");
  if (text === undefined) return byDefault;
  const [, host = "", port = ""] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  if ((isIP(bare) !== 0 || bare === "localhost") && Number(port) <= 65_535) {
    return { host: bare, port: Number(port) };
  }
  reader.problem("LISTEN", "must be ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080");
  return byDefault;
}

function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const loopback = new BlockList();
  loopback.addSubnet("127.0.0.0", 8, "ipv4");
  loopback.addAddress("::1", "ipv6");
  return loopback.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

function readContact(reader: SettingReader): string | null {
  const contact = reader.text("CONTACT");
  if (contact === undefined || /^\P{C}{1,200}$/u.test(contact)) return contact ?? null;
  reader.problem("CONTACT", "must be one line of at most 200 characters");
  return null;
}

function readPrivateHosts(reader: SettingReader): readonly string[] {
  const hosts = reader.list("WEBHOOK_PRIVATE_HOSTS").map((host) => host.toLowerCase());
  const isHost = (host: string) => URL.canParse(`http://${host}/`) && !/[/:@?#]/.test(host);
  if (hosts.every((host) => isHost(host) || isIP(host.replace(/^\[|\]$/g, "")) !== 0)) return hosts;
  reader.problem("WEBHOOK_PRIVATE_HOSTS", "must be host names or addresses, separated by commas");
  return [];
}

function readMetricsToken(reader: SettingReader): string | null {
  const token = reader.secret("METRICS_TOKEN");
  if (token === undefined) return null;
  if (/^[\x21-\x7e]{16,}$/.test(token)) return token;
  reader.problem("METRICS_TOKEN", "must be 16 or more visible ASCII characters");
  return null;
}
