/** What only administrators ask of the service. A phone at the gate does not load it. */
import type {
  AdminGateView,
  ChangesPage,
  ChangesQuery,
  DeliveriesPage,
  GateBody,
  GateEventView,
  GatesPage,
  GatesQuery,
  GateTraces,
  GrantBody,
  GrantsPage,
  GrantView,
  GuestBody,
  GuestsPage,
  GuestsQuery,
  HolidayBody,
  HolidayListView,
  HolidayPreview,
  InvitationView,
  ManyGrantsBody,
  ManyGrantsView,
  NewBoxView,
  NewGuestView,
  NewTokenView,
  NewWebhookView,
  OtherCommand,
  PeoplePage,
  PeopleQuery,
  PersonBody,
  PersonTraces,
  PersonView,
  TokenBody,
  TokenView,
  WebhookBody,
  WebhookView,
} from "../../api.ts";
import { queryString } from "./records.ts";
import type { Answer, Service } from "./service.ts";

/** A page of the service. */
const mostKnownGates = 200;

export interface KnownGates {
  /** in the order of their names */
  readonly gates: readonly AdminGateView[];
  /** false: there are more, which the service finds */
  readonly isAll: boolean;
}

export class Administration {
  readonly #service: Service;

  constructor(service: Service) {
    this.#service = service;
  }

