/** The client of the service's API: what a phone at the gate needs. Every outcome of a call is a value. */
import type { CurrentState, OpenBody, Problem, RequestView, SessionView } from "../../api.ts";

export type Answer<T> =
  | { readonly type: "ok"; readonly value: T }
  | { readonly type: "problem"; readonly status: number; readonly problem: Problem }
  /** no response: a network error or a timeout */
  | { readonly type: "unreached" };

const timeoutMs = 6_000;

export class Service {
  #csrfToken = "";
  readonly #onNotSignedIn: () => void;

  constructor(onNotSignedIn: () => void) {
    this.#onNotSignedIn = onNotSignedIn;
  }

  async session(): Promise<Answer<SessionView>> {
    return this.#keepToken(await this.call<SessionView>("GET", "/api/session"));
  }
  /** Signs in, or opens a link. */
  async enter(path: string, body: object): Promise<Answer<SessionView>> {
    return this.#keepToken(await this.call<SessionView>("POST", path, body));
  }
  signOut = () => this.call<null>("POST", "/api/sign-out", {});

  state = () => this.call<CurrentState>("GET", "/api/state");
  open = (gate: string, body: OpenBody) =>
    this.call<RequestView>("POST", `/api/gates/${encodeURIComponent(gate)}/open`, body);
  request = (id: string) =>
    this.call<RequestView>("GET", `/api/requests/${encodeURIComponent(id)}`);

  #keepToken(answer: Answer<SessionView>): Answer<SessionView> {
    if (answer.type === "ok") this.#csrfToken = answer.value.csrfToken;
    return answer;
  }

  /** @param body undefined: the request reads and changes nothing */
  async call<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
    const isChange = body !== undefined;
    try {
      const response = await fetch(path, {
        method,
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
        ...(isChange && {
          headers: { "Content-Type": "application/json", "X-CSRF-Token": this.#csrfToken },
          body: JSON.stringify(body),
        }),
      });
      if (response.ok) {
        const value: T = response.status === 204 ? null : await response.json();
        return { type: "ok", value };
      }
      const problem = await readProblem(response);
      if (problem === null) return { type: "unreached" };
      if (problem.error === "not-signed-in") this.#onNotSignedIn();
      return { type: "problem", status: response.status, problem };
    } catch {
      return { type: "unreached" };
    }
  }
}

/**
 * @returns null when the response is not from our service, for example from a proxy that cannot
 * reach it
 */
async function readProblem(response: Response): Promise<Problem | null> {
  const body: unknown = await response.json().catch(() => null);
  const isProblem =
    typeof body === "object" && body !== null && "error" in body && "message" in body;
  return isProblem ? (body as Problem) : null;
}
