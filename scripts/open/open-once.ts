import { randomUUID } from "node:crypto";
import type { EventReport } from "../../device/messages/event.ts";
import { printable } from "../../host-sim/printable.ts";
import type { BoxGate, GateLink, GateLinkListener } from "../../web/cloud/gate-link.ts";
import type { Broker } from "../broker/options.ts";
import { UserError } from "../command-line/user-error.ts";

/** How long a command stays valid: long enough for a slow phone network, short enough for a gate. */
const lifetimeMs = 10_000;

/** How long a box may take to answer, in ms, unless the caller says otherwise. */
const answerWithinMs = 5_000;

/**
 * Opens gates through the staff app's own link to the boxes, and waits for the box's report. It
 * connects at the first command, and again at the next one after the connection was lost.
 */
export class Opener {
  readonly #broker: Broker;
  readonly #named: readonly BoxGate[];
  readonly #makeLink: (broker: Broker) => Promise<GateLink>;
  #connection: Promise<Connection> | undefined;

  /**
   * @param named one gate with a name at least, if {@link open} is to open such gates: their events have
   * topics of their own
   * @param makeLink default: MQTT, with the broker's own certificate
   */
  constructor(
    broker: Broker,
    named: readonly BoxGate[] = [],
    makeLink: (broker: Broker) => Promise<GateLink> = linkTo,
  ) {
    this.#broker = broker;
    this.#named = named;
    this.#makeLink = makeLink;
  }

  /**
   * Sends one `open`.
   * @param by who asks: see `isRequester`
   * @param gate the name of a gate at the box; absent: a plain command, for the first
   * @returns the box's report, or undefined when none came within `timeoutMs`
   * @throws UserError when the broker cannot be reached, refuses the command, or the connection is lost
   */
  async open(
    thing: string,
    by: string,
    timeoutMs: number = answerWithinMs,
    gate?: string,
  ): Promise<EventReport | undefined> {
    this.#connection ??= this.#connect();
    const used = this.#connection;
    try {
      return await (await used).open({ thing, by, gate }, timeoutMs);
    } catch (error) {
      if (this.#connection === used) await this.close();
      throw error;
    }
  }

  /** Closes the connection. The next {@link open} makes a new one. */
  async close(): Promise<void> {
    const used = this.#connection;
    this.#connection = undefined;
    // The open that requested the connection has reported its failure.
    await used?.then(
      (connection) => connection.close(),
      () => {},
    );
  }

  async #connect(): Promise<Connection> {
    const link = await this.#makeLink(this.#broker);
    link.watch(this.#named);
    const connection = new Connection(link);
    const detail = await connection.start();
    if (detail === undefined) return connection;
    await connection.close();
    const { endpoint, port } = this.#broker;
    throw new UserError(
      `no connection to ${endpoint}:${port} (${printable(detail)}): is the broker running, and are these its certificates?`,
    );
  }
}

/** MQTT, with the broker's own certificate. */
export async function linkTo({
  endpoint,
  port,
  prefix,
  alpn,
  identity,
}: Broker): Promise<GateLink> {
  const { makeLink } = await import("../../web/cloud/link-settings.ts");
  return makeLink({
    type: "mqtt",
    prefix,
    host: endpoint,
    port,
    alpn,
    ca: identity.caPem,
    certificate: identity.chainPem,
    key: identity.keyPem,
  });
}

interface Request {
  readonly thing: string;
  readonly by: string;
  /** undefined: a plain command */
  readonly gate: string | undefined;
}

interface Waiting {
  readonly thing: string;
  onReport(report: EventReport): void;
  onLost(): void;
}

/** One link until it is lost, and the commands that wait for their event. */
class Connection implements GateLinkListener {
  readonly #link: GateLink;
  /** by the command's id */
  readonly #waiting = new Map<string, Waiting>();
  #onStarted: (detail: string | undefined) => void = () => {};

  constructor(link: GateLink) {
    this.#link = link;
  }

  /** @returns undefined once it is subscribed to events; otherwise why that failed */
  start(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#onStarted = resolve;
      this.#link.start(this);
    });
  }

  open({ thing, by, gate }: Request, timeoutMs: number): Promise<EventReport | undefined> {
    const id = randomUUID();
    const output = gate ?? null;
    const issuedAt = Date.now();
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timeout);
        this.#waiting.delete(id);
        settle();
      };
      const fail = (message: string) => finish(() => reject(new UserError(message)));
      const onLost = () =>
        fail(`the connection to the broker was lost: it is not known whether ${thing} opened`);
      const timeout = setTimeout(() => finish(() => resolve(undefined)), timeoutMs);
      const onReport = (report: EventReport) => finish(() => resolve(report));
      this.#waiting.set(id, { thing, onReport, onLost });
      const expiresAt = issuedAt + lifetimeMs;
      const command = { id, thingName: thing, output, issuedAt, expiresAt, by };
      this.#link.send(command, timeoutMs).then(
        (result) => {
          // If the outcome is unknown, the box's event or the lost connection settles it.
          if (result.type !== "not-sent") return;
          fail(`the command for ${thing} was not sent (${printable(result.detail)})`);
        },
        (error: unknown) => finish(() => reject(error)),
      );
    });
  }

  close(): Promise<void> {
    this.#lose();
    return this.#link.close();
  }

  onEvent(thingName: string, report: EventReport): void {
    const waiting = report.id === null ? undefined : this.#waiting.get(report.id);
    if (waiting?.thing === thingName) waiting.onReport(report);
  }

  onStatus(): void {}

  onListening(isListening: boolean, detail: string | null): void {
    this.#onStarted(isListening ? undefined : (detail ?? "no reason given"));
    if (!isListening) this.#lose();
  }

  #lose(): void {
    for (const { onLost } of [...this.#waiting.values()]) onLost();
  }
}
