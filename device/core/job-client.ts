import {
  type JobDetails,
  type JobExecution,
  type JobStatus,
  readAccepted,
  readNotifyNext,
  readRejected,
  readStartNextAnswer,
  writeJobUpdate,
  writeStartNext,
} from "../messages/update-jobs.ts";
import { jobUpdateTopic, type UpdateTopic, type UpdateTopics } from "../messages/update-topics.ts";
import type { ClientTokens } from "./client-tokens.ts";

export interface JobReport {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly statusDetails: JobDetails;
}

export type JobEffect =
  | { readonly type: "publish"; readonly topic: string; readonly payload: string }
  /** the job that is to be done now, if any; {@link JobClient.handleTimeout} goes on after it */
  | { readonly type: "next"; readonly execution: JobExecution | undefined }
  /** the server has taken the report */
  | { readonly type: "told"; readonly report: JobReport }
  /** the server takes no more reports about this job: it is cancelled, removed or ended */
  | { readonly type: "over"; readonly report: JobReport };

/** A request without an answer is repeated after this time, and a refused one after the pause. */
export const jobAnswerMs = 10_000;
const shortestPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;

interface Request {
  readonly clientToken: string;
  /** undefined: start-next */
  readonly report: JobReport | undefined;
  readonly until: number;
}

/**
 * The conversation with AWS IoT Jobs, one request at a time: which job is next, and what becomes of
 * it. A report is repeated until the server takes it, also on later connections. The version of the
 * execution that it expects makes sure that the server takes none twice.
 */
export class JobClient {
  readonly #topics: UpdateTopics;
  readonly #tokens: ClientTokens;
  #isConnected = false;
  #asks = false;
  #report: JobReport | undefined;
  #request: Request | undefined;
  /** the execution that the server told of last */
  #known: { readonly jobId: string; readonly version: number } | undefined;
  #failures = 0;
  /** nothing is asked before */
  #notBefore = 0;

  constructor(topics: UpdateTopics, tokens: ClientTokens) {
    this.#topics = topics;
    this.#tokens = tokens;
  }

  /** When {@link handleTimeout} must be called, in ticks. */
  get deadline(): number | undefined {
    if (!this.#isConnected) return undefined;
    if (this.#request !== undefined) return this.#request.until;
    return this.#asks || this.#report !== undefined ? this.#notBefore : undefined;
  }

  /** Asks for the job first: its version may have changed meanwhile. */
  connected(now: number): JobEffect[] {
    this.#isConnected = true;
    this.#failures = 0;
    this.#notBefore = now;
    return this.ask(now);
  }

  disconnected(): void {
    this.#isConnected = false;
    this.#request = undefined;
  }

  /** Asks which job is next. */
  ask(now: number): JobEffect[] {
    this.#asks = true;
    return this.#advance(now);
  }

  /** Replaces a report that the server has not taken yet. */
  tell(report: JobReport, now: number): JobEffect[] {
    this.#report = report;
    return this.#advance(now);
  }

  /** There is nothing to tell any more. */
  forget(): void {
    this.#report = undefined;
  }

  handleTimeout(now: number): JobEffect[] {
    if (this.#request !== undefined && now >= this.#request.until) this.#fail(now);
    return this.#advance(now);
  }

  handleMessage(topic: UpdateTopic, text: string, now: number): JobEffect[] {
    if (topic.type === "notify-next") return this.#handleNotification(text, now);
    if (topic.type === "start-next" && topic.answer === "accepted") {
      return this.#handleNext(text);
    }
    if (topic.type !== "start-next" && topic.type !== "job") return [];
    return topic.answer === "accepted"
      ? this.#handleTaken(text, now)
      : this.#handleRefused(text, now);
  }

  #handleNotification(text: string, now: number): JobEffect[] {
    const notification = readNotifyNext(text);
    if (notification === undefined || notification.jobId === this.#known?.jobId) return [];
    return this.ask(now);
  }

  #handleNext(text: string): JobEffect[] {
    const answer = readStartNextAnswer(text);
    if (answer === undefined || !this.#isAnswer(answer.clientToken, "start-next")) return [];
    this.#request = undefined;
    this.#asks = false;
    const { execution } = answer;
    this.#known = execution && { jobId: execution.jobId, version: execution.versionNumber };
    if (this.#report?.jobId !== execution?.jobId) this.#report = undefined;
    // A refused report waits for its pause.
    if (this.#report === undefined) this.#failures = 0;
    return [{ type: "next", execution }];
  }

  #handleTaken(text: string, now: number): JobEffect[] {
    const report = this.#request?.report;
    const clientToken = readAccepted(text);
    if (report === undefined || !this.#isAnswer(clientToken, "update")) return [];
    this.#request = undefined;
    this.#failures = 0;
    const known = this.#known;
    if (known !== undefined) this.#known = { ...known, version: known.version + 1 };
    if (this.#report === report) this.#report = undefined;
    return [{ type: "told", report }, ...this.#advance(now)];
  }

  #handleRefused(text: string, now: number): JobEffect[] {
    const refusal = readRejected(text);
    const request = this.#request;
    if (refusal === undefined || request?.clientToken !== refusal.clientToken) return [];
    this.#fail(now);
    const { report } = request;
    if (report === undefined) return [];
    if (refusal.refusal === "version") this.#asks = true;
    if (refusal.refusal !== "over") return [];
    if (this.#report === report) this.#report = undefined;
    return [{ type: "over", report }];
  }

  #isAnswer(clientToken: string | undefined, kind: "start-next" | "update"): boolean {
    const request = this.#request;
    if (request === undefined || request.clientToken !== clientToken) return false;
    return (request.report === undefined) === (kind === "start-next");
  }

  #fail(now: number): void {
    this.#request = undefined;
    const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    this.#notBefore = now + pauseMs;
  }

  /** Sends the next request, if there is one and it may be sent now. */
  #advance(now: number): JobEffect[] {
    if (!this.#isConnected || this.#request !== undefined || now < this.#notBefore) return [];
    const report = this.#report;
    const isKnown = report !== undefined && report.jobId === this.#known?.jobId;
    if (!this.#asks && report === undefined) return [];
    const clientToken = this.#tokens.next();
    const until = now + jobAnswerMs;
    if (this.#asks || !isKnown) {
      this.#request = { clientToken, report: undefined, until };
      const { startNext: topic } = this.#topics;
      return [{ type: "publish", topic, payload: writeStartNext(clientToken) }];
    }
    this.#request = { clientToken, report, until };
    const { jobId, status, statusDetails } = report;
    const expectedVersion = this.#known?.version ?? 0;
    const payload = writeJobUpdate({ status, statusDetails, expectedVersion, clientToken });
    return [{ type: "publish", topic: jobUpdateTopic(this.#topics, jobId), payload }];
  }
}