  people = (query: PeopleQuery) =>
    this.#service.call<PeoplePage>("GET", `/api/admin/people${queryString(query)}`);
  person = (id: string) =>
    this.#service.call<PersonView>("GET", `/api/admin/people/${encodeURIComponent(id)}`);
  addPerson = (body: PersonBody) =>
    this.#service.call<PersonView>("POST", "/api/admin/people", body);
  changePerson = (id: string, body: Partial<PersonBody>) =>
    this.#service.call<PersonView>("PATCH", `/api/admin/people/${encodeURIComponent(id)}`, body);
  personTraces = (id: string) =>
    this.#service.call<PersonTraces>("GET", `/api/admin/people/${encodeURIComponent(id)}/traces`);
  deletePerson = (id: string) =>
    this.#service.call<null>("DELETE", `/api/admin/people/${encodeURIComponent(id)}`, {});
  removePasskeys = (id: string) =>
    this.#service.call<null>("DELETE", `/api/admin/people/${encodeURIComponent(id)}/passkeys`, {});
  invite = (id: string) =>
    this.#service.call<InvitationView>(
      "POST",
      `/api/admin/people/${encodeURIComponent(id)}/invitation`,
      {},
    );
  /** All grants of one person. */
  async grants(person: string): Promise<Answer<readonly GrantView[]>> {
    const grants: GrantView[] = [];
    for (let after: string | null = null; ; ) {
      const query = queryString({ person, limit: 200, ...(after !== null && { after }) });
      const answer: Answer<GrantsPage> = await this.#service.call(
        "GET",
        `/api/admin/grants${query}`,
      );
      if (answer.type !== "ok") return answer;
      grants.push(...answer.value.grants);
      after = answer.value.next;
      if (after === null) return { type: "ok", value: grants };
    }
  }
  grantsPage = (gate: string, after: string | null) =>
    this.#service.call<GrantsPage>(
      "GET",
      `/api/admin/grants${queryString({ gate, limit: 50, ...(after !== null && { after }) })}`,
    );
  addGrant = (body: GrantBody) => this.#service.call<GrantView>("POST", "/api/admin/grants", body);
  addManyGrants = (body: ManyGrantsBody) =>
    this.#service.call<ManyGrantsView>("POST", "/api/admin/grants/many", body);
  changeGrant = (id: string, body: GrantBody) =>
    this.#service.call<GrantView>("PUT", `/api/admin/grants/${encodeURIComponent(id)}`, body);
  withdrawGrant = (id: string) =>
    this.#service.call<null>("DELETE", `/api/admin/grants/${encodeURIComponent(id)}`, {});
  guests = (query: GuestsQuery) =>
    this.#service.call<GuestsPage>("GET", `/api/admin/guests${queryString(query)}`);
  addGuest = (body: GuestBody) =>
    this.#service.call<NewGuestView>("POST", "/api/admin/guests", body);
  revokeGuest = (id: string) =>
    this.#service.call<null>("DELETE", `/api/admin/guests/${encodeURIComponent(id)}`, {});
  holidays = () => this.#service.call<readonly HolidayListView[]>("GET", "/api/admin/holidays");
  previewHolidays = (body: HolidayBody) =>
    this.#service.call<HolidayPreview>("POST", "/api/admin/holidays/preview", body);
  addHolidays = (body: HolidayBody) =>
    this.#service.call<HolidayListView>("POST", "/api/admin/holidays", body);
  removeHolidays = (id: string) =>
    this.#service.call<null>("DELETE", `/api/admin/holidays/${encodeURIComponent(id)}`, {});
  tokens = (person: string) =>
    this.#service.call<readonly TokenView[]>(
      "GET",
      `/api/admin/tokens?person=${encodeURIComponent(person)}`,
    );
  addToken = (body: TokenBody) =>
    this.#service.call<NewTokenView>("POST", "/api/admin/tokens", body);
  revokeToken = (id: string) =>
    this.#service.call<null>("DELETE", `/api/admin/tokens/${encodeURIComponent(id)}`, {});
  gates = (query: GatesQuery) =>
    this.#service.call<GatesPage>("GET", `/api/admin/gates${queryString(query)}`);
  newBoxes = () => this.#service.call<readonly NewBoxView[]>("GET", "/api/admin/new-boxes");
  gate = (id: string) =>
    this.#service.call<AdminGateView>("GET", `/api/admin/gates/${encodeURIComponent(id)}`);
  /** All gates when they are few, and always those with these ids. */
  async knownGates(ids: readonly string[] = []): Promise<Answer<KnownGates>> {
    const first = await this.gates({ limit: mostKnownGates });
    if (first.type !== "ok") return first;
    const gates = [...first.value.gates];
    const isAll = first.value.next === null;
    const missing = new Set(ids.filter((id) => !gates.some((gate) => gate.id === id)));
    if (isAll || missing.size === 0) return { type: "ok", value: { gates, isAll } };
    const some = [...missing].slice(0, mostKnownGates).join(",");
    const others = await this.gates({ ids: some });
    if (others.type !== "ok") return others;
    return { type: "ok", value: { gates: [...gates, ...others.value.gates], isAll } };
  }
  addGate = (body: GateBody) => this.#service.call<AdminGateView>("POST", "/api/admin/gates", body);
  gateTraces = (id: string) =>
    this.#service.call<GateTraces>("GET", `/api/admin/gates/${encodeURIComponent(id)}/traces`);
  deleteGate = (id: string) =>
    this.#service.call<null>("DELETE", `/api/admin/gates/${encodeURIComponent(id)}`, {});
  gateEvents = (id: string) =>
    this.#service.call<readonly GateEventView[]>(
      "GET",
      `/api/admin/gates/${encodeURIComponent(id)}/events`,
    );
  changeGate = (id: string, body: Partial<GateBody>) =>
    this.#service.call<AdminGateView>("PATCH", `/api/admin/gates/${encodeURIComponent(id)}`, body);

  webhooks = () => this.#service.call<readonly WebhookView[]>("GET", "/api/admin/webhooks");
  addWebhook = (body: WebhookBody) =>
    this.#service.call<NewWebhookView>("POST", "/api/admin/webhooks", body);
  changeWebhook = (id: string, body: Partial<WebhookBody>) =>
    this.#service.call<WebhookView>("PATCH", `/api/admin/webhooks/${encodeURIComponent(id)}`, body);
  removeWebhook = (id: string) =>
    this.#service.call<null>("DELETE", `/api/admin/webhooks/${encodeURIComponent(id)}`, {});
  testWebhook = (id: string) =>
    this.#service.call<object>("POST", `/api/admin/webhooks/${encodeURIComponent(id)}/test`, {});
  deliveries = (id: string) =>
    this.#service.call<DeliveriesPage>(
      "GET",
      `/api/admin/webhooks/${encodeURIComponent(id)}/deliveries`,
    );
  retryDelivery = (id: string, delivery: string) =>
    this.#service.call<object>(
      "POST",
      `/api/admin/webhooks/${encodeURIComponent(id)}/deliveries/${encodeURIComponent(delivery)}/retry`,
      {},
    );

  changes = (query: ChangesQuery) =>
    this.#service.call<ChangesPage>("GET", `/api/admin/changes${queryString(query)}`);

  otherCommands = () =>
    this.#service.call<readonly OtherCommand[]>("GET", "/api/admin/other-commands");
}
