import type { ConnectionState } from "../../device/core/connection.ts";
import { adviceOn, waitingFor } from "./connection-advice.ts";
import { type ConnectView, type Failure, stageNames } from "./view.ts";

/** How far a box has come on its way to the broker, from its own lines. */
export class ConnectionWatch {
  #state: ConnectionState = "stopped";
  #trouble: Failure | null = null;

  /** A `connection` line. */
  take(state: ConnectionState, reason: string | null): void {
    if (state === "backoff") this.#trouble = adviceOn(this.#state, reason ?? "");
    // A box that is connected again has no trouble any more.
    if (state === "connected") this.#trouble = null;
    this.#state = state;
  }

  /** The firmware does not start to connect, because something is wrong with its files. */
  wait(detail: string): void {
    this.#trouble = waitingFor(detail);
    this.#state = "stopped";
  }

  /** The board restarts. */
  reset(): void {
    this.#state = "stopped";
    this.#trouble = null;
  }

  get isConnected(): boolean {
    return this.#state === "connected";
  }

  get trouble(): Failure | null {
    return this.#trouble;
  }

  get stages(): ConnectView["stages"] {
    const at = (stageNames as readonly string[]).indexOf(this.#state);
    return stageNames.map((name, index) => {
      const isDone = index < at || (index === at && this.isConnected);
      return { name, state: isDone ? "done" : index === at ? "current" : "todo" };
    });
  }
}
