import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JobRequest } from "../../host-sim/cloud/job-request.ts";
import type { Jobs } from "../../host-sim/cloud/jobs.ts";
import { loopbackAddress } from "../../host-sim/cloud/loopback.ts";
import { type Streams, streamLimits } from "../../host-sim/cloud/streams.ts";
import type { RunningStandIn } from "../broker/find-stand-in.ts";

/** What is answered: JSON. A refusal has AWS's name of it, as `code`. */
interface Answer {
  readonly status: number;
  readonly value: unknown;
}

/** JSON of a job; its document has 32 KB at most. */
const jobBytes = 256 * 1024;

/**
 * The account's side of the stand-in's jobs and streams, for `boom-box update` in another process:
 * HTTP on loopback. Only who can read the announcement knows the secret, so a page in a browser
 * cannot use it, and no other user of this machine.
 *
 * `POST /streams/<id>` (the file's bytes), `POST /jobs` (a {@link JobRequest}), `GET /jobs/<id>`,
 * `GET /jobs/<id>/executions`, `POST /jobs/<id>/cancel`
 */
export class UpdateControl {
  readonly #server: Server;
  readonly #secret = randomBytes(32).toString("hex");
  readonly #jobs: Jobs;
  readonly #streams: Streams;
  readonly #now: () => number;

  private constructor(server: Server, jobs: Jobs, streams: Streams, now: () => number) {
    this.#server = server;
    this.#jobs = jobs;
    this.#streams = streams;
    this.#now = now;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#handle(request)
        .catch(() => refused(400, "InvalidRequestException", "the request cannot be read"))
        .then(({ status, value }) => {
          const headers = { "content-type": "application/json", connection: "close" };
          response.writeHead(status, headers).end(JSON.stringify(value));
        });
    });
  }

  static async listen(jobs: Jobs, streams: Streams, now = Date.now): Promise<UpdateControl> {
    const server = createServer({ requestTimeout: 30_000 }).listen(0, loopbackAddress());
    await once(server, "listening");
    return new UpdateControl(server, jobs, streams, now);
  }

  /** For the announcement, which only its user can read. */
  get access(): NonNullable<RunningStandIn["control"]> {
    const { port } = this.#server.address() as AddressInfo;
    return { port, secret: this.#secret };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage): Promise<Answer> {
    if (!this.#isAllowed(request.headers.authorization)) {
      return refused(403, "AccessDeniedException", "the secret of stand-in.json is missing");
    }
    const [, service, id = "", operation] = (request.url ?? "").split("/");
    switch (`${request.method} ${service} ${operation ?? ""}`) {
      case "POST streams ": {
        const source = await bodyOf(request, streamLimits.fileBytes);
        return outcome(
          this.#streams.create({ streamId: id, files: [{ fileId: 0, source }] }),
          () => ({ streamId: id }),
        );
      }
      case "POST jobs ": {
        const text = (await bodyOf(request, jobBytes)).toString();
        const asked: unknown = JSON.parse(text);
        // The model checks every part of it.
        return outcome(this.#jobs.create(Object(asked) as JobRequest, this.#now()), () => ({}));
      }
      case "POST jobs cancel":
        return outcome(this.#jobs.cancel(id, this.#now(), { force: true }), () => ({}));
      case "GET jobs ": {
        this.#jobs.advance(this.#now());
        const job = this.#jobs.describe(id);
        if (job === undefined) return notFound(id);
        const { status, reasonCode } = job;
        return { status: 200, value: { status, reasonCode } };
      }
      case "GET jobs executions": {
        if (this.#jobs.describe(id) === undefined) return notFound(id);
        const value = this.#jobs.executionsOfJob(id).map(({ thingName, status, statusDetails }) => {
          return { thingName, status, details: statusDetails };
        });
        return { status: 200, value };
      }
      default:
        return refused(404, "InvalidRequestException", "there is no such request");
    }
  }

  #isAllowed(authorization = ""): boolean {
    // Hashes have one length, whatever was sent.
    return timingSafeEqual(digest(authorization), digest(`Bearer ${this.#secret}`));
  }
}

const digest = (text: string) => createHash("sha256").update(text).digest();

/** @throws Error when it is longer than that */
async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > most) throw new Error(`more than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function outcome<T extends { readonly type: "done" }>(
  result: T | { readonly type: "refused"; readonly code: string; readonly message: string },
  answerOf: (result: T) => unknown,
): Answer {
  return result.type === "done"
    ? { status: 200, value: answerOf(result) }
    : refused(400, result.code, result.message);
}

function refused(status: number, code: string, message: string): Answer {
  return { status, value: { code, message } };
}

function notFound(jobId: string): Answer {
  return refused(404, "ResourceNotFoundException", `there is no job ${jobId}`);
}
