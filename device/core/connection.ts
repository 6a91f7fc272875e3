import type { SocketError, WiFiNetwork } from "../hal.ts";
import { Backoff, type BackoffOptions } from "./backoff.ts";

/** The steps to the broker, in order; `backoff` waits before the next attempt. */
export type ConnectionState =
  | "stopped"
  | "network"
  | "time"
  | "tls"
  | "mqtt"
  | "connected"
  | "backoff";

export interface ConnectionOptions {
  /** in order of preference; empty with Ethernet */
  readonly networks: readonly WiFiNetwork[];
  readonly backoff: BackoffOptions;
  /** a connection that lasted this long, in ms, resets the back-off */
  readonly heldMs: number;
  /** whether a short interruption would disturb nobody; default: always */
  readonly isIdle?: (now: number) => boolean;
}

export type ConnectionEffect =
  /** `reason` says why the previous state ended; null on the way up */
  | { readonly type: "state"; readonly state: ConnectionState; readonly reason: string | null }
  | { readonly type: "join"; readonly network: WiFiNetwork | undefined }
  | { readonly type: "leave" }
  | { readonly type: "synchronize" }
  | { readonly type: "open-socket" }
  | { readonly type: "close-socket" };

/** The inputs of a connection: from the hardware, from the session, or its own deadline. */
export type ConnectionInput =
  | "start"
  | "networkUp"
  /** it had been up */
  | "networkLost"
  /** it had not: a wrong password, for example */
  | "joinFailed"
  | "timeSet"
  | "timeFailed"
  | "socketOpen"
  | "sessionReady"
  /** the socket or the session failed */
  | "lost"
  /** a command contradicts the clock */
  | "clockDoubted"
  | "timeout";

/** The conditions of a transition. */
export type Guard =
  | "another network"
  | "network down or preferred due"
  /** connected to another network for long enough: see {@link returnMinimumMs} */
  | "preferred due"
  /** the preferred network took a working connection's place, and leads to no broker */
  | "worse network"
  | "clock unset"
  | "clock due"
  /** TLS refused the broker's certificate: the cause may be its dates, and our clock */
  | "certificate refused"
  /** the last doubt about the clock was more than {@link doubtMs} ago */
  | "new doubt"
  /** two attempts must be `backoff.minimumMs` apart, however often the network comes and goes */
  | "too soon";

/** `pause`: by {@link Backoff}; `spacing`: until it is no longer {@link Guard | too soon} */
export type Deadline = number | "pause" | "spacing" | "upkeep";

export interface Transition {
  /** absent: always */
  readonly when?: Guard;
  /** absent: the state does not change, and no change is reported */
  readonly to?: ConnectionState;
  readonly effect?: "leave" | "synchronize";
  /** replaces the deadline of the next state */
  readonly deadline?: Deadline;
}

export interface StateRow {
  /** there is a socket to close before a state without one */
  readonly hasSocket?: true;
  /** the effect of entering the state */
  readonly entry?: "join" | "synchronize" | "open-socket";
  /** in ms after entering the state, or how to compute it */
  readonly deadline?: Deadline;
  /** the reason reported when the deadline passes */
  readonly overdue?: string;
  /** The first transition whose guard holds is taken. An input that is not listed is ignored. */
  readonly on: { readonly [input in ConnectionInput]?: readonly Transition[] };
}

/** Time for one network to join and assign an address. */
export const joinTimeoutMs = 20_000;
/** For all time servers together. */
export const timeTimeoutMs = 30_000;
/** TCP and TLS. A handshake takes about three seconds on an ESP32. */
export const handshakeTimeoutMs = 20_000;

const network = [{ to: "network" }] as const;
const backoff = [{ to: "backoff" }] as const;
const tls = { to: "tls" } as const;
const time = { when: "clock unset", to: "time" } as const;
const worse = { when: "worse network", to: "backoff", effect: "leave" } as const;
/** The answer comes in the pause: the next attempt checks the dates by it. */
const refused = { when: "certificate refused", to: "backoff", effect: "synchronize" } as const;
/** Each network is tried in turn; after the last one, a pause. */
const nextNetwork = [
  { when: "another network", to: "network" },
  { to: "backoff", effect: "leave" },
] as const;

/**
 * The state machine. docs/architecture.md shows it as a table, and `architecture-page.test.ts`
 * checks that they match. `stop` is not listed: it leads from every state to `stopped`.
 */
