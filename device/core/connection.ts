import type { SocketError, WiFiNetwork } from "../hal.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";

/** The road to the broker, in its order; `backoff` waits before trying again. */
export type ConnectionState =
  | "stopped"
  | "network"
  | "time"
  | "tls"
  | "mqtt"
  | "connected"
  | "backoff";

export interface ConnectionOptions {
  /** in order of preference; empty on a cable */
  readonly networks: readonly WiFiNetwork[];
  readonly backoff: BackoffOptions;
  /** a connection that lasted this long, in ms, was a good one: back-off starts anew */
  readonly heldMs: number;
}

export type ConnectionEffect =
  /** `reason` says why the state was left that came before; null on the way up */
  | { readonly type: "state"; readonly state: ConnectionState; readonly reason: string | null }
  | { readonly type: "join"; readonly network: WiFiNetwork | undefined }
  | { readonly type: "leave" }
  | { readonly type: "synchronize" }
  | { readonly type: "open-socket" }
  | { readonly type: "close-socket" };

/** One network is given this long to join and to hand out an address. */
export const joinTimeoutMs = 20_000;
/** All time servers together. */
export const timeTimeoutMs = 30_000;
/** TCP and TLS; an ESP32 takes about three seconds over a handshake. */
export const handshakeTimeoutMs = 20_000;
const networkLost = "the network was lost";
/** So many connections running that were ended for us before they had held are no accident. */
const suspiciousRun = 3;
/** An ESP32's clock drifts by a second or two in a day: less than a command's tolerance in this time. */
export const resynchronizeMs = 6 * 60 * 60 * 1000;

