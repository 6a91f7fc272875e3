import type { UpdateReason } from "../messages/update.ts";
import type { Download, DownloadEffect } from "./download.ts";
import { earliest } from "./earliest.ts";
import type { SlotOperation } from "./slot-operation.ts";
import { Trial, trialMs } from "./trial.ts";

export type InstallationEffect =
  | Extract<DownloadEffect, { readonly type: "publish" }>
  /** {@link Installation.done} or {@link Installation.failed} must be called right after it */
  | { readonly type: "slots"; readonly operation: SlotOperation }
  | { readonly type: "restart" }
  /** the operation `select` follows it */
  | { readonly type: "selecting" }
  /** the operation `roll-back` follows it */
  | { readonly type: "giving-up" }
  | { readonly type: "confirmed" }
  | { readonly type: "failed"; readonly reason: UpdateReason };

/**
 * Between two operations. ESP-IDF's task watchdog also watches the idle task, which runs only while this
 * one waits: without a pause, a chain of operations is a panic after some seconds.
 */
export const restMs = 10;
/**
 * Between the choice of the new firmware, which takes the board a second or two, and the restart: a
 * command that came meanwhile waits in the socket, and is carried out first.
 */
const settleMs = 1_000;
/** How often a restart that would disturb somebody is considered again. */
const idleRetryMs = 5_000;

/**
 * What is done to the slots: a download or a trial, never both. The flash is not touched while the
 * gate's pin is HIGH. Each call of {@link handleTimeout} causes at most one operation, and nothing else
 * causes any, so a command never waits for more than one.
 */
export class Installation {
  readonly #isIdle: (now: number) => boolean;
  #trial: Trial | undefined;
  #download: Download | undefined;
  #isConnected = false;
  #isHigh = false;
  #isAgreed = false;
  #isRestarting = false;
  /** when the restart that is decided may come; undefined: none is, or it is under way */
  #restartsAt: number | undefined;
  #idleAt = 0;
  /** there is no operation of a download before */
  #restsUntil = 0;

  /** @param isIdle whether a restart would disturb nobody */
  constructor(isIdle: (now: number) => boolean) {
    this.#isIdle = isIdle;
  }

  get download(): Download | undefined {
    return this.#download;
  }

  get isOnTrial(): boolean {
    return this.#trial !== undefined;
  }

  get isRestarting(): boolean {
    return this.#isRestarting;
  }

  /** When {@link handleTimeout} must be called, in ticks. */
  get deadline(): number | undefined {
    return earliest([this.#download?.deadline, this.#isHigh ? undefined : this.#operationAt]);
  }

  /** The running firmware is on trial. @param isHopeless it is given up at once */
  startTrial(now: number, isHopeless: boolean): void {
    this.#trial = new Trial(isHopeless ? now - trialMs : now);
  }

  begin(download: Download, now: number): InstallationEffect[] {
    this.#download = download;
    return this.#isConnected ? download.connected(now) : [];
  }

  /** What is in the other slot is never started. */
  abandon(): void {
    this.#download = undefined;
    this.#isAgreed = false;
  }

  /** The server knows that the download is complete, and still wants it. */
  agree(): void {
    if (this.#download?.isVerified === true && this.#isConnected) this.#isAgreed = true;
  }

  /** The download goes on when the server has confirmed the job: {@link resume}. */
  connected(): void {
    this.#isConnected = true;
    this.#trial?.connected();
  }

  resume(now: number): InstallationEffect[] {
    return this.#download?.connected(now) ?? [];
  }

  disconnected(): void {
    this.#isConnected = false;
    this.#isAgreed = false;
    this.#trial?.disconnected();
    this.#download?.disconnected();
  }

  statusAcknowledged(): void {
    this.#trial?.acknowledged();
  }

  pulse(isHigh: boolean): void {
    this.#isHigh = isHigh;
  }

  handleData(stream: string, message: Uint8Array, now: number): InstallationEffect[] {
    return this.#download?.handleData(stream, message, now) ?? [];
  }

  handleRefusal(stream: string, now: number): InstallationEffect[] {
    return this.#download?.handleRefusal(stream, now) ?? [];
  }

  handleTimeout(now: number): InstallationEffect[] {
    const effects: InstallationEffect[] = this.#download?.handleTimeout(now) ?? [];
    const at = this.#operationAt;
    // A download that has just failed asks for no operation.
    if (this.#isHigh || at === undefined || now < at || effects.length > 0) return effects;
    return this.#operate(now);
  }

  /** @param bytes what was read */
  done(operation: SlotOperation, bytes: Uint8Array | undefined, now: number): InstallationEffect[] {
    this.#restsUntil = now + restMs;
    switch (operation.type) {
      case "confirm":
        this.#trial = undefined;
        return [{ type: "confirmed" }];
      case "select":
        this.#isRestarting = true;
        this.#restartsAt = now + settleMs;
        return [];
      case "roll-back":
        // Only on hardware that does not restart by itself.
        return this.#restart();
      default:
        return this.#download?.done(bytes, now) ?? [];
    }
  }

  failed(operation: SlotOperation, now: number): InstallationEffect[] {
    this.#restsUntil = now + restMs;
    switch (operation.type) {
      case "confirm":
        this.#trial?.postpone(now);
        return [];
      case "select":
        return [{ type: "failed", reason: "not-startable" }];
      case "roll-back":
        // Any restart ends a trial.
        return this.#restart();
      default:
        return this.#download?.failed(now) ?? [];
    }
  }

  /** When the slots are to be touched next, in ticks. */
  get #operationAt(): number | undefined {
    if (this.#isRestarting) return this.#restartsAt;
    if (this.#trial !== undefined) return this.#trial.deadline;
    const download = this.#download;
    if (download?.operation !== undefined) return this.#restsUntil;
    return this.#isAgreed ? this.#idleAt : undefined;
  }

  #operate(now: number): InstallationEffect[] {
    if (this.#isRestarting) return this.#restartWhenIdle(now);
    const trial = this.#trial;
    if (trial?.isPassed(now)) return [{ type: "slots", operation: { type: "confirm" } }];
    if (trial?.isLost(now)) {
      return [{ type: "giving-up" }, { type: "slots", operation: { type: "roll-back" } }];
    }
    if (trial !== undefined) return [];
    const operation = this.#download?.operation;
    if (operation !== undefined) return [{ type: "slots", operation }];
    if (this.#isIdle(now)) {
      return [{ type: "selecting" }, { type: "slots", operation: { type: "select" } }];
    }
    this.#idleAt = now + idleRetryMs;
    return [];
  }

  #restartWhenIdle(now: number): InstallationEffect[] {
    if (this.#isIdle(now)) return this.#restart();
    this.#restartsAt = now + idleRetryMs;
    return [];
  }

  #restart(): InstallationEffect[] {
    this.#isRestarting = true;
    this.#restartsAt = undefined;
    return [{ type: "restart" }];
  }
}
