import type { Settings } from "../config.ts";
import type { Instant, SocketError } from "../hal.ts";
import type { ClaimError } from "./claim-error.ts";
import { ClaimExchange, type ClaimExchangeEffect } from "./claim-exchange.ts";
import {
  Connection,
  type ConnectionEffect,
  type ConnectionState,
  handshakeTimeoutMs,
} from "./connection.ts";
import { earliest } from "./earliest.ts";
import type { IssuedCertificate } from "./issued-certificate.ts";
import type { PacketParser } from "./mqtt/codec.ts";
import type { SendEffect } from "./mqtt/handshake.ts";
import type { StateMachine } from "./state-machine.ts";

export interface ClaimerOptions {
  readonly settings: Settings;
  readonly template: string;
  readonly request: () => string | undefined;
  /**
   * the box has a certificate that is refused: one claim attempt, then that certificate is tried
   * again
   */
  readonly isOnce: boolean;
  readonly parser: PacketParser;
  /** uniform in [0, 1) */
  readonly random: () => number;
}

/** Progress of a claim: for a person, on the serial port or on a screen. */
export type ClaimReport =
  /** AWS IoT Core made a certificate for the box's key */
  | { readonly outcome: "issued" }
  /** the certificate is attached to the thing and is now the box's own */
  | { readonly outcome: "provisioned" }
  /** as above, but it could not be stored: the box claims again after a restart */
  | { readonly outcome: "unstored" }
  | ({ readonly outcome: "failed" } & ClaimError);

export type ClaimEffect =
  | SendEffect
  | ConnectionEffect
  | { readonly type: "claim"; readonly report: ClaimReport }
  /** must be stored before anything else: DER, base64 */
  | { readonly type: "keep"; readonly certificate: string }
  /** the claimer has finished: the box takes over */
  | { readonly type: "done" };

/**
 * AWS IoT Core accepts ten claims per second and account, and a whole fleet may be switched on at
 * once. A claim that a person must fix is not fixed within seconds either.
 */
const backoff = { minimumMs: 10_000, maximumMs: 60 * 60_000 } as const;

/** A token is valid for an hour. Its last minutes are not used. */
export const tokenLifeMs = 50 * 60_000;

/**
 * A box that has no certificate of its own, without hardware. It connects with the claim
 * certificate until it has its own. It has no gate and accepts no commands.
 */
export class Claimer implements StateMachine<ClaimEffect> {
  readonly certificate = "claim";
  readonly #options: ClaimerOptions;
  readonly #connection: Connection;
  #exchange: ClaimExchange | undefined;
  /** from an exchange that was cut short: the next one need not request another */
  #issued: { readonly certificate: IssuedCertificate; readonly at: number } | undefined;

  constructor(options: ClaimerOptions) {
    const { networks } = options.settings;
    this.#options = options;
    this.#connection = new Connection({ networks, backoff, heldMs: 0 }, options.random);
  }

  get connectionState(): ConnectionState {
    return this.#connection.state;
  }

  get firstTimeServer(): number {
    return this.#connection.firstTimeServer;
  }

