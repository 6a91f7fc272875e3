/** Three processes of the service on one PostgreSQL and one Mosquitto, and what may happen to each of them. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { healthyStatus } from "../../device/messages/status.vectors.ts";
import { thePeople } from "../../host-sim/cloud/stand-in.rig.ts";
import { freePort } from "../../host-sim/free-port.rig.ts";
import { mosquittoIsInstalled } from "../../host-sim/mosquitto.rig.ts";
import { skipWithout } from "../../host-sim/optional.rig.ts";
import { type LocalBroker, makeMosquittoCloud } from "../../web/cloud/brokers.rig.ts";
import { hasEnded } from "../../web/domain/request.ts";
import { signInColleague } from "../../web/service/colleague.rig.ts";
import { openStore } from "../../web/store/open-store.ts";
import { PostgresServer, postgresNeeded, postgresPrograms } from "../../web/store/postgres.rig.ts";
import type { Store } from "../../web/store/store.ts";
import { Web } from "./web-process.rig.ts";

const origin = "http://localhost:8080";
const taps = 1_000;
const tapEveryMs = 25;
/** How long a page tries, as in docs/web.md. */
const lifetimeMs = 10_000;

describe("three instances of the service", function () {
  this.timeout(300_000);
  let server: PostgresServer | undefined;
  let cloud: LocalBroker | undefined;
  let store: Store | undefined;
  const webs: Web[] = [];

  before(async function () {
    skipWithout(this, "postgresql", postgresPrograms !== undefined, postgresNeeded);
    const mosquitto = "Debian's mosquitto and mosquitto-clients";
    skipWithout(this, "mosquitto", mosquittoIsInstalled(), mosquitto);
    server = new PostgresServer();
    await server.start();
    cloud = await makeMosquittoCloud();
  });
  after(async () => {
    for (const web of webs) web.child.kill("SIGKILL");
    await store?.close();
    await cloud?.dispose();
    await server?.remove();
  });

  it("lose no tap and send none twice, while one of them, the database and the broker go away", async () => {
    assert.ok(server !== undefined && cloud !== undefined);
    await server.run("create database office");
    const location = server.url("office");
    store = await openStore(location);
    await store.createGate({
      ...{ id: "north", name: "North gate", thingName: "lot-1", output: null },
      ...{ timeZone: "UTC", isActive: true },
    });
    const headers = await signInColleague(store, "north", origin);
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    const environment = await environmentFor(location, cloud);
    for (const port of ports) {
      webs.push(new Web({ ...environment, BOOM_BOX_WEB_LISTEN: `127.0.0.1:${port}` }));
    }
    await Promise.all(webs.map((web, index) => web.ready(ports[index] ?? 0)));
    const box = new AnsweringBox(cloud);
    await box.report();
    await pause(500);

    const instances = [...ports];
    const answered = new Map<string, number>();
    const running: Promise<void>[] = [];
    for (let number = 0; number < taps; number++) {
      if (number === 250) {
        webs[2]?.child.kill("SIGKILL");
        // The load balancer notices it.
        void pause(500).then(() => instances.splice(2, 1));
      }
      if (number === 500) void restartDatabase(server);
      if (number === 750) void restartBroker(cloud, box);
      const id = randomUUID();
      running.push(tap(id, instances, headers).then((status) => void answered.set(id, status)));
      await pause(tapEveryMs);
    }
    await Promise.all(running);
    // Those of the instance that was killed are ended by the others.
    const ids = [...answered.keys()];
    const kept = async () => Promise.all(ids.map((id) => store?.request(id)));
    const end = Date.now() + 60_000;
    while ((await kept()).some((request) => request !== undefined && !hasEnded(request.state))) {
      assert.ok(Date.now() < end, "not every request has ended");
      await pause(500);
    }
    await box.stop();

    const requests = await kept();
    const states: Record<string, number> = {};
    for (const [index, id] of ids.entries()) {
      const request = requests[index];
      const state = request?.state ?? "not recorded";
      states[state] = (states[state] ?? 0) + 1;
      const sent = box.opened.get(id) ?? 0;
      assert.ok(sent <= 1, `a command was sent ${sent} times`);
      if (answered.get(id) === 202) assert.ok(request !== undefined, "a tap was lost");
      if (sent === 1) assert.ok(["opened", "unanswered"].includes(state), state);
      if (state === "opened") assert.equal(sent, 1, "nobody opened");
    }
    const unheard = ids.filter(
      (id, index) => box.opened.has(id) && requests[index]?.state === "unanswered",
    );
    process.stdout.write(`      ${JSON.stringify({ ...states, unheard: unheard.length })}\n`);
    // Only what happened while the broker, or the instance that was killed, was away.
    assert.ok((states.opened ?? 0) > 0.8 * taps, JSON.stringify(states));
    assert.equal(states["not recorded"] ?? 0, ids.filter((id) => answered.get(id) === 0).length);
  });
});

