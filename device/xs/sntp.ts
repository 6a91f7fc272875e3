import type UDP from "embedded:io/socket/udp";
import type { Timer, TimerHandle } from "../hal.ts";
import { randomBytes } from "./random.ts";
import type { Resolve } from "./resolve.ts";
import { encodeRequest, readReply } from "./sntp-packet.ts";

export interface SntpOptions {
  readonly udp: typeof UDP;
  readonly resolve: Resolve;
  readonly timer: Timer;
  /** 123 except in tests */
  readonly port?: number;
}

export interface TimeQuestion {
  /** host names, queried in order */
  readonly servers: readonly string[];
  /** the date as it is known now, in ms since 1970; undefined while the clock is unset */
  readonly known?: () => number | undefined;
  /** ms since 1970, with half of the round trip added */
  onTime(date: number): void;
  onError(detail: string): void;
}

const triesPerServer = 2;
const answerWithinMs = 2_000;
/** A server that reports an earlier year has no valid clock: this code is newer. */
const notBefore = Date.UTC(2026, 0, 1);

/** Two dates that differ by less agree, in ms: a clock drifts by a second or two in a day. */
const agreementMs = 60_000;

/**
 * One query, sent to each server in turn until one gives a valid answer. An answer that contradicts
 * the clock counts only if the next answer confirms it, or if no other server answers.
 */
export class SntpQuery {
  readonly #options: SntpOptions;
  readonly #question: TimeQuestion;
  readonly #ticks: () => number;
  #socket: UDP | undefined;
  #timeout: TimerHandle | undefined;
  #isOver = false;
  #turn = 0;
  /** the last answer that contradicted the clock */
  #witness: { readonly date: number; readonly ticks: number } | undefined;
  #isContested = false;

  /** @param ticks monotonic ms */
  constructor(options: SntpOptions, question: TimeQuestion, ticks: () => number) {
    this.#options = options;
    this.#question = question;
    this.#ticks = ticks;
    this.#wait(() => this.#ask(0), 0);
  }

  /** No callback runs after it. */
  cancel(): void {
    this.#isOver = true;
    this.#release();
  }

  #ask(attempt: number): void {
    const { servers } = this.#question;
    const host = servers[Math.floor(attempt / triesPerServer)];
    if (host === undefined) {
      this.#giveUp();
      return;
    }
    const turn = ++this.#turn;
    const next = () => {
      this.#release();
      this.#ask(attempt + 1);
    };
    this.#wait(next, answerWithinMs);
    this.#options.resolve(host, (address) => {
      // Too late, or for a query that is over: a name server may be slow.
      if (this.#isOver || turn !== this.#turn) return;
      if (address === undefined) next();
      else this.#send(address, attempt);
    });
  }

  /** Nobody else can be asked. */
  #giveUp(): void {
    const { servers, onTime, onError } = this.#question;
    const witness = this.#witness;
    this.cancel();
    if (witness !== undefined && !this.#isContested) onTime(this.#continued(witness));
    else if (witness !== undefined) onError(`${servers.join(", ")} disagree`);
    else onError(`no time from ${servers.join(", ")}`);
  }

  #weigh(date: number, attempt: number): void {
    const { known, onTime } = this.#question;
    const clock = known?.();
    const witness = this.#witness;
    const isCredible =
      clock === undefined ||
      agree(date, clock) ||
      (witness !== undefined && agree(date, this.#continued(witness)));
    if (isCredible) {
      this.cancel();
      onTime(date);
      return;
    }
    this.#isContested = witness !== undefined;
    this.#witness = { date, ticks: this.#ticks() };
    this.#release();
    // The same server would say the same.
    this.#ask(attempt - (attempt % triesPerServer) + triesPerServer);
  }

  #continued({ date, ticks }: { readonly date: number; readonly ticks: number }): number {
    return date + this.#ticks() - ticks;
  }

  #send(address: string, attempt: number): void {
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
            this.#weigh(date + (this.#ticks() - sentAt) / 2, attempt);
            return;
          }
        },
      });
      this.#socket = socket;
      socket.write(encodeRequest(cookie), address, port);
    } catch {
      // The network is gone, or no sockets are left: the timeout queries the next server.
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

function agree(one: number, other: number): boolean {
  return Math.abs(one - other) < agreementMs;
}
