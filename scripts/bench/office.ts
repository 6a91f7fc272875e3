import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BoxGate, GateLink, GateLinkListener } from "../../web/cloud/gate-link.ts";
import { prometheusMetrics } from "../../web/service/prometheus.ts";
import { hashOf, newToken } from "../../web/service/secrets.ts";
import { Service } from "../../web/service/service.ts";
import { parseWebSettings } from "../../web/service/settings.ts";
import type { Database } from "../../web/store/database.ts";
import { connectPostgres } from "../../web/store/postgres.ts";
import { PostgresChanges } from "../../web/store/postgres-changes.ts";
import { type StoreOptions, storeOn } from "../../web/store/sql-store.ts";
import { connectSqlite } from "../../web/store/sqlite.ts";

export interface OfficeSize {
  readonly gates: number;
  readonly people: number;
  /** pages that are open at the same time, each of another person */
  readonly pages: number;
  readonly tapsPerSecond: number;
  readonly statusesPerSecond: number;
  /** of each of the two phases */
  readonly seconds: number;
}

export interface OfficePhase {
  /** from the moment at which the tap was due to its answer, ms */
  readonly taps: readonly number[];
  readonly accepted: number;
  /** of one core, 0–1 */
  readonly cpu: number;
}

export interface OfficeResult {
  readonly alone: OfficePhase;
  readonly withPages: OfficePhase;
  readonly queriesPerStatus: number;
  /** events that all pages got in the second phase */
  readonly events: number;
  /** pages whose stream ended before the end */
  readonly lostStreams: number;
}

const origin = "http://localhost:8080";
const gateIdOf = (number: number) => `gate-${number}`;
const thingOf = (number: number) => `box-${number}`;
const status = {
  ...{ state: "online", firmware: "0.1.0", uptimeMs: 1, resetReason: "power-on", rssi: -50 },
  ...{ address: null, heap: null, opened: 0, refused: 0, lastOpenedAt: null },
} as unknown as Parameters<GateLinkListener["onStatus"]>[1];

/** Boxes that open at once. */
class InstantLink implements GateLink {
  readonly isListening = true;
  listener: GateLinkListener | undefined;

  start(listener: GateLinkListener): void {
    this.listener = listener;
    listener.onListening(true, null);
  }

  watch(_gates: readonly BoxGate[]): void {}

  send({ id, thingName, output = null }: Parameters<GateLink["send"]>[0]) {
    const event = { id, action: "open", outcome: "opened", reason: null, by: null } as const;
    setImmediate(() =>
      this.listener?.onEvent(thingName, { ...event, at: Date.now(), pulseMs: 500 }, output),
    );
    return Promise.resolve({ type: "sent" } as const);
  }

  async close(): Promise<void> {}
}

/**
 * Taps in an office with many gates and people, without and with open pages. Everything but the sockets is
 * real. It fills the database itself, because 50,000 transactions would take minutes.
 * @param postgres the URL of an empty database; undefined: SQLite
 */
export async function measureOffice(
  size: OfficeSize,
  postgres: string | undefined,
  onProgress: (text: string) => void,
): Promise<OfficeResult> {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-bench-office-"));
  let queries = 0;
  const onQuery = () => {
    queries += 1;
  };
  const connect = async (connections: number): Promise<Database> =>
    postgres === undefined
      ? (await connectSqlite({ file: join(directory, "boom-box.db"), onQuery })).database
      : connectPostgres({ url: postgres, connections, onQuery });
  const otherWays = async (): Promise<StoreOptions> => {
    if (postgres === undefined) return {};
    const forTaps = await connect(4);
    return { forTaps, changes: new PostgresChanges(postgres, forTaps) };
  };
  const database = await connect(10);
  const store = await storeOn(database, await otherWays());
  onProgress("office: filling the database");
  const cookies = await fill(database, size);
  const link = new InstantLink();
  const parsed = parseWebSettings({
    environment: { BOOM_BOX_WEB_ORIGIN: origin },
    readFile: () => "",
  });
  if (parsed.type === "problems") throw new Error(parsed.problems.join("; "));
  const log = { info: () => {}, warn: () => {}, error: console.error };
  const service = new Service({
    ...{
      store,
      link,
      log,
      randomBytes,
      settings: parsed.settings,
      assets: { files: new Map(), documents: new Map() },
    },
    ...{ metrics: prometheusMetrics(), now: Date.now },
  });
  await service.start();

  let turn = 0;
  const tap = async (): Promise<boolean> => {
    turn += 1;
    const headers = cookies[turn % cookies.length];
    if (headers === undefined) throw new Error("nobody can tap");
    const path = `${origin}/api/gates/${gateIdOf((turn % cookies.length) % size.gates)}/open`;
    const body = JSON.stringify({ id: randomUUID() });
    const answer = await service.app.request(path, { method: "POST", headers, body });
    return answer.status === 202;
  };
  const report = () =>
    link.listener?.onStatus(thingOf(Math.floor(Math.random() * size.gates)), status);

  onProgress("office: taps alone");
  await phase({ ...size, seconds: 2 }, tap);
  const alone = await phase(size, tap);
  onProgress("office: opening pages");
  let events = 0;
  let lostStreams = 0;
  for (const headers of cookies.slice(0, size.pages)) {
    const { body } = await service.app.request(`${origin}/api/events`, { headers });
    void (async () => {
      for await (const _ of body ?? []) events += 1;
      lostStreams += 1;
    })();
  }
  await rest(2_000);
  onProgress("office: statuses");
  queries = 0;
  const reports = 100;
  for (let number = 0; number < reports; number++) report();
  // What they cause comes later. Every 15 s, the service also reads what others may have changed.
  await rest(300);
  const queriesPerStatus = queries / reports;
  onProgress("office: taps with pages");
  events = 0;
  const reporting = setInterval(report, 1_000 / size.statusesPerSecond);
  const withPages = await phase(size, tap);
  clearInterval(reporting);
  const result = { alone, withPages, queriesPerStatus, events, lostStreams };
  await rest(1_000);
  service.refuse();
  await service.close(0);
  rmSync(directory, { recursive: true, force: true });
  return result;
}

