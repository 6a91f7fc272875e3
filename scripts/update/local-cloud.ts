import * as v from "valibot";
import { executionStatuses } from "../../host-sim/cloud/job-execution.ts";
import type { JobRequest } from "../../host-sim/cloud/job-request.ts";
import { loopbackAuthority } from "../../host-sim/cloud/loopback.ts";
import { findStandIn, type RunningStandIn } from "../broker/find-stand-in.ts";
import { listThings } from "../certs/identity.ts";
import { messageOf, UserError } from "../command-line/user-error.ts";
import { LocalControlPlane } from "../provision/local-control-plane.ts";
import type { CloudExecution, CloudJob, UpdateCloud } from "./update-cloud.ts";

const answerWithinMs = 10_000;

type Body = string | Uint8Array<ArrayBuffer>;

interface Answer {
  readonly ok: boolean;
  /** parsed JSON */
  readonly value: unknown;
}

const job = v.object({
  status: v.picklist(["IN_PROGRESS", "COMPLETED", "CANCELED"]),
  reasonCode: v.exactOptional(v.string()),
});
const executions = v.array(
  v.object({
    thingName: v.string(),
    status: v.picklist(executionStatuses),
    details: v.record(v.string(), v.string()),
  }),
);
const refusal = v.object({ code: v.string(), message: v.string() });

/** The stand-in that runs on this machine, through the endpoint that it announces: see UpdateControl. */
export class LocalUpdateCloud implements UpdateCloud {
  readonly name = "the stand-in";
  readonly isLasting = true;
  readonly #certs: string;
  #control: NonNullable<RunningStandIn["control"]>;

  private constructor(certs: string, control: NonNullable<RunningStandIn["control"]>) {
    this.#certs = certs;
    this.#control = control;
  }

  /** @throws UserError when none runs with these certificates, or it cannot update boxes */
  static async open(certs: string): Promise<LocalUpdateCloud> {
    const running = await findStandIn(certs);
    if (running === undefined) {
      throw new UserError(
        "no stand-in is running here: start one with npm start, then run this again",
      );
    }
    const { control, pid } = running;
    if (control !== undefined) return new LocalUpdateCloud(certs, control);
    throw new UserError(
      `the stand-in that runs here (process ${pid}) is of an earlier version: quit it, and start it again`,
    );
  }

  async unknownOf(things: readonly string[]): Promise<readonly string[]> {
    const known = await listThings(this.#certs);
    const cloud = new LocalControlPlane(this.#certs);
    const unknown: string[] = [];
    for (const thing of things) {
      if (!known.includes(thing) && (await cloud.describeThing(thing)) === undefined) {
        unknown.push(thing);
      }
    }
    return unknown;
  }

  async createStream(streamId: string, firmware: Uint8Array): Promise<void> {
    const body = Uint8Array.from(firmware);
    await this.#unless("ResourceAlreadyExistsException", "POST", `streams/${streamId}`, body);
  }

  async createJob(request: JobRequest): Promise<void> {
    const body = JSON.stringify(request);
    await this.#unless("ResourceAlreadyExistsException", "POST", "jobs", body);
  }

  async describeJob(jobId: string): Promise<CloudJob | undefined> {
    const found = await this.#unless("ResourceNotFoundException", "GET", `jobs/${jobId}`);
    return found === undefined ? undefined : this.#read(job, found);
  }

  async listExecutions(jobId: string): Promise<readonly CloudExecution[]> {
    return this.#read(executions, await this.#ask("GET", `jobs/${jobId}/executions`));
  }

  async cancelJob(jobId: string): Promise<void> {
    await this.#unless("InvalidRequestException", "POST", `jobs/${jobId}/cancel`);
  }

  async close(): Promise<void> {}

  async #unless(code: string, method: string, path: string, body?: Body) {
    try {
      return await this.#ask(method, path, body);
    } catch (error) {
      if (error instanceof Refusal && error.code === code) return undefined;
      throw error;
    }
  }

  async #ask(method: string, path: string, body?: Body): Promise<unknown> {
    let answer: Answer;
    try {
      answer = await this.#fetch(method, path, body);
    } catch (error) {
      // A stand-in that was started again has another port and another secret.
      const { control } = (await findStandIn(this.#certs)) ?? {};
      if (control === undefined || control.secret === this.#control.secret) throw error;
      this.#control = control;
      answer = await this.#fetch(method, path, body);
    }
    if (answer.ok) return answer.value;
    const read = v.safeParse(refusal, answer.value);
    if (!read.success) throw this.#strange();
    throw new Refusal(read.output);
  }

  async #fetch(method: string, path: string, body?: Body): Promise<Answer> {
    const { port, secret } = this.#control;
    try {
      const answer = await fetch(`http://${loopbackAuthority(port)}/${path}`, {
        method,
        headers: { authorization: `Bearer ${secret}` },
        signal: AbortSignal.timeout(answerWithinMs),
        ...(body === undefined ? {} : { body }),
      });
      return { ok: answer.ok, value: await answer.json() };
    } catch (cause) {
      throw new UserError(
        `the stand-in does not answer (${messageOf(cause)}): is npm start still running?`,
        { cause },
      );
    }
  }

  #read<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
    const read = v.safeParse(schema, value);
    if (read.success) return read.output;
    throw this.#strange();
  }

  #strange(): UserError {
    return new UserError(
      "what answers in the stand-in's place is not of this version: quit it, and start it again",
    );
  }
}

class Refusal extends UserError {
  override readonly name = "Refusal";
  readonly code: string;

  constructor({ code, message }: v.InferOutput<typeof refusal>) {
    super(`the stand-in refuses the update (${code}: ${message})`);
    this.code = code;
  }
}
