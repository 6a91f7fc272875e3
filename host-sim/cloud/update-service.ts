import { JobMessages, type PathAnswer } from "./job-messages.ts";
import { JobNotices } from "./job-notices.ts";
import type { Jobs } from "./jobs.ts";
import { StreamMessages } from "./stream-messages.ts";
import type { Streams } from "./streams.ts";
import { readUpdateTopic, type UpdateTopicsScope, updateRootOf } from "./update-topics.ts";

export interface UpdateServiceOptions {
  /** default: requests about jobs are not answered */
  readonly jobs?: Jobs | undefined;
  /** default: requests about streams are not answered */
  readonly streams?: Streams | undefined;
  readonly scope: UpdateTopicsScope;
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** publishes a notification to whoever has subscribed to it */
  readonly notify: (message: UpdateMessage) => void;
}

export interface UpdateMessage {
  readonly topic: string;
  readonly payload: string | Uint8Array;
}

/** the longest that a timer of Node waits */
const longestTimerMs = 2 ** 31 - 1;

/**
 * The things' side of jobs and streams: answers requests, publishes notifications, and lets the
 * jobs' waves and timeouts happen in time. The state stays in {@link Jobs} and {@link Streams},
 * which a later service may continue with.
 */
export class UpdateService {
  readonly #options: UpdateServiceOptions;
  readonly #jobMessages: JobMessages | undefined;
  readonly #streamMessages: StreamMessages | undefined;
  readonly #unwatch: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UpdateServiceOptions) {
    const { jobs, streams, now, notify } = options;
    this.#options = options;
    this.#jobMessages = jobs && new JobMessages(jobs, now());
    this.#streamMessages = streams && new StreamMessages(streams);
    const notices = jobs && new JobNotices(jobs);
    this.#unwatch =
      jobs?.watch((things) => {
        for (const { thingName, path, payload } of notices?.since(things, now()) ?? []) {
          notify({ topic: this.#topicOf(thingName, path), payload });
        }
        this.#schedule();
      }) ?? (() => {});
    this.#schedule();
  }

  /** For the connection that published the request. Undefined for all other topics. */
  answer(topic: string, payload: Uint8Array): Promise<readonly UpdateMessage[]> | undefined {
    const { scope, now } = this.#options;
    const read = readUpdateTopic(scope, topic);
    if (read === undefined) return undefined;
    const { thingName, path } = read;
    const aboutJobs = this.#jobMessages?.answer(thingName, path, payload, now());
    const answers =
      aboutJobs === undefined
        ? this.#streamMessages?.answer(path, payload)
        : Promise.resolve([aboutJobs]);
    return answers?.then((list) => list.map((answer) => this.#messageOf(thingName, answer)));
  }

  /** Ends its timer and its notifications. */
  close(): void {
    this.#unwatch();
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { jobs, now } = this.#options;
    const deadline = jobs?.deadline;
    if (deadline === undefined) return;
    const delay = Math.min(Math.max(0, deadline - now()), longestTimerMs);
    this.#timer = setTimeout(() => jobs?.advance(now()), delay);
  }

  #messageOf(thingName: string, { path, payload }: PathAnswer): UpdateMessage {
    return { topic: this.#topicOf(thingName, path), payload };
  }

  #topicOf(thingName: string, path: string): string {
    return `${updateRootOf(this.#options.scope, thingName)}/${path}`;
  }
}