async function phase(
  { tapsPerSecond, seconds }: OfficeSize,
  tap: () => Promise<boolean>,
): Promise<OfficePhase> {
  const taps: number[] = [];
  let accepted = 0;
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const everyMs = 1_000 / tapsPerSecond;
  const running: Promise<void>[] = [];
  for (let number = 0; number < tapsPerSecond * seconds; number++) {
    const due = begin + number * everyMs;
    await rest(due - performance.now());
    running.push(
      tap().then((isAccepted) => {
        if (isAccepted) accepted += 1;
        taps.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(running);
  const { user, system } = process.cpuUsage(cpu);
  return { taps, accepted, cpu: (user + system) / 1_000 / (performance.now() - begin) };
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

/** @returns the headers of each person who has a session: enough for all pages */
async function fill(
  database: Database,
  { gates, people, pages }: OfficeSize,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const now = Date.now();
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
  const insert = async <T>(rows: readonly T[], add: (some: readonly T[]) => Promise<unknown>) => {
    for (let first = 0; first < rows.length; first += 500)
      await add(rows.slice(first, first + 500));
  };
  await insert(numbers(gates), (some) =>
    database.write((db) =>
      db
        .insertInto("gate")
        .values(
          some.map((number) => ({
            ...{ id: gateIdOf(number), name: `Gate ${number}`, thingName: thingOf(number) },
            ...{ output: null, timeZone: "Europe/Berlin", isActive: 1 as const },
            searchText: `gate ${number}`,
          })),
        )
        .execute(),
    ),
  );
  await insert(numbers(people), async (some) => {
    await database.write(async (db) => {
      const name = (number: number) => `Person ${number}`;
      await db
        .insertInto("person")
        .values(
          some.map((number) => ({
            ...{ id: `p${number}`, name: name(number), email: null, searchText: name(number) },
            ...{ isAdministrator: 0 as const, isActive: 1 as const, oidcSubject: null },
            ...{ createdAt: now, lastSeenAt: now },
          })),
        )
        .execute();
      await db
        .insertInto("accessGrant")
        .values(
          some.map((number) => ({
            ...{ id: randomUUID(), personId: `p${number}`, gateId: gateIdOf(number % gates) },
            ...{ days: "[1,2,3,4,5,6,7]", fromMinute: 0, toMinute: 1_440 },
            ...{ startsAt: null, endsAt: null, onHolidays: 1 as const },
          })),
        )
        .execute();
    });
  });
  const signedIn = numbers(Math.min(people, pages)).map((number) => ({
    ...{ personId: `p${number}`, token: newToken(randomBytes), csrfToken: newToken(randomBytes) },
  }));
  await insert(signedIn, (some) =>
    database.write((db) =>
      db
        .insertInto("session")
        .values(
          some.map(({ token, personId, csrfToken }) => ({
            ...{ tokenHash: hashOf(token), personId, csrfToken, createdAt: now },
            ...{ expiresAt: now + 3_600_000, isLockedOut: 0 as const },
          })),
        )
        .execute(),
    ),
  );
  return signedIn.map(({ token, csrfToken }) => ({
    ...{ cookie: `boom-box-session=${token}`, origin, "x-csrf-token": csrfToken },
    "content-type": "application/json",
  }));
}