/**
 * WiFi → time → TLS → MQTT → connected, and back off. It knows what to do next, not how:
 * the MQTT session reports to it, and so does the hardware.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #backoff: Backoff;
  #state: ConnectionState = "stopped";
  #deadline: number | undefined;
  #connectedAt: number | undefined;
  #attemptedAt: number | undefined;
  #shortConnections = 0;
  /** of those, how many running */
  #shortRun = 0;
  #refusals = 0;
  #networkIndex = 0;
  #isNetworkUp = false;
  /** it went while a pause was under way, and nobody has been told */
  #wasNetworkLost = false;
  /** when the clock was last set, or asked to be set again; undefined until it has been set */
  #timeSetAt: number | undefined;

  /** `random` is uniform in [0, 1). */
  constructor(options: ConnectionOptions, random: () => number) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff, random);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** failures since a connection last held */
  get attempts(): number {
    return this.#backoff.attempts;
  }

  /** connections since the start that the broker ended before they had held */
  get shortConnections(): number {
    return this.#shortConnections;
  }

  /**
   * connections running that the peer ended in the handshake or in place of CONNACK, as AWS IoT Core
   * does with a certificate it does not know or that is inactive
   */
  get refusals(): number {
    return this.#refusals;
  }

  /** When {@link handleTimeout} wants to be called, in ticks. */
  get deadline(): number | undefined {
    return this.#deadline;
  }

  start(now: number): ConnectionEffect[] {
    return this.#state === "stopped" ? this.#join(now, null) : [];
  }

  /** Closes the socket and stays where it is: the network is left as it is. */
  stop(): ConnectionEffect[] {
    const effects = this.#closeSocket();
    return [...effects, ...this.#enter("stopped", undefined, null)];
  }

  networkUp(now: number): ConnectionEffect[] {
    this.#isNetworkUp = true;
    this.#wasNetworkLost = false;
    return this.#state === "network" ? this.#proceed(now) : [];
  }

  networkDown(now: number): ConnectionEffect[] {
    const wasUp = this.#isNetworkUp;
    this.#isNetworkUp = false;
    switch (this.#state) {
      case "stopped":
        return [];
      case "backoff":
        // TCP may notice a pulled cable before the network tells of it: the reason follows then.
        this.#wasNetworkLost ||= wasUp;
        return [];
      case "network":
        // A refused password is told at once; waiting for the timeout would help nobody.
        return wasUp ? [] : this.#nextNetwork(now, "the network could not be joined");
      default:
        this.#noteHeld(now);
        return [...this.#closeSocket(), ...this.#join(now, networkLost)];
    }
  }

  timeSet(now: number): ConnectionEffect[] {
    this.#timeSetAt = now;
    if (this.#state === "connected") this.#deadline = this.#nextUpkeep(now);
    return this.#state === "time" ? this.#proceed(now) : [];
  }

  /** A failure to set the clock again, once it has run, is not worth a connection. */
  timeFailed(now: number, detail: string): ConnectionEffect[] {
    return this.#state === "time" ? this.#fail(now, `time: ${detail}`) : [];
  }

  socketOpen(): ConnectionEffect[] {
    // The session has its own deadline for CONNACK.
    return this.#state === "tls" ? this.#enter("mqtt", undefined, null) : [];
  }

  /** The session is ready: subscribed. */
  sessionReady(now: number): ConnectionEffect[] {
    if (this.#state !== "mqtt") return [];
    this.#connectedAt = now;
    this.#refusals = 0;
    return this.#enter("connected", this.#nextUpkeep(now), null);
  }

  /**
   * The socket failed. A broker that ends one connection after the other as soon as it is made has a
   * reason: mostly that another device connects with the same client id (AWS: DUPLICATE_CLIENTID).
   */
  socketLost(now: number, reason: SocketError, detail?: string): ConnectionEffect[] {
    const words = detail === undefined ? reason : `${reason}: ${detail}`;
    this.#noteHeld(now);
    const isUnderWay = this.#state === "tls" || this.#state === "mqtt";
    if (isUnderWay && isRefusal(reason, this.#state === "mqtt")) this.#refusals += 1;
    if (this.#state !== "connected" || this.#isHeld(now) || reason !== "closed") {
      return this.lost(now, words);
    }
    this.#shortConnections += 1;
    this.#shortRun += 1;
    if (this.#shortRun < suspiciousRun) return this.lost(now, words);
    const causes = "another device of this name, or a policy that forbids a topic";
    return this.lost(now, `${words}; ${this.#shortRun} short connections running: ${causes}`);
  }

  /** The session failed. */
  lost(now: number, reason: string): ConnectionEffect[] {
    switch (this.#state) {
      case "tls":
      case "mqtt":
      case "connected":
        return this.#fail(now, reason);
      default:
        return [];
    }
  }

  handleTimeout(now: number): ConnectionEffect[] {
    if (this.#deadline === undefined || now < this.#deadline) return [];
    switch (this.#state) {
      case "network":
        return this.#nextNetwork(now, `no address within ${joinTimeoutMs} ms`);
      case "time":
        return this.#fail(now, `time: no answer within ${timeTimeoutMs} ms`);
      case "tls":
        return this.#fail(now, `no TLS connection within ${handshakeTimeoutMs} ms`);
      case "backoff":
        if (this.#isNetworkUp) return this.#proceed(now);
        return this.#join(now, this.#wasNetworkLost ? networkLost : null);
      case "connected":
        this.#noteHeld(now);
        return this.#resynchronize(now);
      default:
        return [];
    }
  }

  /** From a network that is up to whatever comes next. */
  #proceed(now: number): ConnectionEffect[] {
    if (this.#timeSetAt === undefined) {
      return [...this.#enter("time", now + timeTimeoutMs, null), { type: "synchronize" }];
    }
    // A network that comes and goes must not make more attempts than AWS IoT Core takes.
    const earliest =
      (this.#attemptedAt ?? Number.NEGATIVE_INFINITY) + this.#options.backoff.minimumMs;
    if (now < earliest) return this.#enter("backoff", earliest, null);
    this.#attemptedAt = now;
    return [...this.#enter("tls", now + handshakeTimeoutMs, null), { type: "open-socket" }];
  }

  #join(now: number, reason: string | null): ConnectionEffect[] {
    this.#wasNetworkLost = false;
    const network = this.#options.networks[this.#networkIndex];
    return [...this.#enter("network", now + joinTimeoutMs, reason), { type: "join", network }];
  }

  /** Each network gets its turn; after the last, a pause. */
  #nextNetwork(now: number, reason: string): ConnectionEffect[] {
    this.#networkIndex += 1;
    if (this.#networkIndex < this.#options.networks.length) return this.#join(now, reason);
    this.#networkIndex = 0;
    return [{ type: "leave" }, ...this.#pause(now, reason)];
  }

  #fail(now: number, reason: string): ConnectionEffect[] {
    this.#noteHeld(now);
    const effects = this.#closeSocket();
    return [...effects, ...this.#pause(now, reason)];
  }

  #pause(now: number, reason: string): ConnectionEffect[] {
    return this.#enter("backoff", now + this.#backoff.next(), reason);
  }

  #closeSocket(): ConnectionEffect[] {
    const hasSocket =
      this.#state === "tls" || this.#state === "mqtt" || this.#state === "connected";
    return hasSocket ? [{ type: "close-socket" }] : [];
  }

  /** The next thing to look after while connected: calling the connection good, or the clock. */
  #nextUpkeep(now: number): number {
    const synchronizeAt = (this.#timeSetAt ?? now) + resynchronizeMs;
    if (this.#backoff.attempts === 0) return synchronizeAt;
    return Math.min(synchronizeAt, (this.#connectedAt ?? now) + this.#options.heldMs);
  }

  #noteHeld(now: number): void {
    if (!this.#isHeld(now)) return;
    this.#backoff.reset();
    this.#shortRun = 0;
  }

  #isHeld(now: number): boolean {
    const connectedAt = this.#connectedAt;
    return connectedAt !== undefined && now - connectedAt >= this.#options.heldMs;
  }

  /** Counted from the last answer, not from CONNACK: a connection that never lasts must not starve the clock. */
  #resynchronize(now: number): ConnectionEffect[] {
    const isDue = now - (this.#timeSetAt ?? now) >= resynchronizeMs;
    if (isDue) this.#timeSetAt = now;
    this.#deadline = this.#nextUpkeep(now);
    return isDue ? [{ type: "synchronize" }] : [];
  }

  #enter(
    state: ConnectionState,
    deadline: number | undefined,
    reason: string | null,
  ): ConnectionEffect[] {
    this.#state = state;
    this.#deadline = deadline;
    if (state !== "connected") this.#connectedAt = undefined;
    return [{ type: "state", state, reason }];
  }
}

/** With TLS 1.3 the client is done before the server has looked at its certificate. */
function isRefusal(reason: SocketError, isAfterHandshake: boolean): boolean {
  return reason === "handshake" || (isAfterHandshake && reason === "closed");
}
