import type { SettingsChanges } from "./agent-machines.ts";
import type { SettingsChange } from "./core/shadow-settings.ts";
import type { Timer, TimerHandle } from "./hal.ts";
import {
  type SettingsTrial,
  settingsTrialMs,
  type TrialReason,
  trialReasons,
} from "./settings-trial.ts";

/** What the firmware does for a trial. */
export interface TrialHost {
  readonly timer: Timer;
  /** an agent runs, and is connected */
  readonly isConnected: boolean;
  readonly isPulsing: boolean;
  /** Runs once no pulse is under way and the agent has stopped; not while somebody is at the box. */
  withoutAgent(run: () => void): void;
  /** Starts an agent with the settings as they are now. */
  restart(): void;
  say(state: "trying-settings" | "settings-kept" | "settings-taken-back", detail?: string): void;
}

/** A pulse is never cut short: what would stop the agent waits. */
const retryMs = 100;

/**
 * Conducts the trial of settings that somebody far away has changed: the agent restarts with them, and
 * they are kept as soon as it is connected; otherwise, the old ones return after five minutes.
 */
export class RemoteSettings implements SettingsChanges {
  readonly #trial: SettingsTrial;
  readonly #host: TrialHost;
  /** the end of the trial, or its confirmation that waits */
  #wake: TimerHandle | undefined;

  constructor(trial: SettingsTrial, host: TrialHost) {
    this.#trial = trial;
    this.#host = host;
  }

  get isOnTrial(): boolean {
    return this.#trial.pending !== undefined;
  }

  judge(change: SettingsChange): ReturnType<SettingsTrial["judge"]> {
    return this.#trial.judge(change);
  }

  attempt(change: SettingsChange): void {
    // On a later turn: the agent that asks for it is stopped.
    this.#host.timer.set(() => this.#host.withoutAgent(() => this.#begin(change)), 0);
  }

  /** Call it once, before the first agent runs. */
  start(): void {
    if (this.#trial.takeBackUnended()) this.#sayTakenBack("restarted");
  }

  stop(): void {
    this.#arm();
  }

  /** The agent has connected. */
  connected(): void {
    // On a later turn: writing to flash takes long, and the agent is carrying out effects.
    if (this.isOnTrial) this.#host.timer.set(() => this.#confirm(), 0);
  }

  /** Ends a trial with the old settings, if there is one. */
  takeBack(reason: TrialReason): void {
    this.#arm();
    if (!this.isOnTrial) return;
    this.#trial.takeBack(reason);
    this.#sayTakenBack(reason);
  }

  #begin(change: SettingsChange): void {
    // The settings may have changed since the agent asked.
    if (this.isOnTrial || this.judge(change).type !== "valid") {
      this.#host.restart();
      return;
    }
    if (this.#trial.begin(change)) {
      this.#host.say("trying-settings");
      this.#arm(() => this.#end(), settingsTrialMs);
    } else this.#sayTakenBack("not-kept");
    this.#host.restart();
  }

  #confirm(): void {
    if (!this.isOnTrial || !this.#host.isConnected) return;
    if (this.#host.isPulsing) {
      this.#host.timer.set(() => this.#confirm(), retryMs);
      return;
    }
    this.#arm();
    if (this.#trial.confirm()) this.#host.say("settings-kept");
    else {
      this.#sayTakenBack("not-kept");
      this.#host.withoutAgent(() => this.#host.restart());
    }
  }

  #end(): void {
    if (this.#host.isConnected) {
      // A pulse is under way, and its confirmation waits.
      this.#arm(() => this.#end(), retryMs);
      return;
    }
    this.#host.withoutAgent(() => {
      this.takeBack("not-connected");
      this.#host.restart();
    });
  }

  #sayTakenBack(reason: TrialReason): void {
    this.#host.say("settings-taken-back", trialReasons[reason]);
  }

  /** One timer at a time; without a callback: none. */
  #arm(callback?: () => void, delayMs = 0): void {
    const { timer } = this.#host;
    if (this.#wake !== undefined) timer.clear(this.#wake);
    this.#wake = callback && timer.set(callback, delayMs);
  }
}
