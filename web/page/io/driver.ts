/** Runs the model: performs its effects, arms its one timer and shows each new state. */
import type { OpenBody } from "../../api.ts";
import { begin, deadline, type Step, step } from "../model/page.ts";
import type { Effect, PageEvent, PageState } from "../model/state.ts";
import { now } from "./clock.ts";
import { Service } from "./service.ts";
import { Stream } from "./stream.ts";

/** Stores only the ids of the gates used last, never a state. */
const lastUsedKey = "gates-last-used";

export class Driver {
  readonly service = new Service(() => this.dispatch({ type: "not-signed-in" }));
  readonly #show: (state: PageState, now: number) => void;
  #state: PageState;
  #stream: Stream | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(show: (state: PageState, now: number) => void) {
    this.#show = show;
    const first = begin(readLastUsed());
    this.#state = first.state;
    this.#take(first, now());
  }

  readonly dispatch = (event: PageEvent): void => {
    const at = now();
    this.#take(step(this.#state, event, at), at);
  };

  #take({ state, effects }: Step, at: number): void {
    this.#state = state;
    for (const effect of effects) this.#do(effect);
    this.#show(state, at);
    clearTimeout(this.#timer);
    const due = deadline(state, at);
    if (due === null) return;
    const tick = () => this.dispatch({ type: "time", random: Math.random() });
    this.#timer = setTimeout(tick, Math.max(0, due - at));
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case "load-session":
        void this.#loadSession();
        return;
      case "open-stream":
        this.#stream?.close();
        this.#stream = this.#openStream();
        return;
      case "close-stream":
        this.#stream?.close();
        this.#stream = null;
        return;
      case "poll":
        void this.#poll();
        return;
      case "post":
        void this.#post(effect.gate, { id: effect.id, ageMs: effect.ageMs });
        return;
      case "look-up":
        void this.#lookUp(effect.id);
        return;
      case "remember":
        writeLastUsed(effect.lastUsed);
        return;
    }
  }

  async #loadSession(): Promise<void> {
    const answer = await this.service.session();
    if (answer.type === "ok") this.dispatch({ type: "session", view: answer.value });
    else this.dispatch({ type: "session-unreached" });
  }

  #openStream(): Stream {
    return new Stream({
      onBeat: () => this.dispatch({ type: "stream-beat" }),
      onSaid: (event) => this.dispatch({ type: "stream-said", event }),
      onRefused: () => this.dispatch({ type: "stream-refused", random: Math.random() }),
      onNotSignedIn: () => this.dispatch({ type: "not-signed-in" }),
      onEnded: () => this.dispatch({ type: "stream-ended", random: Math.random() }),
    });
  }

  async #post(gate: string, body: OpenBody): Promise<void> {
    const { id } = body;
    const answer = await this.service.open(gate, body);
    if (answer.type === "ok") this.dispatch({ type: "answered", request: answer.value });
    else if (answer.type === "unreached") this.dispatch({ type: "unreached", id });
    else this.dispatch({ type: "turned-down", id, problem: answer.problem });
  }

  async #poll(): Promise<void> {
    const answer = await this.service.state();
    const random = Math.random();
    if (answer.type === "ok") this.dispatch({ type: "polled", now: answer.value, random });
    else this.dispatch({ type: "poll-failed", random });
  }

  async #lookUp(id: string): Promise<void> {
    const answer = await this.service.request(id);
    if (answer.type === "ok") this.dispatch({ type: "answered", request: answer.value });
  }
}

function readLastUsed(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(lastUsedKey) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    // There is no storage, or its content is not ours. The order is only a convenience.
    return [];
  }
}

function writeLastUsed(lastUsed: readonly string[]): void {
  try {
    localStorage.setItem(lastUsedKey, JSON.stringify(lastUsed.slice(0, 20)));
  } catch {
    // The order is only a convenience.
  }
}
