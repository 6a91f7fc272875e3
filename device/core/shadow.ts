import {
  readShadow,
  readShadowAccepted,
  readShadowDelta,
  readShadowRejected,
  type ShadowDocument,
  type ShadowState,
  writeShadowGet,
  writeShadowUpdate,
} from "../messages/shadow.ts";
import { readShadowTopic, type ShadowTopics } from "../messages/shadow-topics.ts";
import { ClientTokens } from "./client-tokens.ts";
import {
  boundedReasons,
  readChange,
  type SettingsChange,
  unreportedMembers,
} from "./shadow-settings.ts";
import { readUtf8 } from "./utf8.ts";

/** What becomes of a change of the settings. */
export type ChangeVerdict =
  /** the box has these settings, and keeps them */
  | { readonly type: "in-force" }
  | { readonly type: "refused"; readonly reasons: readonly string[] }
  /** the box may restart with them */
  | { readonly type: "valid" };

export interface ShadowOptions {
  readonly topics: ShadowTopics;
  /** what the shadow is to show; see `reportedState` */
  readonly state: ShadowState;
  /** uniform in [0, 1) */
  readonly random: () => number;
  /** whether a restart would disturb nobody: no pulse, no event to deliver */
  readonly isIdle: (now: number) => boolean;
  /** whether the settings in force may still be taken back: nothing is told meanwhile */
  readonly isOnTrial: () => boolean;
  readonly judge: (change: SettingsChange) => ChangeVerdict;
}

export type ShadowEffect =
  /** QoS 1, not retained */
  | { readonly type: "publish"; readonly topic: string; readonly payload: string }
  /** try these settings: ends this machine. It may contain passwords. */
  | { readonly type: "try-settings"; readonly change: SettingsChange }
  | { readonly type: "shadow"; readonly report: ShadowReport };

/** What an observer is told. It contains no secrets. */
export interface ShadowReport {
  readonly state:
    | "reported"
    /** the box is about to restart with other settings */
    | "trying"
    /** it has connected with them, and keeps them */
    | "applied"
    | "refused";
  readonly reasons: readonly string[];
}

/** A request without an answer is repeated after this time, and a refused one after the pause. */
export const shadowAnswerTimeoutMs = 10_000;
const shortestPauseMs = 1_000;
const longestPauseMs = 5 * 60_000;
/** A longer document is not even parsed: memory is scarce. */
export const longestDocument = 4_096;
const idleRetryMs = 5_000;
const trialRetryMs = 1_000;

interface Request {
  readonly type: "get" | "update";
  readonly clientToken: string;
  readonly until: number;
  /** what it settles */
  readonly outcome: Outcome | undefined;
}

/** What is told about a change, and clears it in the shadow. */
interface Outcome {
  /** none: it is applied */
  readonly reasons: readonly string[];
  /** undefined: whatever the shadow has become */
  readonly version: number | undefined;
}

/**
 * A box's shadow in AWS IoT: shows its firmware and its settings there, and takes changes of the
 * settings that are not dangerous. One request at a time. It never remembers across a restart: the
 * shadow itself says what it shows and what is desired.
 *
 * A change is taken or refused as a whole. Either way it is cleared from `desired`, so that it does not
 * come again; a refused one is explained in `reported.refused`.
 */
export class Shadow {
  readonly #options: ShadowOptions;
  readonly #tokens: ClientTokens;
  #isConnected = false;
  /** the shadow is to be read */
  #asks = false;
  /** what the shadow does not show yet */
  #unreported: ShadowState | undefined;
  /** the newest known one; what is desired in it is not decided yet */
  #document: Pick<ShadowDocument, "desired" | "version"> | undefined;
  #decideAt = 0;
  #outcome: Outcome | undefined;
  #request: Request | undefined;
  #isTrying = false;
  #failures = 0;
  /** nothing is asked before */
  #notBefore = 0;

  constructor(options: ShadowOptions) {
    this.#options = options;
    this.#tokens = new ClientTokens(options.random);
  }

