import type { Digest } from "../hal.ts";
import type { UpdateStatus } from "../messages/status.ts";
import type { UpdateReason } from "../messages/update.ts";
import type { JobExecution, JobStatus } from "../messages/update-jobs.ts";
import { readUpdateTopic, type UpdateTopics } from "../messages/update-topics.ts";
import { ClientTokens } from "./client-tokens.ts";
import { Download } from "./download.ts";
import { earliest } from "./earliest.ts";
import { Installation, type InstallationEffect } from "./installation.ts";
import { JobClient, type JobEffect } from "./job-client.ts";
import type { SlotOperation } from "./slot-operation.ts";
import { checkUpdate, type UpdateTarget } from "./update-check.ts";
import { type UpdateEffect, type UpdateReport, updateKey } from "./update-effect.ts";
import {
  isRunOf,
  readUpdateRecord,
  type UpdateRecord,
  writeUpdateRecord,
} from "./update-record.ts";
import { readUtf8 } from "./utf8.ts";

export interface UpdaterOptions {
  readonly topics: UpdateTopics;
  readonly target: UpdateTarget;
  /** of the slots at the start; undefined if the hardware has none */
  readonly slots: { readonly isOnTrial: boolean; readonly hasOtherFailed: boolean } | undefined;
  /** what {@link UpdateEffect} `store` left in storage before a restart; untrusted */
  readonly stored: string | undefined;
  /** uniform in [0, 1) */
  readonly random: () => number;
  /** SHA-256 */
  readonly makeDigest: () => Digest;
  /** whether a restart would disturb nobody: no pulse, no event to deliver */
  readonly isIdle: (now: number) => boolean;
}

/** Progress is stored this often: flash wears out. */
export const storedBytes = 64 * 1024;
/** A firmware that is selected and never starts is not selected for ever. */
const selectTries = 3;

/**
 * Updates the firmware: takes a job, checks what is signed, fills the other slot, restarts into it on
 * trial, and tells the outcome once. Time and messages in, effects out; effects must be carried out in
 * order. {@link Installation} says when the flash is touched.
 */
export class Updater {
  readonly #options: UpdaterOptions;
  readonly #tokens: ClientTokens;
  readonly #jobs: JobClient;
  readonly #installation: Installation;
  #record: UpdateRecord | undefined;
  /** of the firmware that is being downloaded, or was refused */
  #version: string | undefined;
  #storedAt = 0;
  /** in tens of percent */
  #toldProgress = -1;
  #told: Pick<UpdateReport, "state" | "version" | "reason"> | undefined;

  constructor(options: UpdaterOptions) {
    this.#options = options;
    this.#tokens = new ClientTokens(options.random);
    this.#jobs = new JobClient(options.topics, this.#tokens);
    this.#installation = new Installation(options.isIdle);
    this.#record = readUpdateRecord(options.stored);
  }

  /** MQTT topic filters to subscribe to, with QoS 1. */
  get filters(): readonly string[] {
    return this.#options.topics.filters;
  }

