import type Time from "time";
import type { Clock, Instant, SynchronizeOptions } from "../hal.ts";
import { type SntpOptions, SntpQuery } from "./sntp.ts";
import type { Ticks } from "./ticks.ts";

export interface ClockOptions extends SntpOptions {
  readonly ticks: Ticks;
  readonly time: Pick<typeof Time, "set">;
}

/**
 * The calendar time advances by ticks from the last answer of a time server, so it does not jump.
 */
export class XsClock implements Clock {
  readonly #options: ClockOptions;
  #set: { readonly date: number; readonly ticks: number } | undefined;
  #query: SntpQuery | undefined;

  constructor(options: ClockOptions) {
    this.#options = options;
  }

  now(): Instant {
    const ticks = this.#options.ticks.now();
    const set = this.#set;
    return { ticks, date: set === undefined ? undefined : set.date + ticks - set.ticks };
  }

  synchronize({ servers, onSynchronized, onError }: SynchronizeOptions): void {
    this.#query?.cancel();
    const { ticks: counter } = this.#options;
    const ticks = () => counter.now();
    const onTime = (date: number) => {
      this.#query = undefined;
      this.#set = { date: Math.round(date), ticks: ticks() };
      // Sets Date.now(), which TLS uses to check certificates.
      this.#options.time.set(Math.floor(date / 1000));
      onSynchronized();
    };
    const onFailure = (detail: string) => {
      this.#query = undefined;
      onError(detail);
    };
    const known = () => this.now().date;
    const question = { servers, known, onTime, onError: onFailure };
    this.#query = new SntpQuery(this.#options, question, ticks);
  }
}