  /** MQTT topic filters to subscribe to, with QoS 1. */
  get filters(): readonly string[] {
    return this.#options.topics.filters;
  }

  /** When {@link handleTimeout} must be called, in ticks. */
  get deadline(): number | undefined {
    if (!this.#isConnected) return undefined;
    if (this.#request !== undefined) return this.#request.until;
    if (this.#hasRequest) return this.#notBefore;
    if (this.#document === undefined || this.#isTrying) return undefined;
    return Math.max(this.#decideAt, this.#notBefore);
  }

  /** The session is ready: connected and subscribed. */
  connected(now: number): ShadowEffect[] {
    this.#isConnected = true;
    this.#failures = 0;
    this.#notBefore = now;
    this.#document = undefined;
    this.#outcome = undefined;
    this.#asks = true;
    return this.#advance(now);
  }

  disconnected(): void {
    this.#isConnected = false;
    this.#request = undefined;
  }

  /** Whether a topic belongs to the shadow. */
  reads(topic: string): boolean {
    return topic.startsWith(this.#options.topics.root);
  }

  /**
   * @param payload may be a view of a buffer that is used again; empty if the message was cut because
   *   it was too long
   */
  handleMessage(topic: string, payload: Uint8Array, now: number): ShadowEffect[] {
    const isLong = payload.length === 0 || payload.length > longestDocument;
    const text = isLong ? undefined : readUtf8(payload);
    switch (readShadowTopic(this.#options.topics, topic)) {
      case "get/accepted":
        return this.#handleShadow(text, now);
      case "update/delta":
        return this.#handleDelta(text, now);
      case "update/accepted":
        return this.#handleTaken(text, now);
      case "get/rejected":
      case "update/rejected":
        return text === undefined ? [] : this.#handleRefused(text, now);
      default:
        return [];
    }
  }

  handleTimeout(now: number): ShadowEffect[] {
    if (this.#request !== undefined && now >= this.#request.until) this.#fail(now);
    return this.#advance(now);
  }

  get #hasRequest(): boolean {
    return this.#asks || this.#outcome !== undefined || this.#unreported !== undefined;
  }

  /** @param text undefined: it is too long, and not known to be ours */
  #handleShadow(text: string | undefined, now: number): ShadowEffect[] {
    const request = this.#request;
    if (request?.type !== "get") return [];
    if (text === undefined) {
      // The answer to an update has only what differs, and that is shorter.
      this.#answered();
      this.#unreported = this.#options.state;
      return this.#advance(now);
    }
    const shadow = readShadow(text);
    if (shadow === undefined || shadow.clientToken !== request.clientToken) return [];
    this.#answered();
    this.#unreported = unreportedMembers(this.#options.state, shadow.reported);
    this.#take(shadow, now);
    return this.#advance(now);
  }

  #handleDelta(text: string | undefined, now: number): ShadowEffect[] {
    if (text === undefined) {
      const reasons = [`the change is longer than ${longestDocument} bytes`];
      this.#document = undefined;
      this.#outcome = { reasons, version: undefined };
    } else {
      const delta = readShadowDelta(text);
      if (delta === undefined) return [];
      this.#take(delta, now);
    }
    return this.#advance(now);
  }

  #handleTaken(text: string | undefined, now: number): ShadowEffect[] {
    const request = this.#request;
    if (request?.type !== "update") return [];
    // Too long: it is taken for the answer. The next connection finds out if it was not.
    const isAnswer = text === undefined || readShadowAccepted(text) === request.clientToken;
    if (!isAnswer) return [];
    this.#answered();
    this.#unreported = undefined;
    const { outcome } = request;
    if (outcome === undefined) return [told("reported", []), ...this.#advance(now)];
    if (this.#outcome === outcome) this.#outcome = undefined;
    const { reasons } = outcome;
    const report = told(reasons.length === 0 ? "applied" : "refused", reasons);
    return [report, ...this.#advance(now)];
  }

  #handleRefused(text: string, now: number): ShadowEffect[] {
    const answer = readShadowRejected(text);
    const request = this.#request;
    if (answer === undefined || request === undefined) return [];
    if (answer.clientToken !== request.clientToken) {
      // A request that was not even read is refused without its token.
      if (answer.clientToken === undefined && answer.refusal === "later") this.#fail(now);
      return [];
    }
    const isNew = request.type === "get" && answer.refusal === "none";
    if (isNew) {
      this.#answered();
      this.#unreported = this.#options.state;
      return this.#advance(now);
    }
    this.#fail(now);
    if (answer.refusal === "later") return [];
    this.#outcome = undefined;
    this.#asks = answer.refusal === "conflict";
    if (!this.#asks) this.#unreported = undefined;
    return [];
  }

  /** A newer document replaces what is not decided, or not told yet. */
  #take({ desired, version }: ShadowDocument, now: number): void {
    if (this.#document !== undefined && this.#document.version > version) return;
    this.#outcome = undefined;
    const isEmpty = Object.keys(desired).length === 0;
    this.#document = isEmpty ? undefined : { desired, version };
    this.#decideAt = now;
  }

  #answered(): void {
    this.#request = undefined;
    this.#asks = false;
    this.#failures = 0;
  }

  #fail(now: number): void {
    this.#request = undefined;
    const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    this.#notBefore = now + pauseMs;
  }

  #advance(now: number): ShadowEffect[] {
    if (!this.#isConnected || this.#request !== undefined || now < this.#notBefore) return [];
    if (this.#options.isOnTrial()) {
      this.#notBefore = now + trialRetryMs;
      return [];
    }
    if (!this.#asks) {
      const tries = this.#decide(now);
      if (tries.length > 0) return tries;
    }
    return this.#hasRequest ? [this.#send(now)] : [];
  }

  /** @returns effects if the settings are to be tried now */
  #decide(now: number): ShadowEffect[] {
    const document = this.#document;
    if (document === undefined || this.#isTrying || now < this.#decideAt) return [];
    const { desired, version } = document;
    const change = readChange(desired);
    const verdict: ChangeVerdict = isRefusal(change)
      ? { type: "refused", reasons: change }
      : this.#options.judge(change);
    switch (verdict.type) {
      case "in-force":
        this.#settle({ reasons: [], version });
        return [];
      case "refused":
        this.#settle({ reasons: boundedReasons(verdict.reasons), version });
        return [];
      case "valid":
        break;
    }
    if (!this.#options.isIdle(now) || this.#unreported !== undefined) {
      this.#decideAt = now + idleRetryMs;
      return [];
    }
    this.#isTrying = true;
    return [told("trying", []), { type: "try-settings", change: desired }];
  }

  #settle(outcome: Outcome): void {
    this.#document = undefined;
    this.#outcome = outcome;
  }

  #send(now: number): ShadowEffect {
    const clientToken = this.#tokens.next();
    const until = now + shadowAnswerTimeoutMs;
    const { get, update } = this.#options.topics;
    if (this.#asks) {
      this.#request = { type: "get", clientToken, until, outcome: undefined };
      return { type: "publish", topic: get, payload: writeShadowGet(clientToken) };
    }
    const outcome = this.#outcome;
    this.#request = { type: "update", clientToken, until, outcome };
    if (outcome === undefined) {
      const payload = writeShadowUpdate({ reported: this.#unreported ?? {} }, clientToken);
      return { type: "publish", topic: update, payload };
    }
    const { reasons, version } = outcome;
    const refused = reasons.length === 0 ? null : reasons;
    const payload = writeShadowUpdate(
      {
        desired: null,
        reported: { ...this.#unreported, refused },
        ...(version === undefined ? {} : { version }),
      },
      clientToken,
    );
    return { type: "publish", topic: update, payload };
  }
}

function isRefusal(change: SettingsChange | readonly string[]): change is readonly string[] {
  return Array.isArray(change);
}

function told(state: ShadowReport["state"], reasons: readonly string[]): ShadowEffect {
  return { type: "shadow", report: { state, reasons } };
}
