import assert from "node:assert/strict";
import { parseWebSettings } from "./settings.ts";

const files: Readonly<Record<string, string>> = { "/run/secret": " from a file\n", "/empty": "" };

function parse(environment: Readonly<Record<string, string>>, known: readonly string[] = []) {
  return parseWebSettings(
    {
      environment: Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [`BOOM_BOX_WEB_${name}`, value]),
      ),
      readFile: (path) => {
        const text = files[path];
        if (text === undefined) throw Object.assign(new Error("no"), { code: "ENOENT" });
        return text;
      },
    },
    known,
  );
}

function settingsOf(environment: Readonly<Record<string, string>>) {
  const result = parse(environment);
  assert.equal(result.type, "settings", JSON.stringify(result));
  return result.settings;
}

function problemsOf(environment: Readonly<Record<string, string>>) {
  const result = parse(environment);
  assert.equal(result.type, "problems");
  return result.problems;
}

const oidc = {
  OIDC_ISSUER: "https://id.example",
  OIDC_CLIENT_ID: "boom-box",
  OIDC_CLIENT_SECRET: "s",
  OIDC_ALLOW_DOMAINS: "Example.com, example.org",
};

describe("settings of the staff app", () => {
  it("have defaults for localhost", () => {
    assert.deepEqual(settingsOf({}), {
      name: "Boom Box",
      contact: null,
      origin: "http://localhost:8080",
      isSecure: false,
      listen: { host: "127.0.0.1", port: 8080 },
      database: "boom-box.db",
      sessionLifetimeMs: 604_800_000,
      retentionMs: 31_536_000_000,
      commandLifetimeMs: 10_000,
      openLimit: { burst: 5, everyMs: 2_000 },
      signInLimit: { burst: 10, everyMs: 6_000 },
      trustedProxies: 0,
      metricsToken: null,
      oidc: null,
      webhookPrivateHosts: [],
    });
  });

  it("take the contact as one line of text", () => {
    assert.equal(settingsOf({ CONTACT: " Front desk, 030 1234 " }).contact, "Front desk, 030 1234");
    for (const CONTACT of ["x".repeat(201), "Front desk\n030", "a\u202eb"]) {
      assert.deepEqual(problemsOf({ CONTACT }), [
        "BOOM_BOX_WEB_CONTACT must be one line of at most 200 characters",
      ]);
    }
  });

  it("treat an empty value as absent, and read a secret from a file", () => {
    const settings = settingsOf({
      ORIGIN: "https://gate.example/",
      LISTEN: "[::]:443",
      NAME: "",
      METRICS_TOKEN_FILE: "",
      ...oidc,
      OIDC_CLIENT_SECRET: "",
      OIDC_CLIENT_SECRET_FILE: "/run/secret",
    });
    assert.deepEqual(settings.listen, { host: "::", port: 443 });
    assert.deepEqual([settings.origin, settings.name], ["https://gate.example", "Boom Box"]);
    assert.equal(settings.oidc?.clientSecret, "from a file");
    assert.deepEqual(settings.oidc?.allow.domains, ["example.com", "example.org"]);
    assert.equal(settings.sessionLifetimeMs, 12 * 3_600_000, "shorter with a provider");
  });

  it("report all problems at once, and never the value of a secret", () => {
    const problems = problemsOf({
      ORIGIN: "http://gate.example",
      LISTEN: "everywhere",
      SESSION_HOURS: "0",
      COMMAND_LIFETIME_SECONDS: "10s",
      METRICS_TOKEN: "hunter2",
      TRUSTED_PROXY: "1",
      OIDC_ISSUER: "http://id.example",
      OIDC_CLIENT_SECRET: "hunter2",
      OIDC_CLIENT_SECRET_FILE: "/run/secret",
      OIDC_SCOPE: "email",
    });
    assert.deepEqual(problems, [
      "BOOM_BOX_WEB_ORIGIN must be https://HOST[:PORT] or http://localhost[:PORT], without a path",
      "BOOM_BOX_WEB_LISTEN must be ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080",
      "BOOM_BOX_WEB_OIDC_CLIENT_SECRET and BOOM_BOX_WEB_OIDC_CLIENT_SECRET_FILE are both set; keep one",
      "BOOM_BOX_WEB_OIDC_ISSUER must be an https URL",
      "BOOM_BOX_WEB_OIDC_CLIENT_ID is required",
      "BOOM_BOX_WEB_OIDC_CLIENT_SECRET or OIDC_CLIENT_SECRET_FILE is required",
      "BOOM_BOX_WEB_OIDC_SCOPE must contain openid",
      "BOOM_BOX_WEB_OIDC_ALLOW_GROUPS or OIDC_ALLOW_DOMAINS or OIDC_ALLOW_ADDRESSES is required: without one of them nobody can sign in",
      "BOOM_BOX_WEB_SESSION_HOURS must be a whole number, 1–8760 hours",
      "BOOM_BOX_WEB_COMMAND_LIFETIME_SECONDS must be a whole number, 2–30 seconds",
      "BOOM_BOX_WEB_METRICS_TOKEN must be 16 or more visible ASCII characters",
      "BOOM_BOX_WEB_TRUSTED_PROXY is not a setting of this service",
    ]);
    assert.ok(!problems.join().includes("hunter2"));
  });

  it("allow plain http only on loopback", () => {
    assert.equal(problemsOf({ LISTEN: "0.0.0.0:8080" }).length, 1);
    assert.equal(problemsOf({ LISTEN: "[::]:8080" }).length, 1);
    for (const listen of ["127.0.0.2:80", "[::1]:80", "localhost:80"])
      settingsOf({ LISTEN: listen });
    settingsOf({ LISTEN: "0.0.0.0:8080", ORIGIN: "https://gate.example" });
  });

  it("refuse an origin with an IP address, because passkeys need a host name", () => {
    for (const origin of ["https://192.0.2.1", "https://[::1]", "http://127.0.0.1:8080"]) {
      assert.equal(problemsOf({ ORIGIN: origin }).length, 1, origin);
    }
    for (const origin of ["https://gate.example/app", "https://u@gate.example", "gate.example"]) {
      assert.equal(problemsOf({ ORIGIN: origin }).length, 1, origin);
    }
  });

  it("accept an origin as people write it", () => {
    for (const [written, origin] of [
      ["https://gate.example.com:443", "https://gate.example.com"],
      ["HTTPS://Gate.Example.COM/", "https://gate.example.com"],
      ["https://schranke.bücher.example", "https://schranke.xn--bcher-kva.example"],
      ["http://localhost:80", "http://localhost"],
    ] as const) {
      assert.equal(settingsOf({ ORIGIN: written }).origin, origin);
    }
    for (const origin of [
      "https://gate.example?x",
      "https://gate.example#",
      "https:gate.example",
    ]) {
      assert.equal(problemsOf({ ORIGIN: origin }).length, 1, origin);
    }
  });

  it("report a file that cannot be read, and ignore the settings of other readers", () => {
    assert.deepEqual(problemsOf({ METRICS_TOKEN_FILE: "/nowhere" }), [
      "BOOM_BOX_WEB_METRICS_TOKEN_FILE names a file that cannot be read (ENOENT)",
    ]);
    assert.deepEqual(problemsOf({ METRICS_TOKEN_FILE: "/empty" }), [
      "BOOM_BOX_WEB_METRICS_TOKEN_FILE names an empty file",
    ]);
    assert.equal(parse({ BROKER: "x" }, ["BOOM_BOX_WEB_BROKER"]).type, "settings");
  });
});