  get deadline(): number | undefined {
    return earliest([this.#exchange?.deadline, this.#connection.deadline]);
  }

  start(now: Instant): ClaimEffect[] {
    return this.#connection.start(now.ticks);
  }

  stop(): ClaimEffect[] {
    const goodbye = this.#exchange?.disconnect() ?? [];
    this.#exchange = undefined;
    return [...goodbye, ...this.#connection.stop()];
  }

  networkUp(now: Instant): ClaimEffect[] {
    return this.#connection.networkUp(now.ticks);
  }

  networkDown(now: Instant): ClaimEffect[] {
    this.#exchange = undefined;
    return this.#connection.networkDown(now.ticks);
  }

  timeSet(now: Instant): ClaimEffect[] {
    return this.#connection.timeSet(now.ticks);
  }

  timeFailed(now: Instant, detail: string): ClaimEffect[] {
    return this.#connection.timeFailed(now.ticks, detail);
  }

  socketOpen(now: Instant): ClaimEffect[] {
    const effects: ClaimEffect[] = this.#connection.socketOpen();
    if (this.#connection.state !== "mqtt") return effects;
    const { settings, template, request, parser } = this.#options;
    const { thingName } = settings;
    const exchange = new ClaimExchange(
      { thingName, template, request, parser },
      this.#usableCertificate(now.ticks),
    );
    this.#exchange = exchange;
    return [...effects, ...this.#fromExchange(exchange.connect(now.ticks), now)];
  }

  socketLost(now: Instant, reason: SocketError, detail?: string): ClaimEffect[] {
    const step = this.#exchange?.step;
    const words = detail ? `${reason}: ${detail}` : reason;
    if (reason === "certificate") this.#connection.refuseCertificate();
    return this.#fail(explainLoss(reason, words, step), now);
  }

  handleBytes(bytes: Uint8Array, now: Instant): ClaimEffect[] {
    return this.#fromExchange(this.#exchange?.handleBytes(bytes, now.ticks) ?? [], now);
  }

  /** A claimer moves no pin, so it handles all packets at once. */
  readonly hasMore = false;

  handleMore(): ClaimEffect[] {
    return [];
  }

  handleTimeout(now: Instant): ClaimEffect[] {
    const effects = this.#fromExchange(this.#exchange?.handleTimeout(now.ticks) ?? [], now);
    const isHandshake = this.#connection.state === "tls";
    const lost = this.#connection.handleTimeout(now.ticks);
    const isLost = isHandshake && lost.length > 0;
    return [...effects, ...lost, ...(isLost ? this.#tell(noHandshake) : [])];
  }

  #fromExchange(exchangeEffects: readonly ClaimExchangeEffect[], now: Instant): ClaimEffect[] {
    const effects: ClaimEffect[] = [];
    for (const effect of exchangeEffects) {
      switch (effect.type) {
        case "send":
          effects.push(effect);
          break;
        case "issued":
          this.#issued = { certificate: effect.issued, at: now.ticks };
          effects.push({ type: "claim", report: { outcome: "issued" } });
          break;
        case "provisioned":
          effects.push({ type: "keep", certificate: effect.certificate }, ...this.#finish());
          break;
        case "failed":
          // A certificate that AWS refuses is not offered again, unless AWS was only busy.
          if (effect.error.who !== "transport") this.#issued = undefined;
          effects.push(...this.#fail(effect.error, now));
      }
    }
    return effects;
  }

  #finish(): ClaimEffect[] {
    const goodbye = this.#exchange?.disconnect() ?? [];
    this.#exchange = undefined;
    return [...goodbye, { type: "close-socket" }, { type: "done" }];
  }

  #fail(error: ClaimError, now: Instant): ClaimEffect[] {
    this.#exchange = undefined;
    const lost = this.#connection.lost(now.ticks, `claim: ${error.reason}: ${error.detail}`);
    return [...lost, ...this.#tell(error)];
  }

  #tell(error: ClaimError): ClaimEffect[] {
    const failed: ClaimEffect = { type: "claim", report: { outcome: "failed", ...error } };
    return this.#options.isOnce ? [failed, { type: "done" }] : [failed];
  }

  #usableCertificate(now: number): IssuedCertificate | undefined {
    const issued = this.#issued;
    const isUsable = issued !== undefined && now - issued.at < tokenLifeMs;
    if (!isUsable) this.#issued = undefined;
    return this.#issued?.certificate;
  }
}

const noHandshake: ClaimError = {
  who: "transport",
  reason: "no-answer",
  detail: `no TLS connection within ${handshakeTimeoutMs} ms`,
};

/** AWS IoT Core gives no reason: it closes the connection. */
function explainLoss(
  reason: SocketError,
  words: string,
  step: ClaimExchange["step"] | undefined,
): ClaimError {
  if (reason === "certificate") return { who: "person", reason: "connection", detail: words };
  if (reason === "handshake" || (reason === "closed" && step === "connecting")) {
    const detail = `${words}; the claim's certificate may be inactive, or its policy may not allow this client id`;
    return { who: "person", reason: "not-authorized", detail };
  }
  if (reason === "closed" && step !== undefined && step !== "over") {
    const detail = `${words}; the claim's policy may not allow a topic`;
    return { who: "person", reason: "not-authorized", detail };
  }
  return { who: "transport", reason: "connection", detail: words };
}
