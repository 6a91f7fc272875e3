import { randomBytes } from "node:crypto";
import { FakeGateLink } from "../cloud/gate-link.fake.ts";
import type { Gate, Person } from "../domain/entities.ts";
import {
  aGate,
  aGrant,
  aPasskey,
  aPerson,
  type StorePlace,
  sqlitePlace,
} from "../store/place.rig.ts";
import type { Store } from "../store/store.ts";
import { signInMethodsOf } from "./administrators.ts";
import type { Assets } from "./assets.ts";
import { Browser } from "./browser.rig.ts";
import type { Inviting } from "./invitations.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { prometheusMetrics } from "./prometheus.ts";
import { hashOf, newToken } from "./secrets.ts";
import { Service } from "./service.ts";
import { parseWebSettings, type WebSettings } from "./settings.ts";

export const origin = "https://gate.example";
export const everyDay = { days: [1, 2, 3, 4, 5, 6, 7] as const };

export interface RigOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** default: a new SQLite database */
  readonly place?: StorePlace;
  readonly busyTimeoutMs?: number;
  readonly link?: FakeGateLink;
  readonly assets?: Assets;
  /** wraps the real store, to make it fail */
  readonly wrapStore?: (store: Store) => Store;
}

/** A complete service with a real database, simulated boxes and browsers. */
export class Rig {
  readonly log = new RecordingLogger();
  readonly metrics: Metrics = prometheusMetrics();
  readonly place: StorePlace;
  readonly store: Store;
  readonly link: FakeGateLink;
  readonly settings: WebSettings;
  readonly service: Service;
  /** the service's clock; it changes only when a test sets it */
  now = Date.UTC(2025, 10, 12, 12);

  static async make(options: RigOptions = {}): Promise<Rig> {
    const place = options.place ?? (await sqlitePlace());
    return new Rig(options, place, await place.open(options.busyTimeoutMs));
  }

  private constructor(options: RigOptions, place: StorePlace, store: Store) {
    this.place = place;
    this.store = store;
    this.link = options.link ?? new FakeGateLink();
    this.settings = settingsFrom(options.environment ?? {});
    const wrapped = options.wrapStore?.(store);
    this.service = new Service({
      // What fails, fails for taps too.
      store: wrapped === undefined ? store : { ...wrapped, forTaps: wrapped },
      link: this.link,
      settings: this.settings,
      log: this.log,
      metrics: this.metrics,
      assets: options.assets ?? { files: new Map(), documents: new Map() },
      now: () => this.now,
      randomBytes,
    });
  }

  async dispose(): Promise<void> {
    await this.stop();
    await this.place.remove();
  }

  /** Stops this instance and keeps the database for the others. */
  async stop(): Promise<void> {
    this.service.refuse();
    await this.service.close(0);
  }

  browser(address = "192.0.2.1"): Browser {
    const { origin } = this.settings;
    const env = { incoming: { socket: { remoteAddress: address } } };
    return new Browser(
      async (path, init) => this.service.app.request(`${origin}${path}`, init, env),
      origin,
    );
  }

  /** Creates gates that the person may open. */
  async manyGates(count: number, { id }: Person): Promise<void> {
    for (let number = 0; number < count; number++) {
      const gate = await this.gate({ id: `gate-${number}`, thingName: `thing-${number}` });
      await this.store.createGrant(aGrant(id, gate.id, everyDay));
      this.link.online(gate.thingName);
    }
  }

  /** The reports stop and start again, so that every stream gets every gate twice. */
  async flap(): Promise<void> {
    this.link.listening(false);
    await turns();
    this.link.listening(true);
    for (const { thingName } of await this.store.gates()) this.link.online(thingName);
    await turns();
  }

  async person(changes: Partial<Person> = {}): Promise<Person> {
    const person = aPerson(changes);
    await this.store.createPerson(person);
    return person;
  }

  /** Locks the person out, or lets the person in again, like another instance of the service. */
  async setActive({ id }: Person, isActive: boolean): Promise<void> {
    await this.store.changePerson(id, { isActive }, signInMethodsOf(this.settings));
  }

  /** Starts the service. @returns the link that an administrator waits for, if there is one */
  async startForLink(): Promise<string | undefined> {
    await this.service.start();
    return (await this.service.inviteWaitingAdministrator())?.url;
  }

  async gate(changes: Partial<Gate> = {}): Promise<Gate> {
    const gate = aGate(changes);
    await this.store.createGate(gate);
    return gate;
  }

  /** A person who may open the gate at all times, with a browser. */
  async colleague(
    gate: Gate | undefined,
    changes: Partial<Person> = {},
  ): Promise<{ person: Person; browser: Browser }> {
    const person = await this.person(changes);
    if (gate !== undefined) await this.store.createGrant(aGrant(person.id, gate.id, everyDay));
    return { person, browser: await this.signedIn(person) };
  }

  async administrator(): Promise<{ person: Person; browser: Browser }> {
    const administrator = await this.colleague(undefined, { isAdministrator: true });
    await this.passkey(administrator.person);
    return administrator;
  }

  /** Gives the person a passkey that nobody uses. */
  async passkey({ id }: Person, rpId = "gate.example"): Promise<void> {
    const passkey = aPasskey(id, { rpId });
    const tokenHash = passkey.credentialId;
    const { now } = this;
    await this.store.createInvitation({
      tokenHash,
      personId: id,
      createdAt: now,
      expiresAt: now + 1,
    });
    await this.store.acceptInvitation(tokenHash, passkey, now);
  }

  /** A browser that is already signed in. The sign-in has its own tests. */
  async signedIn(person: Person, browser = this.browser()): Promise<Browser> {
    const token = newToken(randomBytes);
    await this.store.createSession(
      {
        tokenHash: hashOf(token),
        personId: person.id,
        csrfToken: newToken(randomBytes),
        createdAt: this.now,
        expiresAt: this.now + this.settings.sessionLifetimeMs,
      },
      null,
    );
    const name = this.settings.isSecure ? "__Host-session" : "boom-box-session";
    browser.cookies.set(name, token);
    await browser.session();
    return browser;
  }
}

/** What a command on the server works with. */
export function partsOf({ store, settings, now }: Rig): Inviting {
  return { store, settings, randomBytes, now: () => now };
}

export function settingsFrom(environment: Readonly<Record<string, string>>): WebSettings {
  const result = parseWebSettings({
    environment: { BOOM_BOX_WEB_ORIGIN: origin, ...environment },
    readFile: () => {
      throw new Error("the tests have no files");
    },
  });
  if (result.type === "problems") throw new Error(result.problems.join("; "));
  return result.settings;
}

export class RecordingLogger implements Logger {
  readonly lines: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[] =
    [];

  info(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push({ level: "info", fields, message });
  }

  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push({ level: "warn", fields, message });
  }

  error(fields: Readonly<Record<string, unknown>>, message: string): void {
    this.lines.push({ level: "error", fields, message });
  }

  /** the whole log, to check that it contains no secret */
  get text(): string {
    return JSON.stringify(this.lines);
  }
}

/** Waits until it is true. It works with a fake clock, and Mocha's timeout ends it. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits for work that needs no timer. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
