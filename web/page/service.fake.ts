/**
 * A fake of the service with the API of `web/api.ts`. A test sets its responses, and it records the
 * requests.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  AdminGateView,
  ChangesPage,
  ChangeView,
  GateEventView,
  GatesPage,
  GateTraces,
  GateView,
  GrantBody,
  GrantsPage,
  GrantView,
  GuestSummary,
  GuestsPage,
  GuestView,
  HistoryEntry,
  HolidayListView,
  LanguageBody,
  NewBoxView,
  NewGuestView,
  OpenBody,
  OtherCommand,
  OwnPasskeys,
  OwnPasskeyView,
  PeoplePage,
  PersonBody,
  PersonTraces,
  PersonView,
  Problem,
  RequestView,
  ServerEvent,
  SessionView,
  TokenView,
  WebhookView,
} from "../api.ts";
import { pageAssets, type TranslatedPage } from "../assets.ts";
import type { Asset, Assets } from "../service/assets.ts";
import { contentSecurityPolicy } from "../service/guards.ts";
import { languages } from "../words/languages.ts";
import { FakePasskeys } from "./passkeys.rig.ts";

/** What the service does with a request to open: respond, stay silent, or break the connection. */
export type OpenScript = (
  gate: GateView,
  id: string,
) =>
  | {
      readonly type: "answer";
      readonly request: RequestView;
      readonly later?: readonly RequestView[];
    }
  | { readonly type: "problem"; readonly status: number; readonly problem: Problem }
  | { readonly type: "hang-up" };

const cookieName = "session";

/** Every test gets the same files. */
let built: Promise<Assets> | undefined;
function builtAssets(): Promise<Assets> {
  built ??= pageAssets();
  return built;
}

export class FakeService {
  readonly gates = new Map<string, GateView>();
  readonly people = new Map<string, PersonView>();
  readonly adminGates = new Map<string, AdminGateView>();
  /** by gate */
  readonly gateEvents = new Map<string, readonly GateEventView[]>();
  readonly grants = new Map<string, GrantView>();
  history: HistoryEntry[] = [];
  otherCommands: OtherCommand[] = [];
  tokens: TokenView[] = [];
  methods: SessionView["methods"] = { passkey: true, oidc: null };
  openScript: OpenScript = (gate, id) => ({ type: "answer", request: request(gate.id, id) });
  /** every request to open, also when its connection was broken */
  readonly posts: { readonly gate: string; readonly id: string; readonly ageMs: number }[] = [];
  refusesStreams = false;
  csrfToken = "token-1";
  commandLifetimeMs = 10_000;
  contact: string | null = null;
  isLockedOut = false;
  /** the page in a language that the app does not have; undefined: in one of its own */
  translated: TranslatedPage | undefined;
  /** who uses a guest link when nobody is signed in */
  guest: GuestSummary | null = null;
  isGuestOver = false;
  guests: readonly GuestView[] = [];
  holidays: readonly HolidayListView[] = [];
  newBoxes: readonly NewBoxView[] = [];
  changes: readonly ChangeView[] = [];
  ownPasskeys: OwnPasskeys = { passkeys: [], hasOidc: false };
  webhooks: readonly WebhookView[] = [];
  /** ids of people by cookie */
  readonly #sessions = new Map<string, string>();
  readonly #streams = new Set<ServerResponse>();
  readonly #passkeys: FakePasskeys;
  readonly #server: Server;
  readonly #assets: Assets;

  private constructor(assets: Assets) {
    this.#assets = assets;
    this.#server = createServer((incoming, response) => {
      this.#handle(incoming, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.#passkeys = new FakePasskeys(() => this.origin);
  }

