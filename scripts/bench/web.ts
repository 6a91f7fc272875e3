import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { writeOpenCommand } from "../../device/messages/command.ts";
import { topicsOf } from "../../device/messages/topics.ts";
import type { Edge } from "../../host-sim/hardware/pin.ts";
import { MqttLink } from "../../web/cloud/mqtt-link.ts";
import { atAllTimes } from "../../web/domain/grants.ts";
import { type RunningWeb, startWeb } from "../../web/run.ts";
import { hashOf, newToken } from "../../web/service/secrets.ts";
import { parseWebSettings } from "../../web/service/settings.ts";
import type { Store } from "../../web/store/store.ts";
import { type BenchBox, makeOurBox } from "./boxes.ts";
import { type BenchPem, identityOf, startBenchCloud } from "./cloud.ts";

export interface WebResult {
  /** from the request to pin HIGH, through the service, ms */
  readonly taps: readonly number[];
  /** from an MQTT client's PUBLISH to pin HIGH, ms */
  readonly bare: readonly number[];
}

export interface LoadResult {
  readonly people: number;
  readonly seconds: number;
  /** answers by HTTP status */
  readonly answers: ReadonlyMap<number, number>;
  /** answers that name a request, and how many of those requests are recorded afterwards */
  readonly answered: number;
  readonly recorded: number;
  readonly pulses: number;
}

const thingName = "lot-1";
const gateId = "gate";
const pulseMs = 20;
/** The box refuses more openings than it can remember while a copy of a command could arrive. */
const pauseMs = 20;
/** the service's origin, which requests must send too */
const origin = "http://localhost:8080";

/** The whole path on one machine: the page's request, service, SQLite, broker, box, pin. */
class Bench {
  readonly box: BenchBox;
  readonly client: MqttClient;
  readonly #web: RunningWeb;
  readonly #directory: string;
  readonly #closeCloud: () => Promise<void>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 100 });

  private constructor(
    box: BenchBox,
    client: MqttClient,
    web: RunningWeb,
    directory: string,
    closeCloud: () => Promise<void>,
  ) {
    this.box = box;
    this.client = client;
    this.#web = web;
    this.#directory = directory;
    this.#closeCloud = closeCloud;
  }

  static async start(environment: Readonly<Record<string, string>> = {}): Promise<Bench> {
    const directory = mkdtempSync(join(tmpdir(), "boom-box-bench-web-"));
    const { cloud, pem } = await startBenchCloud();
    const { port } = cloud;
    const box = await makeOurBox({ thingName, port, identity: identityOf(pem), pulseMs });
    const client = await connectAsync({ ...brokerOf(port, pem), clientId: "bare" });
    const web = await startService(directory, brokerOf(port, pem), environment);
    return new Bench(box, client, web, directory, () => cloud.close());
  }

  get store(): Store {
    return this.#web.store;
  }

  /** Signs in a person who may open at all times. @returns the headers of the person's requests */
  async person(name: string): Promise<Readonly<Record<string, string>>> {
    const { store } = this;
    const [personId, now] = [randomUUID(), Date.now()];
    await store.createPerson({
      id: personId,
      name,
      email: null,
      isAdministrator: false,
      isActive: true,
      oidcSubject: null,
      createdAt: now,
      lastSeenAt: null,
    });
    await store.createGrant({
      id: randomUUID(),
      personId,
      gateId,
      ...atAllTimes,
    });
    const [token, csrfToken] = [newToken(randomBytes), newToken(randomBytes)];
    await store.createSession(
      {
        tokenHash: hashOf(token),
        personId,
        csrfToken,
        createdAt: now,
        expiresAt: now + 3_600_000,
      },
      null,
    );
    return {
      cookie: `boom-box-session=${token}`,
      origin,
      "x-csrf-token": csrfToken,
      "content-type": "application/json",
    };
  }

  /** Sends one tap. @returns the answer's status */
  tap(headers: Readonly<Record<string, string>>, id: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: "127.0.0.1",
          port: this.#web.port,
          path: `/api/gates/${gateId}/open`,
          method: "POST",
          agent: this.#agent,
          headers,
        },
        (response) => {
          response.resume();
          response.once("end", () => resolve(response.statusCode ?? 0));
        },
      );
      sent.once("error", reject);
      sent.end(JSON.stringify({ id }));
    });
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#web.stop();
    await this.client.endAsync();
    await this.box.stop();
    await this.#closeCloud();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function brokerOf(port: number, { ca, cert, key }: BenchPem) {
  return { protocol: "mqtts", host: "localhost", port, ca, cert, key } as const;
}

