import { Link } from "./link.ts";
import { Listener, type ListenerOptions, type Visitor } from "./listener.ts";
import type { Pace } from "./pace.ts";
import { healthy, type Script } from "./script.ts";
import { type RunningService, startService } from "./services.ts";
import { type Sight, Transcript } from "./transcript.ts";

export interface AdvisorBrokerOptions extends ListenerOptions {
  readonly pace: Pace;
  /** of the job in the case that has one; JSON. Default: a job that means nothing to our firmware */
  readonly jobDocument?: string;
}

/** While the broker is down, nothing is measured, so time may run even faster. */
const awayBoost = 20;

/** The broker that plays scripts, one at a time, and records what it sees. */
export class AdvisorBroker {
  readonly #pace: Pace;
  readonly #jobDocument: string;
  readonly #listener: Listener;
  readonly #open = new Set<() => void>();
  #script: Script = { certificate: "good", connections: [healthy] };
  #transcript: Transcript;
  #onEntry: () => void = () => {};
  /** counts scripts, so that leftovers of one do not affect the next */
  #round = 0;
  #service: RunningService | undefined;
  /** the newest one */
  #link: Link | undefined;

  private constructor(pace: Pace, listener: Listener, jobDocument: string) {
    this.#pace = pace;
    this.#jobDocument = jobDocument;
    this.#listener = listener;
    this.#transcript = new Transcript();
  }

  /**
   * Resolves when clients can connect.
   * @throws Error (`EADDRINUSE`, …) if the port is not available
   */
  static async listen({
    pace,
    jobDocument = '{"operation":"advisor"}',
    ...options
  }: AdvisorBrokerOptions): Promise<AdvisorBroker> {
    let broker: AdvisorBroker | undefined;
    const listener = await Listener.listen(options, (drop) => {
      if (broker === undefined) throw new Error("a connection before listen() has returned");
      return broker.#visit(drop);
    });
    broker = new AdvisorBroker(pace, listener, jobDocument);
    return broker;
  }

  get port(): number {
    return this.#listener.port;
  }

  /**
   * Drops all clients, then plays this script. `onEntry` is called for each new transcript entry.
   */
  begin(script: Script, onEntry: () => void): Transcript {
    this.#round += 1;
    for (const close of this.#open) close();
    this.#script = script;
    this.#service?.close();
    this.#service =
      script.service &&
      startService(script.service, {
        jobDocument: this.#jobDocument,
        now: () => this.#pace.date(),
        publish: (topic, payload) => this.#link?.deliver(topic, Buffer.from(payload)),
      });
    this.#listener.certificate = script.certificate;
    this.#transcript = new Transcript();
    this.#onEntry = onEntry;
    return this.#transcript;
  }

  /** Drops all clients, then acts as a healthy broker. Resolves when the port is open. */
  async finish(): Promise<void> {
    this.begin({ certificate: "good", connections: [healthy] }, () => {});
    this.#pace.hurry(1);
    await this.#listener.open();
  }

  async close(): Promise<void> {
    this.#round += 1;
    this.#onEntry = () => {};
    this.#service?.close();
    for (const close of this.#open) close();
    await this.#listener.close();
  }

  #visit(drop: () => void): Visitor {
    const release = this.#pace.hold();
    const transcript = this.#transcript;
    const script = this.#script;
    const round = this.#round;
    const connection = transcript.connections + 1;
    let link: Link | undefined;
    let isDropped = false;
    const close = () => {
      isDropped = true;
      link?.close();
      drop();
    };
    this.#open.add(close);
    const record = (sight: Sight) => {
      transcript.entries.push({ ...sight, at: this.#pace.now(), connection });
      if (this.#transcript === transcript) this.#onEntry();
    };
    record({ type: "opened" });
    return {
      onHello: (hello) => record({ type: "hello", hello }),
      onSecured: (socket) => {
        release();
        const manners = script.connections[connection - 1] ?? script.connections.at(-1) ?? healthy;
        link = new Link({
          socket,
          manners,
          pace: this.#pace,
          record,
          service: this.#service,
          onVanish: (ms) => {
            if (round === this.#round) this.#vanish(ms, round);
          },
        });
        this.#link = link;
        record({
          type: "secured",
          protocol: socket.getProtocol() ?? "unknown",
          cipher: socket.getCipher().standardName,
        });
      },
      onClosed: (alert, detail) => {
        release();
        this.#pace.stir();
        this.#open.delete(close);
        const by = isDropped || link?.isClosed === true ? "advisor" : "client";
        record({ type: "closed", by, alert, detail });
      },
    };
  }

  #vanish(ms: number, round: number): void {
    void this.#listener.close();
    this.#pace.hurry(awayBoost);
    this.#pace.set(() => {
      if (round !== this.#round) return;
      this.#pace.hurry(1);
      void this.#listener.open();
    }, ms);
  }
}