/** As the page does: the same id again until the command's lifetime is over. @returns 0: no answer */
async function tap(
  id: string,
  instances: readonly number[],
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const start = Date.now();
  while (Date.now() - start < lifetimeMs) {
    const port = instances[Math.floor(Math.random() * instances.length)];
    const body = JSON.stringify({ id, ageMs: Date.now() - start });
    const answer = await fetch(`http://127.0.0.1:${port}/api/gates/north/open`, {
      method: "POST",
      headers: { ...headers, host: "localhost:8080" },
      body,
      signal: AbortSignal.timeout(4_000),
    }).catch(() => undefined);
    // Anything but a service that is away, or cannot write, is an answer.
    const isAway = answer === undefined || (answer.status === 503 && (await isOfStore(answer)));
    if (!isAway) return answer.status;
    await pause(300);
  }
  return 0;
}

async function isOfStore(answer: Response): Promise<boolean> {
  const { error } = (await answer.json()) as { readonly error: string };
  return error.startsWith("store-");
}

async function restartDatabase(server: PostgresServer): Promise<void> {
  await server.stop("immediate");
  await pause(1_000);
  await server.start();
}

async function restartBroker(cloud: LocalBroker, box: AnsweringBox): Promise<void> {
  box.isAway = true;
  await cloud.stop();
  await pause(1_000);
  await cloud.restart();
  box.isAway = false;
  await box.report();
}

/** Opens for each command, and keeps its event until the broker has it, as the firmware does. */
class AnsweringBox {
  /** how often each id has arrived */
  readonly opened = new Map<string, number>();
  isAway = false;
  readonly #cloud: LocalBroker;
  readonly #events: string[] = [];
  #seen = 0;
  #isStopped = false;
  readonly #running: Promise<void>;

  constructor(cloud: LocalBroker) {
    this.#cloud = cloud;
    this.#running = this.#run();
  }

  report(): Promise<void> {
    return this.#cloud.publish("gate/lot-1/status", JSON.stringify(healthyStatus), true);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      for (const { payload } of this.#cloud.received.slice(this.#seen)) this.#open(payload);
      this.#seen = this.#cloud.received.length;
      while (this.#events.length > 0 && !this.isAway) {
        const [event = ""] = this.#events;
        const sent = this.#cloud.publish("gate/lot-1/event", event).then(
          () => true,
          () => false,
        );
        if (!(await Promise.race([sent, pause(1_000, false)]))) break;
        this.#events.shift();
      }
      await pause(5);
    }
  }

  #open(payload: string): void {
    const { id, by } = JSON.parse(payload) as { readonly id: string; readonly by: string };
    this.opened.set(id, (this.opened.get(id) ?? 0) + 1);
    const told = { id, action: "open", outcome: "opened", reason: null, by, at: Date.now() };
    this.#events.push(JSON.stringify({ ...told, pulseMs: 500 }));
  }
}

async function environmentFor(
  location: string,
  cloud: LocalBroker,
): Promise<Readonly<Record<string, string>>> {
  const { ca, service } = await thePeople();
  return {
    BOOM_BOX_WEB_ORIGIN: origin,
    BOOM_BOX_WEB_DATABASE: location,
    BOOM_BOX_WEB_BROKER: `localhost:${cloud.port}`,
    BOOM_BOX_WEB_BROKER_CA: ca.certificatePem,
    BOOM_BOX_WEB_BROKER_CERT: service.certificatePem,
    BOOM_BOX_WEB_BROKER_KEY: service.keyPem,
    BOOM_BOX_WEB_OPEN_BURST: "10000",
  };
}
