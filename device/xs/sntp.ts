import type UDP from "embedded:io/socket/udp";
import type { Timer, TimerHandle } from "../hal.ts";
import { randomBytes } from "./random.ts";
import type { Resolve } from "./resolve.ts";
import { encodeRequest, readReply } from "./sntp-packet.ts";

export interface SntpOptions {
  readonly udp: typeof UDP;
  readonly resolve: Resolve;
  readonly timer: Timer;
  /** 123 but in a test */
  readonly port?: number;
}

export interface TimeQuestion {
  /** host names, asked in order */
  readonly servers: readonly string[];
  /** ms since 1970, half of the way there and back added */
  onTime(date: number): void;
  onError(detail: string): void;
}

const triesPerServer = 2;
const answerWithinMs = 2_000;
/** A year before which this was not written: a server that says so has no clock. */
const notBefore = Date.UTC(2026, 0, 1);

/** One question, asked of each server in turn until one gives a good answer. */
export class SntpQuery {
  readonly #options: SntpOptions;
  readonly #question: TimeQuestion;
  readonly #ticks: () => number;
  #socket: UDP | undefined;
  #timeout: TimerHandle | undefined;
  #isOver = false;
  #turn = 0;

  /** @param ticks monotonic ms */
  constructor(options: SntpOptions, question: TimeQuestion, ticks: () => number) {
    this.#options = options;
    this.#question = question;
    this.#ticks = ticks;
    this.#wait(() => this.#ask(0), 0);
  }

  /** Nothing more is heard of it. */
  cancel(): void {
    this.#isOver = true;
    this.#release();
  }

  #ask(attempt: number): void {
    const { servers } = this.#question;
    const host = servers[Math.floor(attempt / triesPerServer)];
    if (host === undefined) {
      this.cancel();
      this.#question.onError(`no time from ${servers.join(", ")}`);
      return;
    }
    const turn = ++this.#turn;
    const next = () => {
      this.#release();
      this.#ask(attempt + 1);
    };
    this.#wait(next, answerWithinMs);
    this.#options.resolve(host, (address) => {
      // Too late, or for a question that is over: a name server may take its time.
      if (this.#isOver || turn !== this.#turn) return;
      if (address === undefined) next();
      else this.#send(address);
    });
  }

  #send(address: string): void {
    const { udp: Socket, port = 123 } = this.#options;
    const cookie = randomBytes(8);
    const sentAt = this.#ticks();
    try {
      const socket = new Socket({
        onReadable: () => {
          if (this.#socket !== socket) return;
          for (let each = socket.read(); each !== undefined; each = socket.read()) {
            if (each.address !== address || each.port !== port) continue;
            const date = readReply(new Uint8Array(each), cookie);
            if (date === undefined || date < notBefore) continue;
            this.cancel();
            this.#question.onTime(date + (this.#ticks() - sentAt) / 2);
            return;
          }
        },
      });
      this.#socket = socket;
      socket.write(encodeRequest(cookie), address, port);
    } catch {
      // The network is gone, or has no sockets left: the timeout asks the next.
    }
  }

  #wait(next: () => void, delayMs: number): void {
    this.#timeout = this.#options.timer.set(() => {
      this.#timeout = undefined;
      next();
    }, delayMs);
  }

  #release(): void {
    this.#socket?.close();
    this.#socket = undefined;
    if (this.#timeout !== undefined) this.#options.timer.clear(this.#timeout);
    this.#timeout = undefined;
  }
}