export const states: Readonly<Record<ConnectionState, StateRow>> = {
  stopped: {
    on: { start: network },
  },
  network: {
    entry: "join",
    deadline: joinTimeoutMs,
    overdue: "no address",
    on: {
      networkUp: [time, { when: "too soon", to: "backoff", deadline: "spacing" }, tls],
      joinFailed: nextNetwork,
      timeout: nextNetwork,
    },
  },
  time: {
    entry: "synchronize",
    deadline: timeTimeoutMs,
    overdue: "time: no answer",
    on: { timeSet: [tls], timeFailed: backoff, networkLost: network, timeout: backoff },
  },
  tls: {
    hasSocket: true,
    entry: "open-socket",
    deadline: handshakeTimeoutMs,
    overdue: "no TLS connection",
    on: {
      socketOpen: [{ to: "mqtt" }],
      lost: [worse, refused, ...backoff],
      networkLost: network,
      timeout: [worse, ...backoff],
    },
  },
  // The session has its own deadline for CONNACK.
  mqtt: {
    hasSocket: true,
    on: {
      sessionReady: [{ to: "connected" }],
      lost: [worse, ...backoff],
      networkLost: network,
    },
  },
  connected: {
    hasSocket: true,
    deadline: "upkeep",
    on: {
      timeSet: [{}],
      clockDoubted: [{ when: "new doubt", effect: "synchronize" }],
      lost: backoff,
      networkLost: network,
      timeout: [
        { when: "preferred due", to: "network" },
        { when: "clock due", effect: "synchronize" },
        {},
      ],
    },
  },
  backoff: {
    deadline: "pause",
    on: { timeout: [{ when: "network down or preferred due", to: "network" }, time, tls] },
  },
};

/** Leads from every state to `stopped`. */
export const stopping: Transition = { to: "stopped" };

/** What a transition does, in order. */
export function effectsOf(
  from: ConnectionState,
  { to, effect }: Transition,
): ConnectionEffect["type"][] {
  const effects: ConnectionEffect["type"][] = [];
  const target = to && states[to];
  if (target && states[from].hasSocket && !target.hasSocket) effects.push("close-socket");
  if (effect) effects.push(effect);
  if (target) effects.push("state");
  if (target?.entry) effects.push(target.entry);
  return effects;
}

/** For a transition to a state without a deadline. */
const untimed = 0;
const networkLost = "the network was lost";
/** After this many short connections in a row, the reason names the likely causes. */
const suspiciousRun = 3;
/**
 * An ESP32's clock drifts by one or two seconds per day: in this time, by less than a command's
 * tolerance.
 */
export const resynchronizeMs = 6 * 60 * 60 * 1000;
/** Commands from a sender whose own clock is wrong must not flood the time servers. */
export const doubtMs = 10 * 60 * 1000;
/**
 * A box on another than the preferred network tries that one again after this time, then after
 * twice as long each time. A try interrupts the connection: up to {@link joinTimeoutMs} and a
 * handshake.
 */
export const returnMinimumMs = 10 * 60 * 1000;
export const returnMaximumMs = 4 * 60 * 60 * 1000;
/** A preferred network that held a connection for this long is good again. */
const preferredHeldMs = 60 * 60 * 1000;
/** A return that would disturb somebody waits for this long. */
const postponeMs = 60 * 1000;
const returns = "the preferred network may be back";