  /** For the box's status; null if there was no update since the start. Progress is in tens of percent. */
  get status(): UpdateStatus | null {
    const told = this.#told;
    if (told === undefined) return null;
    const { state, version, reason } = told;
    const progress = state === "downloading" ? 10 * Math.max(0, this.#toldProgress) : null;
    return { state, version, progress, reason };
  }

  /** A firmware is being installed, or is on trial: nothing else may restart the box. */
  get isBusy(): boolean {
    const state = this.#told?.state;
    return state !== undefined && busyStates.some((each) => each === state);
  }

  /** The next time, in ticks, at which {@link handleTimeout} has work to do. */
  get deadline(): number | undefined {
    return earliest([this.#jobs.deadline, this.#installation.deadline]);
  }

  /** Call it once, when the firmware starts. */
  start(now: number): UpdateEffect[] {
    const { slots, target } = this.#options;
    const record = this.#record;
    if (slots?.isOnTrial === true) {
      this.#installation.startTrial(now, this.#isImpostor);
      return [this.#tell("trial", null), ...this.#noteStart()];
    }
    if (record?.step !== "selected") return [];
    if (record.version === target.version) return this.#finish("SUCCEEDED", now);
    if (record.reason !== undefined) return this.#finish("FAILED", now, record.reason);
    if (slots?.hasOtherFailed === true) return this.#finish("FAILED", now, "rolled-back");
    // The power failed before the other slot was selected, or before it was started.
    return record.tries < selectTries ? [] : this.#finish("FAILED", now, "not-startable");
  }

  /** The session is ready: connected and subscribed. */
  connected(now: number): UpdateEffect[] {
    this.#installation.connected();
    return this.#fromJobs(this.#jobs.connected(now), now);
  }

  disconnected(): void {
    this.#installation.disconnected();
    this.#jobs.disconnected();
  }

  /** The broker has acknowledged the status that was published on this connection. */
  statusAcknowledged(): void {
    this.#installation.statusAcknowledged();
  }

  /** The gate's pin. */
  pulse(isHigh: boolean): void {
    this.#installation.pulse(isHigh);
  }

  /** Whether a topic belongs to updates. */
  reads(topic: string): boolean {
    return topic.startsWith(this.#options.topics.root);
  }

  /** @param payload may be a view of a buffer that is used again */
  handleMessage(topic: string, payload: Uint8Array, now: number): UpdateEffect[] {
    const read = readUpdateTopic(this.#options.topics, topic);
    if (read === undefined) return [];
    const installation = this.#installation;
    switch (read.type) {
      case "data":
        return this.#fromInstallation(installation.handleData(read.stream, payload, now), now);
      case "no-data":
        return this.#fromInstallation(installation.handleRefusal(read.stream, now), now);
      default:
        return this.#fromJobs(this.#jobs.handleMessage(read, readUtf8(payload), now), now);
    }
  }

  handleTimeout(now: number): UpdateEffect[] {
    const effects = this.#fromJobs(this.#jobs.handleTimeout(now), now);
    effects.push(...this.#fromInstallation(this.#installation.handleTimeout(now), now));
    return effects;
  }

  /** The slots' operation has been carried out. @param bytes what was read */
  operationDone(
    operation: SlotOperation,
    bytes: Uint8Array | undefined,
    now: number,
  ): UpdateEffect[] {
    return this.#fromInstallation(this.#installation.done(operation, bytes, now), now);
  }

  /** The flash has refused the operation. */
  operationFailed(operation: SlotOperation, now: number): UpdateEffect[] {
    return this.#fromInstallation(this.#installation.failed(operation, now), now);
  }

  /** The firmware on trial has another version than the manifest said. */
  get #isImpostor(): boolean {
    const record = this.#record;
    return record?.step === "selected" && record.version !== this.#options.target.version;
  }

  /**
   * Whatever ends the trial, the old firmware finds that the new one was started. The bootloader's own
   * note of that is lost if the power fails while it is written.
   */
  #noteStart(): UpdateEffect[] {
    const record = this.#record;
    if (record?.step !== "selected" || record.reason !== undefined) return [];
    return [this.#store({ ...record, reason: "rolled-back" })];
  }

  /** Stored first: a restart finds why the new firmware is not there. */
  #giveUp(): UpdateEffect[] {
    const record = this.#record;
    const reason: UpdateReason = this.#isImpostor ? "malformed" : "not-confirmed";
    const told = this.#tell("giving-up", reason);
    return record?.step === "selected" ? [told, this.#store({ ...record, reason })] : [told];
  }

  /** Stored first: only then does a restart know what it is about. */
  #select(): UpdateEffect[] {
    const record = this.#record;
    const version = this.#version;
    if (record === undefined || record.step === "done" || version === undefined) return [];
    const { job, execution, sha256 } = record;
    const tries = 1 + (record.step === "selected" ? record.tries : 0);
    return [
      this.#tell("restarting", null),
      this.#store({ job, execution, step: "selected", sha256, version, tries }),
    ];
  }

  #confirmed(now: number): UpdateEffect[] {
    const told = this.#tell("confirmed", null);
    const record = this.#record;
    if (record?.step === "selected") return [told, ...this.#finish("SUCCEEDED", now)];
    // Another job may have waited for the end of the trial.
    return [told, ...this.#fromJobs(this.#jobs.ask(now), now)];
  }

  #fromJobs(jobEffects: readonly JobEffect[], now: number): UpdateEffect[] {
    const effects: UpdateEffect[] = [];
    for (const effect of jobEffects) {
      switch (effect.type) {
        case "publish":
          effects.push(effect);
          break;
        case "next":
          effects.push(...this.#handleNext(effect.execution, now));
          effects.push(...this.#fromJobs(this.#jobs.handleTimeout(now), now));
          break;
        case "told":
        case "over":
          effects.push(...this.#handleAnswer(effect, now));
      }
    }
    return effects;
  }

  #handleAnswer({ type, report }: Answered, now: number): UpdateEffect[] {
    if (report.jobId !== this.#record?.job) return [];
    if (report.status !== "IN_PROGRESS") return this.#end(now);
    if (type === "over") return [...this.#drop(), ...this.#fromJobs(this.#jobs.ask(now), now)];
    if (report.statusDetails.progress === complete) this.#installation.agree();
    return [];
  }

  #fromInstallation(
    installationEffects: readonly InstallationEffect[],
    now: number,
  ): UpdateEffect[] {
    const effects: UpdateEffect[] = [];
    for (const effect of installationEffects) {
      switch (effect.type) {
        case "publish":
        case "slots":
        case "restart":
          effects.push(effect);
          break;
        case "selecting":
          effects.push(...this.#select());
          break;
        case "giving-up":
          effects.push(...this.#giveUp());
          break;
        case "confirmed":
          effects.push(...this.#confirmed(now));
          break;
        case "failed":
          effects.push(...this.#finish("FAILED", now, effect.reason));
      }
    }
    return [...effects, ...this.#noteProgress(now)];
  }

  #handleNext(execution: JobExecution | undefined, now: number): UpdateEffect[] {
    const record = this.#record;
    const isOurs = record !== undefined && execution !== undefined && isRunOf(record, execution);
    const effects = isOurs || record === undefined ? [] : this.#drop();
    if (execution === undefined) return effects;
    if (isOurs && record.step === "done") {
      return [...effects, ...this.#report(record.status, now)];
    }
    const { download, isRestarting } = this.#installation;
    if (isRestarting) return effects;
    if (isOurs && download !== undefined) {
      // Connected again, or asked again: the rest is as it was.
      if (download.isVerified) this.#toldProgress = -1;
      return [...effects, ...this.#fromInstallation(this.#installation.resume(now), now)];
    }
    return [...effects, ...this.#begin(execution, isOurs ? record : undefined, now)];
  }

  /** @param record of this job, from before a restart */
  #begin(execution: JobExecution, record: UpdateRecord | undefined, now: number): UpdateEffect[] {
    const job = { job: execution.jobId, execution: execution.executionNumber };
    const check = checkUpdate(execution.jobDocument, this.#options.target);
    if (this.#installation.isOnTrial) {
      // One thing at a time. The job that led to this trial is known again, even if storage was lost.
      if (record !== undefined || check.type !== "runs") return [];
      const { version } = check;
      return [this.#store({ ...job, step: "selected", sha256: noHash, version, tries: 1 })];
    }
    if (check.type === "runs") {
      this.#record = { ...job, step: "done", status: "SUCCEEDED", version: check.version };
      return this.#finish("SUCCEEDED", now);
    }
    if (check.type === "refused") {
      const status = record === undefined ? "REJECTED" : "FAILED";
      this.#record = { ...job, step: "done", status };
      this.#version = check.version;
      return this.#finish(status, now, check.reason);
    }
    const { document, manifest } = check;
    const { sha256, size, version } = manifest;
    const isSame = record !== undefined && record.step !== "done" && record.sha256 === sha256;
    const at = !isSame ? 0 : record.step === "download" ? record.at : size;
    const { topics, makeDigest, target } = this.#options;
    const download = new Download({
      topics,
      tokens: this.#tokens,
      document,
      manifest,
      at,
      makeDigest,
      imageId: target.imageId,
    });
    this.#version = version;
    this.#storedAt = download.at;
    this.#toldProgress = -1;
    const effects: UpdateEffect[] = [];
    if (!isSame) effects.push(this.#store({ ...job, step: "download", sha256, at: 0 }));
    else this.#record = record;
    effects.push(this.#tell("downloading", null));
    effects.push(...this.#fromInstallation(this.#installation.begin(download, now), now));
    return effects;
  }

  /** Stores the progress and tells it, when there is enough of it. */
  #noteProgress(now: number): UpdateEffect[] {
    const { download } = this.#installation;
    const record = this.#record;
    if (download === undefined || record === undefined || record.step === "done") return [];
    const effects: UpdateEffect[] = [];
    const { at } = download;
    if (at < this.#storedAt) this.#storedAt = 0;
    if (record.step === "download" && at - this.#storedAt >= storedBytes) {
      this.#storedAt = at - (at % storedBytes);
      effects.push(this.#store({ ...record, at: this.#storedAt }));
    }
    const tenths = download.isVerified ? 10 : Math.min(9, Math.floor((10 * at) / download.size));
    if (tenths === this.#toldProgress) return effects;
    this.#toldProgress = tenths;
    if (tenths === 10) effects.push(this.#tell("ready", null));
    return [...effects, ...this.#report("IN_PROGRESS", now)];
  }

  /** The job has an outcome. It is stored before it is told. */
  #finish(
    status: Exclude<JobStatus, "IN_PROGRESS">,
    now: number,
    reason?: UpdateReason,
  ): UpdateEffect[] {
    const record = this.#record;
    if (record === undefined) return [];
    const { job, execution } = record;
    const version = "version" in record ? record.version : this.#version;
    this.#abandon();
    this.#version = version;
    return [
      this.#store({
        job,
        execution,
        step: "done",
        status,
        ...(version === undefined ? {} : { version }),
        ...(reason === undefined ? {} : { reason }),
      }),
      this.#tell(states[status], reason ?? null),
      ...this.#report(status, now),
    ];
  }

  #report(status: JobStatus, now: number): UpdateEffect[] {
    const record = this.#record;
    if (record === undefined) return [];
    const version = this.#version ?? ("version" in record ? record.version : undefined);
    const reason = "reason" in record ? record.reason : undefined;
    const statusDetails = {
      ...(version === undefined ? {} : { version }),
      ...(status === "IN_PROGRESS" ? { progress: String(10 * this.#toldProgress) } : {}),
      ...(status !== "IN_PROGRESS" && reason !== undefined ? { reason } : {}),
    };
    const report = { jobId: record.job, status, statusDetails };
    return this.#fromJobs(this.#jobs.tell(report, now), now);
  }

  /** The server has no such job any more. What is in the other slot is never started. */
  #drop(): UpdateEffect[] {
    const isDone = this.#record?.step === "done";
    const told = isDone ? [] : [this.#tell("dropped", "cancelled")];
    this.#abandon();
    return [...told, this.#store(undefined)];
  }

  /** The outcome has been told. */
  #end(now: number): UpdateEffect[] {
    const effects = this.#record === undefined ? [] : [this.#store(undefined)];
    return [...effects, ...this.#fromJobs(this.#jobs.ask(now), now)];
  }

  #abandon(): void {
    this.#installation.abandon();
    this.#version = undefined;
    this.#jobs.forget();
  }

  #store(record: UpdateRecord | undefined): UpdateEffect {
    this.#record = record;
    return { type: "store", key: updateKey, value: writeUpdateRecord(record) };
  }

  #tell(state: UpdateReport["state"], reason: UpdateReason | null): UpdateEffect {
    const record = this.#record;
    const known = record !== undefined && "version" in record ? record.version : undefined;
    const version = this.#version ?? known ?? null;
    this.#told = { state, version, reason };
    return { type: "update", report: { state, job: record?.job ?? null, version, reason } };
  }
}

const busyStates: readonly UpdateReport["state"][] = [
  "downloading",
  "ready",
  "restarting",
  "trial",
  "giving-up",
];

const states = { SUCCEEDED: "succeeded", FAILED: "failed", REJECTED: "rejected" } as const;

/** Of a firmware that this box has not downloaded itself. */
const noHash = "0".repeat(64);

/** Percent. It is told when the whole firmware is in the slot and is what was signed. */
const complete = "100";

type Answered = Extract<JobEffect, { readonly type: "told" | "over" }>;