  static async start(): Promise<FakeService> {
    const service = new FakeService(await builtAssets());
    await new Promise<void>((resolve) => service.#server.listen(0, "127.0.0.1", resolve));
    return service;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Creates a cookie for a browser that is already signed in. */
  cookieFor(personId: string): { name: string; value: string; url: string } {
    const value = randomUUID();
    this.#sessions.set(value, personId);
    return { name: cookieName, value, url: this.origin };
  }

  /** @returns an invitation link, as an administrator gets it */
  invitationFor(personId: string): string {
    return `${this.origin}/#invitation=${this.#passkeys.invite(personId)}`;
  }

  say(event: ServerEvent): void {
    if (event.event === "gate") this.gates.set(event.data.id, event.data);
    for (const stream of this.#streams) writeEvent(stream, event);
  }

  breakStreams(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  /** Ends all sessions at once, as when a person is locked out. */
  withdraw(): void {
    this.#sessions.clear();
    this.breakStreams();
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<ServerResponse> {
    const { pathname, searchParams } = new URL(incoming.url ?? "/", this.origin);
    const method = incoming.method ?? "GET";
    const asset = this.#assetFor(incoming, pathname);
    if (asset !== undefined && method === "GET") {
      response.writeHead(200, {
        "Content-Type": asset.type,
        "Content-Security-Policy": contentSecurityPolicy,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
      });
      return response.end(asset.body);
    }
    const person = this.#personOf(incoming);
    if (pathname === "/api/language") {
      const { language }: LanguageBody = JSON.parse(await text(incoming));
      response.setHeader("Set-Cookie", `boom-box-language=${language}; Path=/`);
      return response.writeHead(204).end();
    }
    if (pathname === "/api/session") return json(response, 200, this.#session(person));
    if (method === "GET" && person === null && this.guest === null) return notSignedIn(response);
    if (pathname === "/api/events") return this.#stream(response);
    if (method === "GET") return this.#read(pathname, searchParams, response);
    if (incoming.headers["x-csrf-token"] !== this.csrfToken) {
      return json(response, 403, { error: "csrf", message: "The token is out of date." });
    }
    const body = JSON.parse(await text(incoming));
    const signedIn = await this.#signIn(pathname, body, response);
    if (signedIn) return response;
    if (person === null) return notSignedIn(response);
    if (pathname === "/api/sign-out") {
      this.#sessions.clear();
      return response.writeHead(204).end();
    }
    const gate = /^\/api\/gates\/([^/]+)\/open$/.exec(pathname)?.[1];
    if (gate !== undefined) return this.#open(gate, body, response);
    return this.#administer(method, pathname, body, response);
  }

  #assetFor({ headers }: IncomingMessage, path: string): Asset | undefined {
    const [, chosen = "en"] = /boom-box-language=(\w+)/.exec(headers.cookie ?? "") ?? [];
    const language = languages.find((each) => each === chosen) ?? "en";
    const { files, documents } = this.translated ?? {
      files: this.#assets.files,
      documents: this.#assets.documents.get(language),
    };
    return files.get(path) ?? documents?.get(path);
  }

  /** @returns whether the request belongs to the sign-in */
  async #signIn(
    path: string,
    body: Parameters<FakePasskeys["answer"]>[1],
    response: ServerResponse,
  ): Promise<boolean> {
    const answer = await this.#passkeys.answer(path, body, (id) => this.people.get(id)?.name);
    if (answer === null) return false;
    if (answer.type === "options") json(response, 200, answer.value);
    else if (answer.type === "refused") json(response, answer.status, answer.problem);
    else {
      const { value, name } = this.cookieFor(answer.personId);
      response.setHeader("Set-Cookie", `${name}=${value}; Path=/; HttpOnly; SameSite=Strict`);
      json(response, 200, this.#session(this.people.get(answer.personId) ?? null));
    }
    return true;
  }

  #session(person: PersonView | null): SessionView {
    const summary = person && {
      id: person.id,
      name: person.name,
      isAdministrator: person.isAdministrator,
    };
    const { csrfToken, commandLifetimeMs, methods, contact, isLockedOut } = this;
    const guest = person === null ? this.guest : null;
    const { isGuestOver } = this;
    return {
      person: summary,
      guest,
      isGuestOver,
      isLockedOut,
      contact,
      csrfToken,
      commandLifetimeMs,
      methods,
    };
  }

  #personOf(incoming: IncomingMessage): PersonView | null {
    const cookie = /(?:^|; )session=([^;]+)/.exec(incoming.headers.cookie ?? "")?.[1];
    return this.people.get(this.#sessions.get(cookie ?? "") ?? "") ?? null;
  }

  #stream(response: ServerResponse): ServerResponse {
    if (this.refusesStreams) return response.destroy();
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write(": hello\n\n");
    this.#streams.add(response);
    response.on("close", () => this.#streams.delete(response));
    for (const data of this.gates.values()) writeEvent(response, { event: "gate", data });
    return response;
  }

  #open(gateId: string, { id, ageMs = 0 }: OpenBody, response: ServerResponse): ServerResponse {
    this.posts.push({ gate: gateId, id, ageMs });
    const gate = this.gates.get(gateId);
    if (gate === undefined) return json(response, 404, { error: "not-found", message: "No gate." });
    const script = this.openScript(gate, id);
    if (script.type === "hang-up") return response.destroy();
    if (script.type === "problem") return json(response, script.status, script.problem);
    json(response, 202, script.request);
    for (const data of script.later ?? []) this.say({ event: "request", data });
    return response;
  }

  #peoplePage(query: URLSearchParams): PeoplePage {
    const found = [...this.people.values()].filter(({ name, email }) =>
      matches(`${name} ${email ?? ""}`, query.get("search") ?? ""),
    );
    const [first, limit] = [Number(query.get("after")), Number(query.get("limit"))];
    const end = first + limit;
    const next = end < found.length ? String(end) : null;
    return { people: found.slice(first, end), total: found.length, next };
  }

  #gatesPage(query: URLSearchParams): GatesPage {
    const ids = query.get("ids")?.split(",");
    const found = [...this.adminGates.values()].filter(
      ({ id, name, thingName }) =>
        (ids?.includes(id) ?? true) &&
        matches(`${name} ${id} ${thingName}`, query.get("search") ?? ""),
    );
    const [first, limit] = [Number(query.get("after")), Number(query.get("limit") ?? 200)];
    const end = first + limit;
    const next = end < found.length ? String(end) : null;
    return { gates: found.slice(first, end), total: found.length, next };
  }

  #read(path: string, query: URLSearchParams, response: ServerResponse): ServerResponse {
    const [, requestId] = /^\/api\/requests\/([^/]+)$/.exec(path) ?? [];
    const request = this.history.find(({ id }) => id === requestId);
    if (request !== undefined) return json(response, 200, request);
    if (path === "/api/history") return json(response, 200, { entries: this.history, next: null });
    if (path === "/api/admin/people") return json(response, 200, this.#peoplePage(query));
    const [, traced] = /^\/api\/admin\/(people|gates)\/[^/]+\/traces$/.exec(path) ?? [];
    if (traced !== undefined) {
      return json(response, 200, traced === "people" ? personTraces : gateTraces);
    }
    const [, personId] = /^\/api\/admin\/people\/([^/]+)$/.exec(path) ?? [];
    const person = this.people.get(personId ?? "");
    if (person !== undefined) return json(response, 200, person);
    if (path === "/api/admin/grants") {
      const isAsked = (grant: GrantView) =>
        grant.person === query.get("person") || grant.gate === query.get("gate");
      const grants = [...this.grants.values()].filter(isAsked).map((grant) => ({
        ...grant,
        personName: this.people.get(grant.person)?.name ?? "",
      }));
      return json(response, 200, { grants, next: null } satisfies GrantsPage);
    }
    const [, gateId] = /^\/api\/admin\/gates\/([^/]+)\/events$/.exec(path) ?? [];
    if (gateId !== undefined) return json(response, 200, this.gateEvents.get(gateId) ?? []);
    if (path === "/api/admin/new-boxes") return json(response, 200, this.newBoxes);
    if (path === "/api/admin/gates") return json(response, 200, this.#gatesPage(query));
    const [, adminGateId] = /^\/api\/admin\/gates\/([^/]+)$/.exec(path) ?? [];
    const adminGate = this.adminGates.get(adminGateId ?? "");
    if (adminGate !== undefined) return json(response, 200, adminGate);
    if (path === "/api/admin/tokens") return json(response, 200, this.tokens);
    if (path === "/api/admin/guests") {
      return json(response, 200, { guests: this.guests, next: null } satisfies GuestsPage);
    }
    if (path === "/api/admin/changes") {
      return json(response, 200, { changes: this.changes, next: null } satisfies ChangesPage);
    }
    if (path === "/api/passkeys") return json(response, 200, this.ownPasskeys);
    if (path === "/api/admin/holidays") return json(response, 200, this.holidays);
    if (path === "/api/admin/webhooks") return json(response, 200, this.webhooks);
    if (path === "/api/admin/other-commands") return json(response, 200, this.otherCommands);
    return json(response, 404, { error: "not-found", message: "This path does not exist." });
  }

  #administer(
    method: string,
    path: string,
    body: Partial<PersonBody> & Partial<GrantBody>,
    response: ServerResponse,
  ): ServerResponse {
    const [, kind, id = "", part] =
      /^\/api\/admin\/(\w+)(?:\/([^/]+))?(?:\/(\w+))?$/.exec(path) ?? [];
    if (kind === "people" && part === "invitation") {
      const expiresAt = Date.now() + 86_400_000;
      return json(response, 201, { url: this.invitationFor(id), expiresAt });
    }
    const person = this.people.get(id);
    if (kind === "people" && part === "passkeys" && person !== undefined) {
      this.people.set(id, { ...person, passkeys: 0 });
      return response.writeHead(204).end();
    }
    if (kind === "people" && method === "POST") {
      const added = { ...newPerson(randomUUID(), body.name ?? ""), ...definedOf(body) };
      this.people.set(added.id, added);
      return json(response, 201, added);
    }
    if (kind === "people" && method === "DELETE" && this.people.delete(id)) {
      return response.writeHead(204).end();
    }
    if (kind === "people" && person !== undefined) {
      this.people.set(id, { ...person, ...definedOf(body) });
      return json(response, 200, this.people.get(id));
    }
    if (kind === "grants" && method === "POST") {
      const defaults = { startsAt: null, onHolidays: true };
      const grant = { ...defaults, ...(body as GrantBody), id: randomUUID() };
      this.grants.set(grant.id, grant);
      return json(response, 201, grant);
    }
    if (kind === "guests" && method === "POST") {
      const made = { ...guestView("new", body.name ?? ""), url: `${this.origin}/#guest=TOKEN` };
      return json(response, 201, made satisfies NewGuestView);
    }
    if (kind === "grants" && method === "DELETE" && this.grants.delete(id)) {
      return response.writeHead(204).end();
    }
    return json(response, 400, { error: "invalid", message: "The fake does not support this." });
  }
}

const gateTraces: GateTraces = { grants: 2, tokens: 0, guests: 1, holidays: 0, webhooks: 0 };
const personTraces: PersonTraces = {
  ...{ grants: 1, passkeys: 1, sessions: 2, tokens: 0, invitations: 0, guests: 3 },
};

export function gateView(id: string, name: string): GateView {
  const may = { open: true } as const;
  return { id, name, box: "online", lastSeenAt: Date.now(), position: null, may, pass: null };
}

/** Valid for an hour, with one of three openings used. */
export function guestView(id: string, name: string, more: Partial<GuestView> = {}): GuestView {
  const now = Date.now();
  return {
    ...{
      id,
      gate: "main",
      gateName: "Main gate",
      name,
      note: "",
      inviter: { id: "ada", name: "Ada Kowalski" },
    },
    isInviterActive: true,
    ...{ startsAt: now, endsAt: now + 3_600_000, openings: 3, used: 1 },
    ...{ state: "valid", createdAt: now },
    ...more,
  };
}

/** Used today, on this device. */
export function ownPasskey(id: string, name: string): OwnPasskeyView {
  const createdAt = Date.now() - 86_400_000;
  const states = { isCurrent: true, isUsable: true };
  return { id, name, createdAt, lastUsedAt: Date.now(), ...states };
}

export function newPerson(id: string, name: string): PersonView {
  return {
    id,
    name,
    isAdministrator: false,
    email: null,
    isActive: true,
    passkeys: 0,
    hasOidc: false,
    createdAt: Date.now(),
    lastSeenAt: null,
  };
}

/** A new request in the state `recorded`. @param more other fields */
export function request(gate: string, id: string, more: Partial<RequestView> = {}): RequestView {
  return { id, gate, state: "recorded", reason: null, at: Date.now(), pulseMs: null, ...more };
}

/** Whether every word of the query occurs in the text. */
function matches(text: string, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/);
  return words.every((word) => text.toLowerCase().includes(word));
}

function definedOf(body: Partial<PersonBody>): Partial<PersonView> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

function writeEvent(stream: ServerResponse, { event, data }: ServerEvent): void {
  stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

function notSignedIn(response: ServerResponse): ServerResponse {
  return json(response, 401, { error: "not-signed-in", message: "Sign in first." });
}

function json(response: ServerResponse, status: number, value: unknown): ServerResponse {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  return response.end(JSON.stringify(value));
}

async function text(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
