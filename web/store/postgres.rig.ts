/** PostgreSQL from the Debian package for a test, in a temporary folder and only on a socket in it. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import type { StorePlace } from "./place.rig.ts";
import { connectPostgres } from "./postgres.ts";
import { PostgresChanges } from "./postgres-changes.ts";
import { storeOn } from "./sql-store.ts";
import type { Store } from "./store.ts";

const packages = "/usr/lib/postgresql";

/** The folder with the programs of the newest version; undefined when PostgreSQL is not installed. */
export const postgresPrograms: string | undefined = existsSync(packages)
  ? readdirSync(packages)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(packages, version, "bin"))
      .find((folder) => existsSync(join(folder, "initdb")))
  : undefined;

export const postgresNeeded = "PostgreSQL's server (apt-get install postgresql)";

const settings = [
  "listen_addresses=",
  "max_connections=60",
  // otherwise every file of all databases is synced at the start after a crash
  "recovery_init_sync_method=syncfs",
];

export class PostgresServer {
  readonly #folder: string;
  readonly #as: { readonly uid?: number; readonly gid?: number };
  readonly #kill = (): void => void this.#process?.kill("SIGQUIT");
  #process: ChildProcess | undefined;
  #databases = 0;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "boom-box-postgres-"));
    // PostgreSQL refuses to run as root.
    this.#as = process.getuid?.() === 0 ? nobody() : {};
    const { uid, gid } = this.#as;
    if (uid !== undefined && gid !== undefined) chownSync(this.#folder, uid, gid);
    execFileSync(
      program("initdb"),
      ["-D", this.#data, "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
      { ...this.#as, cwd: this.#folder, stdio: "pipe" },
    );
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  /** Resolves when it accepts connections. */
  async start(): Promise<void> {
    const child = spawn(
      program("postgres"),
      ["-D", this.#data, "-k", this.#folder, ...settings.flatMap((setting) => ["-c", setting])],
      {
        ...this.#as,
        cwd: this.#folder,
        env: { LC_ALL: "C", TZ: "UTC" },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    this.#process = child;
    process.once("exit", this.#kill);
    const said: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      said.push(line);
      if (line.includes("ready to accept connections")) {
        child.stderr.resume();
        return;
      }
    }
    throw new Error(`PostgreSQL did not start:\n${said.join("\n")}`);
  }

  /** `fast`: closes the connections first; `immediate`: like a power cut. */
  async stop(how: "fast" | "immediate" = "fast"): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    process.off("exit", this.#kill);
    const ended = child.exitCode === null ? once(child, "exit") : undefined;
    child.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop("immediate");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  url(database: string): string {
    return `postgres://test@/${database}?host=${this.#folder}`;
  }

  /** Runs one statement as the owner of the server, without a store. */
  async run(statement: string, database = "postgres"): Promise<void> {
    const client = await this.client(database);
    await client.query(statement);
    await client.end();
  }

  /** Changes a setting for new connections; null: back to the default. */
  async set(name: string, value: string | null): Promise<void> {
    const before = await this.#setting(name);
    const change = value === null ? `reset ${name}` : `set ${name} = ${value}`;
    await this.run(`alter system ${change}`);
    await this.run("select pg_reload_conf()");
    // The server reloads on a signal, which takes some time.
    while ((await this.#setting(name)) === before);
  }

  async #setting(name: string): Promise<unknown> {
    const client = await this.client("postgres");
    const { rows } = await client.query("select current_setting($1) as value", [name]);
    await client.end();
    return rows[0]?.value;
  }

  async client(database: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url(database) });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  async newPlace(): Promise<StorePlace> {
    const database = `test_${++this.#databases}`;
    await this.run(`create database ${database}`);
    const location = this.url(database);
    const stores: Store[] = [];
    const queries: string[] = [];
    return {
      location,
      queries,
      connect: () => connectPostgres({ url: location, connections: 1 }),
      open: async (busyTimeoutMs = 5000) => {
        const onQuery = (text: string) => queries.push(text);
        const options = { url: location, busyTimeoutMs, connections: 4, onQuery };
        const forTaps = await connectPostgres({ ...options, connections: 2 });
        const store = await storeOn(await connectPostgres(options), {
          forTaps,
          changes: new PostgresChanges(location, forTaps),
        });
        stores.push(store);
        return store;
      },
      lock: async () => {
        const client = await this.client(database);
        await client.query(
          `begin; lock table open_request, passkey, invitation, write_check in exclusive mode`,
        );
        return () => client.end();
      },
      remove: async () => {
        // The database is removed with the server, because dropping it takes longer than most tests.
        for (const store of stores) await store.close();
      },
    };
  }
}

function program(name: string): string {
  if (postgresPrograms === undefined) throw new Error(`needs ${postgresNeeded}`);
  return join(postgresPrograms, name);
}

function nobody(): { uid: number; gid: number } {
  const id = (flag: string): number => Number(execFileSync("id", [flag, "nobody"]).toString());
  return { uid: id("-u"), gid: id("-g") };
}