/**
 * WiFi → time → TLS → MQTT → connected, and back-off. It decides the next step but does not carry
 * it out: the MQTT session and the hardware report to it.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #backoff: Backoff;
  readonly #random: () => number;
  #state: ConnectionState = "stopped";
  #deadline: number | undefined;
  #connectedAt: number | undefined;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  #shortConnections = 0;
  /** of those, how many in a row */
  #shortRun = 0;
  #refusals = 0;
  #networkIndex = 0;
  #isNetworkUp = false;
  /** the network was lost during a pause, and the reason has not been reported yet */
  #wasNetworkLost = false;
  /** when the clock was last set, or the time last requested; undefined until it has been set */
  #timeSetAt: number | undefined;
  #isCertificateRefused = false;
  #doubtedAt: number | undefined;
  #firstTimeServer = 0;
  /** when to try the preferred network again; undefined while on it */
  #returnAt: number | undefined;
  /** how often that was tried since it last held */
  #returns = 0;
  /** the network that worked before the preferred one was tried again */
  #workingIndex: number | undefined;

  /** `random` is uniform in [0, 1). */
  constructor(options: ConnectionOptions, random: () => number) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff, random);
    this.#random = random;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** failures since a connection last held */
  get attempts(): number {
    return this.#backoff.attempts;
  }

  /** connections since the start that the broker ended before they held */
  get shortConnections(): number {
    return this.#shortConnections;
  }

  /**
   * connections in a row that the peer closed in the handshake or instead of CONNACK. AWS IoT Core
   * does this with an unknown or inactive certificate.
   */
  get refusals(): number {
    return this.#refusals;
  }

  /**
   * Which of the time servers to ask first: another one after each doubt about the clock. May
   * exceed their number.
   */
  get firstTimeServer(): number {
    return this.#firstTimeServer;
  }

  /** When {@link handleTimeout} must be called, in ticks. */
  get deadline(): number | undefined {
    return this.#deadline;
  }

  start(now: number): ConnectionEffect[] {
    return this.#take("start", now, null);
  }

  /** Closes the socket. The network stays connected. */
  stop(): ConnectionEffect[] {
    return this.#carryOut(stopping, untimed, null);
  }

  networkUp(now: number): ConnectionEffect[] {
    this.#isNetworkUp = true;
    this.#wasNetworkLost = false;
    if (this.#networkIndex === 0) this.#returnAt = undefined;
    else this.#returnAt ??= now + this.#pauseBeforeReturn();
    return this.#take("networkUp", now, null);
  }

  networkDown(now: number): ConnectionEffect[] {
    const wasUp = this.#isNetworkUp;
    this.#isNetworkUp = false;
    // TCP may detect a pulled cable before the network does. The reason is then reported after the
    // pause.
    if (this.#state === "backoff") this.#wasNetworkLost ||= wasUp;
    this.#noteHeld(now);
    if (wasUp) return this.#take("networkLost", now, networkLost);
    // A refused password is reported at once, without waiting for the timeout.
    return this.#take("joinFailed", now, "the network could not be joined");
  }

  timeSet(now: number): ConnectionEffect[] {
    this.#timeSetAt = now;
    return this.#take("timeSet", now, null);
  }

  /** Once the clock is set, a failure to set it again does not end the connection. */
  timeFailed(now: number, detail: string): ConnectionEffect[] {
    return this.#take("timeFailed", now, `time: ${detail}`);
  }

  /** A command contradicts the clock: it may be wrong. */
  doubtClock(now: number): ConnectionEffect[] {
    return this.#take("clockDoubted", now, null);
  }

  /** TLS refused the broker's certificate. Call it before {@link lost}. */
  refuseCertificate(): void {
    this.#isCertificateRefused = true;
  }

  socketOpen(): ConnectionEffect[] {
    return this.#take("socketOpen", untimed, null);
  }

  /** The session is ready: subscribed. */
  sessionReady(now: number): ConnectionEffect[] {
    return this.#take("sessionReady", now, null);
  }

  /**
   * The socket failed. If a broker ends one connection after another right after CONNACK, the usual
   * cause is another device with the same client id (AWS: DUPLICATE_CLIENTID).
   */
  socketLost(now: number, reason: SocketError, detail?: string): ConnectionEffect[] {
    const words = detail ? `${reason}: ${detail}` : reason;
    if (reason === "certificate") this.refuseCertificate();
    const isUnderWay = this.#state === "tls" || this.#state === "mqtt";
    if (isUnderWay && isRefusal(reason, this.#state === "mqtt")) this.#refusals += 1;
    if (this.#state !== "connected" || this.#isHeld(now) || reason !== "closed") {
      return this.lost(now, words);
    }
    this.#shortConnections += 1;
    this.#shortRun += 1;
    if (this.#shortRun < suspiciousRun) return this.lost(now, words);
    const causes = "another device of this name, or a policy that forbids a topic";
    return this.lost(now, `${words}; ${this.#shortRun} short connections in a row: ${causes}`);
  }

  /** The session failed. */
  lost(now: number, reason: string): ConnectionEffect[] {
    this.#noteHeld(now);
    return this.#take("lost", now, reason);
  }

  handleTimeout(now: number): ConnectionEffect[] {
    if (this.#deadline === undefined || now < this.#deadline) return [];
    this.#noteHeld(now);
    if (this.#state === "connected" && this.#isReturnDue(now) && !this.#isIdle(now)) {
      this.#returnAt = now + postponeMs;
    }
    const { overdue, deadline } = states[this.#state];
    if (overdue) return this.#take("timeout", now, `${overdue} within ${deadline} ms`);
    if (this.#wasNetworkLost) return this.#take("timeout", now, networkLost);
    return this.#take("timeout", now, this.#isReturnDue(now) ? returns : null);
  }

  /** `reason` is reported if the state changes. */
  #take(input: ConnectionInput, now: number, reason: string | null): ConnectionEffect[] {
    const transitions = states[this.#state].on[input];
    const transition = transitions?.find(({ when }) => this.#holds(when, now));
    return transition === undefined ? [] : this.#carryOut(transition, now, reason);
  }

  #holds(guard: Guard | undefined, now: number): boolean {
    switch (guard) {
      case "another network":
        return this.#networkIndex + 1 < this.#options.networks.length;
      case "network down or preferred due":
        return !this.#isNetworkUp || this.#isReturnDue(now);
      case "preferred due":
        return this.#isReturnDue(now);
      case "worse network":
        return this.#workingIndex !== undefined;
      case "certificate refused":
        return this.#isCertificateRefused;
      case "new doubt":
        return this.#doubtedAt === undefined || now - this.#doubtedAt >= doubtMs;
      case "clock unset":
        return this.#timeSetAt === undefined;
      case "clock due":
        return now - (this.#timeSetAt ?? now) >= resynchronizeMs;
      case "too soon":
        return now < this.#earliest;
      default:
        return true;
    }
  }

  #carryOut(transition: Transition, now: number, reason: string | null): ConnectionEffect[] {
    const from = this.#state;
    const { to = from, effect } = transition;
    this.#state = to;
    if (to === "network") {
      this.#wasNetworkLost = false;
      this.#isNetworkUp = false;
      if (from === to) this.#networkIndex += 1;
      else if (this.#isReturnDue(now)) this.#return(from);
    }
    if (effect === "leave") {
      this.#isNetworkUp = false;
      this.#networkIndex = this.#workingIndex ?? 0;
      this.#workingIndex = undefined;
    }
    if (effect === "synchronize") {
      if (transition.when !== "clock due") {
        // Whoever set the clock, another server is asked first.
        this.#firstTimeServer += 1;
        this.#doubtedAt = now;
      }
      this.#isCertificateRefused = false;
      // Counted from the last answer, not from CONNACK: short connections must not prevent the clock
      // from being set.
      this.#timeSetAt = now;
    }
    if (to === "tls") this.#attemptedAt = now;
    if (to !== "connected") this.#connectedAt = undefined;
    else if (from !== to) {
      this.#connectedAt = now;
      this.#refusals = 0;
      this.#workingIndex = undefined;
      this.#isCertificateRefused = false;
    }
    this.#deadline = this.#resolve(transition.deadline ?? states[to].deadline, now);
    const network = this.#options.networks[this.#networkIndex];
    return effectsOf(from, transition).map((type) => {
      if (type === "state") return { type, state: to, reason };
      return type === "join" ? { type, network } : { type };
    });
  }

  #resolve(deadline: Deadline | undefined, now: number): number | undefined {
    switch (deadline) {
      case "pause":
        return now + this.#backoff.next();
      case "spacing":
        return this.#earliest;
      case "upkeep":
        return this.#nextUpkeep(now);
      default:
        return deadline && now + deadline;
    }
  }

  /** A flapping network must not cause more attempts than AWS IoT Core accepts. */
  get #earliest(): number {
    return this.#attemptedAt + this.#options.backoff.minimumMs;
  }

  /** The next check while connected: to reset the back-off, or to set the clock. */
  #nextUpkeep(now: number): number {
    const synchronizeAt = (this.#timeSetAt ?? now) + resynchronizeMs;
    const at = Math.min(synchronizeAt, this.#returnAt ?? synchronizeAt);
    if (this.#backoff.attempts === 0) return at;
    return Math.min(at, (this.#connectedAt ?? now) + this.#options.heldMs);
  }

  #isIdle(now: number): boolean {
    return this.#options.isIdle?.(now) ?? true;
  }

  #isReturnDue(now: number): boolean {
    return this.#returnAt !== undefined && now >= this.#returnAt;
  }

  /** A whole site's boxes must not return at one moment. */
  #pauseBeforeReturn(): number {
    const pauseMs = Math.min(returnMaximumMs, returnMinimumMs * 2 ** Math.min(this.#returns, 30));
    this.#returns += 1;
    return Math.round(pauseMs * (1 + this.#random() / 2));
  }

  #return(from: ConnectionState): void {
    this.#returnAt = undefined;
    this.#workingIndex = from === "connected" ? this.#networkIndex : undefined;
    this.#networkIndex = 0;
  }

  #noteHeld(now: number): void {
    if (!this.#isHeld(now)) return;
    const lastedMs = now - (this.#connectedAt ?? now);
    if (this.#networkIndex === 0 && lastedMs >= preferredHeldMs) this.#returns = 0;
    this.#backoff.reset();
    this.#shortRun = 0;
  }

  #isHeld(now: number): boolean {
    const connectedAt = this.#connectedAt;
    return connectedAt !== undefined && now - connectedAt >= this.#options.heldMs;
  }
}

/** With TLS 1.3, the client finishes before the server has checked its certificate. */
function isRefusal(reason: SocketError, isAfterHandshake: boolean): boolean {
  return reason === "handshake" || (isAfterHandshake && reason === "closed");
}
