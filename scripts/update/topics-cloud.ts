import { join } from "node:path";
import type { MqttClient } from "mqtt";
import type { JobRequest } from "../../host-sim/cloud/job-request.ts";
import { executionOf, secondsOf } from "../../host-sim/cloud/job-wire.ts";
import { Jobs } from "../../host-sim/cloud/jobs.ts";
import { Streams } from "../../host-sim/cloud/streams.ts";
import { UpdateConnection } from "../../host-sim/cloud/update-connection.ts";
import { updateRootOf } from "../../host-sim/cloud/update-topics.ts";
import type { Broker } from "../broker/options.ts";
import { makePrivateFolder, readIfPresent, writeAtomically } from "../certs/files.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";
import { connectionProblem } from "../provision/mqtt-connection.ts";
import { connectTo, endClient } from "./broker-client.ts";
import { rolloutsFolder } from "./rollout-record.ts";
import type { CloudExecution, CloudJob, UpdateCloud } from "./update-cloud.ts";

export interface TopicsCloudOptions {
  readonly broker: Broker;
  readonly certs: string;
  /** whose jobs these are: they outlive the process in a file */
  readonly rolloutId: string;
  /** the boxes that there are */
  readonly known: (thing: string) => Promise<boolean>;
  readonly onNote: (text: string) => void;
  /** between two tries to connect */
  readonly reconnectMs?: number;
}

const reconnectMs = 5_000;

/**
 * Plays AWS IoT Jobs and Streams on the project's own topics, over an ordinary connection to any
 * broker: boxes are updated for as long as this process runs, and a later one goes on.
 */
export class TopicsUpdateCloud implements UpdateCloud {
  readonly name: string;
  readonly isLasting = false;
  readonly #options: TopicsCloudOptions;
  readonly #client: MqttClient;
  readonly #jobs: Jobs;
  readonly #streams = new Streams();
  readonly #connection: UpdateConnection;
  readonly #unwatch: () => void;
  /** one write after another, each with the newest state */
  #saving: Promise<void> = Promise.resolve();
  #isSaving = false;
  #isClosing = false;
  #problem: unknown;

