/**
 * Parses server-sent events from pieces of text (WHATWG HTML, 9.2.6), as far as our service uses
 * them. Pure.
 */

export interface SseEvent {
  readonly event: string;
  readonly data: string;
}

export class SseParser {
  #rest = "";
  #event = "";
  #data: string[] = [];

  /** @param text any piece of the stream; it may end in the middle of a line */
  push(text: string): readonly SseEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const events: SseEvent[] = [];
    for (const line of lines) {
      if (line === "") this.#end(events);
      else this.#field(line);
    }
    return events;
  }

  #end(events: SseEvent[]): void {
    if (this.#data.length > 0) {
      events.push({ event: this.#event || "message", data: this.#data.join("\n") });
    }
    this.#event = "";
    this.#data = [];
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
  }
}
