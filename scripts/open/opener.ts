import type { EventReport } from "../../device/messages/event.ts";
import type { Broker } from "../broker/options.ts";
import { Publisher } from "./open-once.ts";

/** How long a box may take to answer, in ms. */
const answerWithinMs = 5_000;

/** Opens one box as the service does, over a connection that is made when it is needed, and again where it was lost. */
export class Opener {
  readonly #broker: Broker;
  readonly #thing: string;
  readonly #by: string;
  #publisher: Promise<Publisher> | undefined;

  constructor(broker: Broker, thing: string, by: string) {
    this.#broker = broker;
    this.#thing = thing;
    this.#by = by;
  }

  /**
   * @returns what the box said, or undefined where it said nothing in time
   * @throws UserError where the broker cannot be reached or does not take it
   */
  async open(): Promise<EventReport | undefined> {
    this.#publisher ??= Publisher.connect(this.#broker);
    const used = this.#publisher;
    try {
      return await (await used).open(this.#thing, this.#by, answerWithinMs);
    } catch (error) {
      // The next open gets a connection of its own.
      if (this.#publisher === used) this.#publisher = undefined;
      void closeIfConnected(used);
      throw error;
    }
  }

  /** What is open is closed; the next {@link open} connects anew. */
  async close(): Promise<void> {
    const used = this.#publisher;
    this.#publisher = undefined;
    await closeIfConnected(used);
  }
}

async function closeIfConnected(publisher: Promise<Publisher> | undefined): Promise<void> {
  // One that never connected has said so to whoever asked for it.
  const connected = await publisher?.catch(() => undefined);
  await connected?.close();
}
