import assert from "node:assert/strict";
import type { SessionView } from "../api.ts";

/** The content of an answer that must have this status. */
export async function json<T>(response: Response, status = 200): Promise<T> {
  assert.equal(response.status, status, await response.clone().text());
  return (await response.json()) as T;
}

/**
 * What a browser sends by itself (cookies, Origin, Sec-Fetch-Site) and what our page adds (the CSRF
 * token).
 */
export class Browser {
  readonly cookies = new Map<string, string>();
  csrfToken = "";
  readonly #fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly #origin: string;

  constructor(fetch: (path: string, init: RequestInit) => Promise<Response>, origin: string) {
    this.#fetch = fetch;
    this.#origin = origin;
  }

  /** A header whose value is undefined is not sent. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    changes: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Response> {
    const all: Record<string, string | undefined> = {
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ") || undefined,
      "sec-fetch-site": "same-origin",
      ...(method === "GET"
        ? {}
        : {
            origin: this.#origin,
            "content-type": "application/json",
            "x-csrf-token": this.csrfToken,
          }),
      ...changes,
    };
    const headers = new Headers();
    for (const [name, value] of Object.entries(all)) {
      if (value !== undefined) headers.set(name, value);
    }
    const text = typeof body === "string" ? body : JSON.stringify(body ?? {});
    const response = await this.#fetch(path, {
      method,
      headers,
      redirect: "manual",
      ...(method === "GET" ? {} : { body: text }),
    });
    this.#keepCookies(response);
    return response;
  }

  get(path: string): Promise<Response> {
    return this.request("GET", path);
  }

  post(
    path: string,
    body?: unknown,
    changes?: Readonly<Record<string, string | undefined>>,
  ): Promise<Response> {
    return this.request("POST", path, body, changes);
  }

  /** Loads the session, as the page does first. */
  async session(): Promise<SessionView> {
    const response = await this.get("/api/session");
    const view = (await response.json()) as SessionView;
    this.csrfToken = view.csrfToken;
    return view;
  }

  #keepCookies(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}