  private constructor(options: TopicsCloudOptions, client: MqttClient, jobs: Jobs) {
    const { broker, onNote } = options;
    this.name = `${broker.endpoint}:${broker.port}`;
    this.#options = options;
    this.#client = client;
    this.#jobs = jobs;
    this.#connection = new UpdateConnection({
      jobs,
      streams: this.#streams,
      prefix: broker.prefix,
      now: Date.now,
      publish: (topic, payload) => this.#publish(topic, payload),
      onError: (error) => onNote(`an answer was not sent (${messageOf(error)})`),
    });
    this.#unwatch = jobs.watch(() => this.#save());
    client.on("message", (topic, payload) => this.#connection.receive(topic, payload));
  }

  /**
   * Connects, and continues with the rollout's saved jobs.
   * @throws UserError when the broker cannot be reached, or the saved jobs are damaged
   */
  static async open(options: TopicsCloudOptions): Promise<TopicsUpdateCloud> {
    const path = stateFile(options);
    const bytes = await readIfPresent(path);
    const jobs = bytes === undefined ? new Jobs() : Jobs.restore(parseJson(bytes.toString()));
    if (jobs === undefined) {
      throw new UserError(`${path} is damaged: delete it, and start another update`);
    }
    await makePrivateFolder(rolloutsFolder(options.certs));
    const client = await connectTo(options.broker, options.reconnectMs ?? reconnectMs);
    const cloud = new TopicsUpdateCloud(options, client, jobs);
    try {
      await cloud.#subscribe();
    } catch (error) {
      await cloud.close();
      throw new UserError(
        `the broker refuses the topics of updates (${connectionProblem(error)}): allow this client to use them (docs/update.md)`,
        { cause: error },
      );
    }
    cloud.#announce();
    let isLost = false;
    client.on("connect", () => {
      isLost = false;
      options.onNote("connected to the broker again");
      // The library subscribes again by itself.
      cloud.#announce();
    });
    client.on("close", () => {
      // Every try to connect ends with another "close".
      if (!cloud.#isClosing && !isLost) options.onNote("the connection to the broker was lost");
      isLost = true;
    });
    return cloud;
  }

  async unknownOf(things: readonly string[]): Promise<readonly string[]> {
    const unknown: string[] = [];
    for (const thing of things) if (!(await this.#options.known(thing))) unknown.push(thing);
    return unknown;
  }

  async createStream(streamId: string, firmware: Uint8Array): Promise<void> {
    const outcome = this.#streams.create({
      streamId,
      files: [{ fileId: 0, source: firmware }],
    });
    if (outcome.type === "done" || outcome.code === "ResourceAlreadyExistsException") return;
    throw new UserError(`this firmware cannot be served (${outcome.message})`);
  }

  async createJob(request: JobRequest): Promise<void> {
    const outcome = this.#jobs.create(request, Date.now());
    if (outcome.type === "refused" && outcome.code !== "ResourceAlreadyExistsException") {
      throw new UserError(`the job cannot be made (${outcome.message})`);
    }
    await this.#saved();
  }

  async describeJob(jobId: string): Promise<CloudJob | undefined> {
    this.#jobs.advance(Date.now());
    const job = this.#jobs.describe(jobId);
    if (job === undefined) return undefined;
    const { status, reasonCode } = job;
    return { status, ...(reasonCode === undefined ? {} : { reasonCode }) };
  }

  async listExecutions(jobId: string): Promise<readonly CloudExecution[]> {
    return this.#jobs.executionsOfJob(jobId).map(({ thingName, status, statusDetails }) => ({
      thingName,
      status,
      details: statusDetails,
    }));
  }

  async cancelJob(jobId: string): Promise<void> {
    this.#jobs.cancel(jobId, Date.now(), { force: true });
    await this.#saved();
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#isClosing = true;
    this.#connection.close();
    this.#unwatch();
    await endClient(client);
    await this.#saved();
  }

  async #subscribe(): Promise<void> {
    const filters = [...this.#connection.filters];
    const ended = new Promise<never>((_, reject) => {
      this.#client.once("close", () => reject(new Error("it closed the connection")));
    });
    const granted = await Promise.race([this.#client.subscribeAsync(filters, { qos: 1 }), ended]);
    if (granted.some(({ qos }) => qos > 1)) throw new Error("it refused a subscription");
  }

  /** A box that was told while nobody listened would ask again only after minutes. */
  #announce(): void {
    const { broker } = this.#options;
    for (const thing of this.#jobs.things()) {
      const [next] = this.#jobs.pendingOf(thing);
      if (next === undefined) continue;
      const root = updateRootOf({ topics: "topics", prefix: broker.prefix }, thing);
      const execution = { ...executionOf(next, this.#jobs), thingName: undefined };
      const notice = { timestamp: secondsOf(Date.now()), execution };
      this.#publish(`${root}/jobs/notify-next`, JSON.stringify(notice));
    }
  }

  #publish(topic: string, payload: string | Uint8Array): void {
    // What cannot be sent now is asked for again.
    if (!this.#client.connected) return;
    this.#client.publish(topic, Buffer.from(payload), { qos: 1, retain: false });
  }

  #save(): void {
    if (this.#isSaving) return;
    this.#isSaving = true;
    this.#saving = this.#saving
      .then(() => {
        this.#isSaving = false;
        return writeAtomically(stateFile(this.#options), JSON.stringify(this.#jobs.state));
      })
      .catch((error: unknown) => {
        this.#problem = error;
      });
  }

  /** @throws UserError when the jobs could not be written */
  async #saved(): Promise<void> {
    await this.#saving;
    if (this.#problem !== undefined) throw this.#problem;
  }
}

function stateFile({ certs, rolloutId }: Pick<TopicsCloudOptions, "certs" | "rolloutId">): string {
  return join(rolloutsFolder(certs), `${rolloutId}.jobs.json`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
