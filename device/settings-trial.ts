import { contentsOf, settingsIn } from "./box-contents.ts";
import type { BoxData } from "./box-data.ts";
import type { NetworkKind } from "./config.ts";
import type { ChangeVerdict } from "./core/shadow.ts";
import { isSame, type SettingsChange } from "./core/shadow-settings.ts";
import { type RawSettings, settingsFile, withChange, writeSettings } from "./settings-text.ts";

/** The file with settings that are on trial, complete. While it exists, nothing has confirmed them. */
export const pendingFile = "settings-pending.json";

/** How long a box has to connect with settings that are on trial. */
export const settingsTrialMs = 5 * 60_000;

/** A change that was taken back is not tried again for this long, whoever insists on it. */
const refusedMs = 30 * 60_000;

/** Why settings are taken back. */
export const trialReasons = {
  "not-connected": "the box did not connect with it within 5 minutes",
  restarted: "the box restarted while it was tried",
  replaced: "the networks were changed at the box while it was tried",
  "not-kept": "the flash memory did not keep it",
} as const;
export type TrialReason = keyof typeof trialReasons;

/**
 * Settings that somebody far away has changed, until the box has connected with them. The settings in
 * force stay as they are meanwhile: a power cut at any moment leaves the old ones or, once they are
 * confirmed, the new ones. A restart takes a trial back: the new settings may be what caused it.
 */
export class SettingsTrial {
  readonly #data: BoxData;
  readonly #networkKind: NetworkKind | undefined;
  /** in ticks */
  readonly #now: () => number;
  /** the settings that are tried, complete */
  #pending: RawSettings | undefined;
  #refused:
    | { readonly settings: RawSettings; readonly reason: TrialReason; readonly at: number }
    | undefined;

  constructor(data: BoxData, networkKind: NetworkKind | undefined, now: () => number) {
    this.#data = data;
    this.#networkKind = networkKind;
    this.#now = now;
  }

  /** Undefined: the settings in force apply. */
  get pending(): RawSettings | undefined {
    return this.#pending;
  }

  /** Call it once, before the settings are used. @returns whether a trial had not ended */
  takeBackUnended(): boolean {
    const bytes = this.#data.read(pendingFile);
    if (bytes === undefined) return false;
    this.#pending = settingsIn(this.#data, pendingFile) ?? {};
    this.takeBack("restarted");
    return true;
  }

  /** What becomes of a change; for `Shadow`. */
  judge(change: SettingsChange): ChangeVerdict {
    const before = settingsIn(this.#data) ?? {};
    const after = withChange(before, change);
    const refused = this.#refused;
    if (
      refused !== undefined &&
      this.#now() - refused.at < refusedMs &&
      isSame(refused.settings, after)
    ) {
      return { type: "refused", reasons: [trialReasons[refused.reason]] };
    }
    const contents = contentsOf(this.#data, this.#networkKind, after);
    if (contents.type === "incomplete") return { type: "refused", reasons: contents.reasons };
    // Compared as they are understood: a default may be written out.
    const present = contentsOf(this.#data, this.#networkKind, before);
    const isInForce =
      present.type === "ready" && isSame({ ...present.settings }, { ...contents.settings });
    return { type: isInForce ? "in-force" : "valid" };
  }

  /** Only the settings in force apply before, and these only after it. @returns whether it is kept */
  begin(change: SettingsChange): boolean {
    const pending = withChange(settingsIn(this.#data) ?? {}, change);
    this.#pending = pending;
    this.#write(new Map([[pendingFile, writeSettings(pending)]]));
    if (this.#data.has(pendingFile)) return true;
    this.takeBack("not-kept");
    return false;
  }

  /** The box has connected. @returns false: the flash did not keep it, and they are taken back */
  confirm(): boolean {
    const pending = this.#pending;
    if (pending === undefined) return true;
    this.#write(new Map([[settingsFile, writeSettings(pending)]]));
    const isKept = !this.#data.has(pendingFile);
    if (isKept) this.#pending = undefined;
    else this.takeBack("not-kept");
    return isKept;
  }

  /** The settings in force apply again. If the flash refuses the change, the next start makes it. */
  takeBack(reason: TrialReason): void {
    const settings = this.#pending;
    if (settings === undefined) return;
    this.#pending = undefined;
    this.#refused = { settings, reason, at: this.#now() };
    if (this.#data.has(pendingFile)) this.#write(new Map());
  }

  /** The box's files with these, and no other pending ones. The flash has the new files or the old ones. */
  #write(files: ReadonlyMap<string, Uint8Array>): void {
    const all = new Map(this.#data.readAll());
    all.delete(pendingFile);
    for (const [name, bytes] of files) all.set(name, bytes);
    try {
      this.#data.write(all);
    } catch {
      // Whoever asked looks which ones it has.
    }
  }
}
