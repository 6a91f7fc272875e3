/** The client of the service's API. Every outcome of a call is a value. */
import type {
  AdminGateView,
  GateBody,
  GateEventView,
  GrantBody,
  GrantsPage,
  GrantView,
  GuestBody,
  GuestLinkBody,
  GuestsPage,
  GuestsQuery,
  HistoryPage,
  HistoryQuery,
  HolidayBody,
  HolidayListView,
  HolidayPreview,
  InvitationBody,
  InvitationOptions,
  InvitationView,
  ManyGrantsBody,
  ManyGrantsView,
  NewGuestView,
  NewTokenView,
  OpenBody,
  OtherCommand,
  PasskeyBody,
  PasskeyOptions,
  PeoplePage,
  PeopleQuery,
  PersonBody,
  PersonView,
  Problem,
  RequestView,
  SessionView,
  TokenBody,
  TokenView,
} from "../../api.ts";

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
    return this.#keepToken(await this.#call<SessionView>("GET", "/api/session"));
  }
  passkeyOptions = () => this.#call<PasskeyOptions>("POST", "/api/sign-in/passkey/options", {});
  async signIn(body: PasskeyBody): Promise<Answer<SessionView>> {
    return this.#keepToken(await this.#call<SessionView>("POST", "/api/sign-in/passkey", body));
  }
  invitationOptions = (token: string) =>
    this.#call<InvitationOptions>("POST", "/api/invitation/options", { token });
  async acceptInvitation(body: InvitationBody): Promise<Answer<SessionView>> {
    return this.#keepToken(await this.#call<SessionView>("POST", "/api/invitation", body));
  }
  async enterAsGuest(body: GuestLinkBody): Promise<Answer<SessionView>> {
    return this.#keepToken(await this.#call<SessionView>("POST", "/api/guest", body));
  }
  signOut = () => this.#call<null>("POST", "/api/sign-out", {});

  open = (gate: string, body: OpenBody) =>
    this.#call<RequestView>("POST", `/api/gates/${encodeURIComponent(gate)}/open`, body);
  request = (id: string) =>
    this.#call<RequestView>("GET", `/api/requests/${encodeURIComponent(id)}`);
  history = (query: HistoryQuery) =>
    this.#call<HistoryPage>("GET", `/api/history${queryString(query)}`);

  people = (query: PeopleQuery) =>
    this.#call<PeoplePage>("GET", `/api/admin/people${queryString(query)}`);
  person = (id: string) =>
    this.#call<PersonView>("GET", `/api/admin/people/${encodeURIComponent(id)}`);
  addPerson = (body: PersonBody) => this.#call<PersonView>("POST", "/api/admin/people", body);
  changePerson = (id: string, body: Partial<PersonBody>) =>
    this.#call<PersonView>("PATCH", `/api/admin/people/${encodeURIComponent(id)}`, body);
  removePasskeys = (id: string) =>
    this.#call<null>("DELETE", `/api/admin/people/${encodeURIComponent(id)}/passkeys`, {});
  invite = (id: string) =>
    this.#call<InvitationView>(
      "POST",
      `/api/admin/people/${encodeURIComponent(id)}/invitation`,
      {},
    );
  /** All grants of one person. */
  async grants(person: string): Promise<Answer<readonly GrantView[]>> {
    const grants: GrantView[] = [];
    for (let after: string | null = null; ; ) {
      const query = queryString({ person, limit: 200, ...(after !== null && { after }) });
      const answer: Answer<GrantsPage> = await this.#call("GET", `/api/admin/grants${query}`);
      if (answer.type !== "ok") return answer;
      grants.push(...answer.value.grants);
      after = answer.value.next;
      if (after === null) return { type: "ok", value: grants };
    }
  }
  grantsPage = (gate: string, after: string | null) =>
    this.#call<GrantsPage>(
      "GET",
      `/api/admin/grants${queryString({ gate, limit: 50, ...(after !== null && { after }) })}`,
    );
  addGrant = (body: GrantBody) => this.#call<GrantView>("POST", "/api/admin/grants", body);
  addManyGrants = (body: ManyGrantsBody) =>
    this.#call<ManyGrantsView>("POST", "/api/admin/grants/many", body);
  changeGrant = (id: string, body: GrantBody) =>
    this.#call<GrantView>("PUT", `/api/admin/grants/${encodeURIComponent(id)}`, body);
  withdrawGrant = (id: string) =>
    this.#call<null>("DELETE", `/api/admin/grants/${encodeURIComponent(id)}`, {});
  guests = (query: GuestsQuery) =>
    this.#call<GuestsPage>("GET", `/api/admin/guests${queryString(query)}`);
  addGuest = (body: GuestBody) => this.#call<NewGuestView>("POST", "/api/admin/guests", body);
  revokeGuest = (id: string) =>
    this.#call<null>("DELETE", `/api/admin/guests/${encodeURIComponent(id)}`, {});
  holidays = () => this.#call<readonly HolidayListView[]>("GET", "/api/admin/holidays");
  previewHolidays = (body: HolidayBody) =>
    this.#call<HolidayPreview>("POST", "/api/admin/holidays/preview", body);
  addHolidays = (body: HolidayBody) =>
    this.#call<HolidayListView>("POST", "/api/admin/holidays", body);
  removeHolidays = (id: string) =>
    this.#call<null>("DELETE", `/api/admin/holidays/${encodeURIComponent(id)}`, {});
  tokens = (person: string) =>
    this.#call<readonly TokenView[]>(
      "GET",
      `/api/admin/tokens?person=${encodeURIComponent(person)}`,
    );
  addToken = (body: TokenBody) => this.#call<NewTokenView>("POST", "/api/admin/tokens", body);
  revokeToken = (id: string) =>
    this.#call<null>("DELETE", `/api/admin/tokens/${encodeURIComponent(id)}`, {});
  gates = () => this.#call<readonly AdminGateView[]>("GET", "/api/admin/gates");
  addGate = (body: GateBody) => this.#call<AdminGateView>("POST", "/api/admin/gates", body);
  gateEvents = (id: string) =>
    this.#call<readonly GateEventView[]>(
      "GET",
      `/api/admin/gates/${encodeURIComponent(id)}/events`,
    );
  changeGate = (id: string, body: Partial<GateBody>) =>
    this.#call<AdminGateView>("PATCH", `/api/admin/gates/${encodeURIComponent(id)}`, body);

  otherCommands = () => this.#call<readonly OtherCommand[]>("GET", "/api/admin/other-commands");

  #keepToken(answer: Answer<SessionView>): Answer<SessionView> {
    if (answer.type === "ok") this.#csrfToken = answer.value.csrfToken;
    return answer;
  }

  async #call<T>(method: string, path: string, body?: object): Promise<Answer<T>> {
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

export function queryString(query: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
