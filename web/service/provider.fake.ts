import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider, { type Configuration } from "oidc-provider";

/** The claims that the provider has about a person. `userInfo` is what only the user info says. */
export type Account = Readonly<Record<string, unknown>>;

/** A real OpenID provider on loopback, where people sign in without interaction. */
export class RunningProvider {
  readonly issuer: string;
  readonly #server: Server;
  readonly #accounts: Map<string, Account>;
  #current = "";

  static async start(redirectUri: string): Promise<RunningProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    return new RunningProvider(server, redirectUri);
  }

  private constructor(server: Server, redirectUri: string) {
    this.#server = server;
    this.#accounts = new Map();
    this.issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
    const provider = new Provider(this.issuer, this.#configuration(redirectUri));
    const handle = provider.callback();
    server.on("request", (request, response) => {
      if (request.url?.startsWith("/interaction/") !== true) return handle(request, response);
      const login = { accountId: this.#current };
      return provider.interactionFinished(request, response, { login });
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Sets the person who signs in next. */
  signsIn(subject: string, account: Account): void {
    this.#current = subject;
    this.#accounts.set(subject, account);
  }

  /** Follows the provider's redirects, like a browser, until it redirects back. @returns that URL */
  async visit(start: string, isOver: (url: string) => boolean): Promise<string> {
    const cookies = new Map<string, string>();
    let url = start;
    for (let steps = 0; steps < 10 && !isOver(url); steps++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(url, { headers: { cookie }, redirect: "manual" });
      for (const line of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get("location");
      if (location === null) throw new Error(`${response.status}: ${await response.text()}`);
      url = new URL(location, url).href;
    }
    return url;
  }

  #configuration(redirectUri: string): Configuration {
    return {
      clients: [
        {
          client_id: "boom-box",
          client_secret: "a secret of the tests",
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: "client_secret_basic",
        },
      ],
      claims: {
        openid: ["sub"],
        email: ["email", "email_verified", "xms_edov"],
        profile: ["name", "groups", "hasgroups"],
      },
      // Like most providers, and unlike the specification, the ID token has all claims too.
      conformIdTokenClaims: false,
      cookies: { keys: ["a key of the tests"] },
      pkce: { required: () => true },
      findAccount: (_context, subject) => ({
        accountId: subject,
        claims: (use) => {
          const { userInfo, ...account } = this.#accounts.get(subject) ?? {};
          const added = use === "userinfo" && typeof userInfo === "object" ? userInfo : {};
          return { sub: subject, ...account, ...added };
        },
      }),
      features: { devInteractions: { enabled: false } },
      loadExistingGrant: async ({ oidc }) => {
        const accountId = oidc.session?.accountId;
        const clientId = oidc.client?.clientId;
        if (accountId === undefined || clientId === undefined) return undefined;
        const grant = new oidc.provider.Grant({ accountId, clientId });
        grant.addOIDCScope("openid email profile");
        await grant.save();
        return grant;
      },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    };
  }
}