async function startService(
  directory: string,
  broker: ReturnType<typeof brokerOf>,
  environment: Readonly<Record<string, string>>,
): Promise<RunningWeb> {
  const parsed = parseWebSettings({
    environment: {
      BOOM_BOX_WEB_ORIGIN: origin,
      BOOM_BOX_WEB_LISTEN: "127.0.0.1:0",
      BOOM_BOX_WEB_DATABASE: join(directory, "boom-box.db"),
      ...environment,
    },
    readFile: () => "",
  });
  if (parsed.type === "problems") throw new Error(parsed.problems.join("; "));
  let listening = () => {};
  const heard = new Promise<void>((resolve) => {
    listening = resolve;
  });
  const link = new MqttLink({
    prefix: "gate",
    connection: async () => broker,
  });
  const log = {
    info: (_: unknown, message: string) => {
      if (message === "receiving the boxes' reports") listening();
    },
    warn: () => {},
    error: (fields: unknown) => process.stderr.write(`${JSON.stringify(fields)}\n`),
  };
  const web = await startWeb(parsed.settings, link, log, (store) =>
    store.createGate({
      id: gateId,
      name: "Gate",
      thingName,
      output: null,
      timeZone: "UTC",
      isActive: true,
    }),
  );
  await heard;
  // The box's retained status arrives right after that.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return web;
}

/** Measures both in turns, so that the machine's load affects both. */
export async function measureTapToPulse(
  rounds: number,
  onProgress: (round: number) => void,
): Promise<WebResult> {
  const bench = await Bench.start({ BOOM_BOX_WEB_OPEN_BURST: "10000" });
  const person = await bench.person("Ann");
  const { command } = topicsOf("gate", thingName);
  const ways = {
    taps: () => bench.tap(person, randomUUID()),
    bare: () => bench.client.publishAsync(command, commandText(), { qos: 1 }),
  };
  const result = { taps: [] as number[], bare: [] as number[] };
  const rehearsals = 50;
  for (let round = 0; round < rounds + rehearsals; round++) {
    const names = round % 2 === 0 ? (["taps", "bare"] as const) : (["bare", "taps"] as const);
    for (const name of names) {
      const pulse = nextPulse(bench.box);
      const at = performance.now();
      const [riseAt, answer] = await Promise.all([pulse, ways[name]()]);
      if (answer !== 202 && name === "taps")
        throw new Error(`the service answered a tap with ${answer}`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (round >= rehearsals) result[name].push(riseAt - at);
    }
    onProgress(round);
  }
  await bench.stop();
  return result;
}

function commandText(): string {
  const issuedAt = Date.now();
  const times = { issuedAt, expiresAt: issuedAt + 10_000 };
  return writeOpenCommand({ id: randomUUID(), ...times, by: "bench" });
}

/** Resolves at the end of the pulse. @returns when it began */
function nextPulse({ pin }: BenchBox): Promise<number> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error("no pulse within 5 s")), 5_000);
    let riseAt = 0;
    pin.onEdge = ({ value, at }: Edge) => {
      if (value === 1) {
        riseAt = at;
        return;
      }
      clearTimeout(timeout);
      resolve(riseAt);
    };
  });
}

/** Measures the load of people who each tap again after every answer, with the default limits. */
export async function measureLoad(people: number, seconds: number): Promise<LoadResult> {
  const bench = await Bench.start();
  let pulses = 0;
  bench.box.pin.onEdge = ({ value }) => {
    pulses += value;
  };
  const everybody = await Promise.all(
    Array.from({ length: people }, (_, index) => bench.person(`Person ${index}`)),
  );
  const answers = new Map<number, number>();
  const ids: string[] = [];
  const endsAt = performance.now() + seconds * 1_000;
  await Promise.all(
    everybody.map(async (headers) => {
      while (performance.now() < endsAt) {
        const id = randomUUID();
        const status = await bench.tap(headers, id);
        answers.set(status, (answers.get(status) ?? 0) + 1);
        ids.push(id);
      }
    }),
  );
  let recorded = 0;
  for (const id of ids) if ((await bench.store.request(id)) !== undefined) recorded += 1;
  await bench.stop();
  return { people, seconds, answers, answered: ids.length, recorded, pulses };
}
