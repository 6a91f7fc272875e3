/** `GET /api/events` with fetch, because EventSource hides a 401 and silence. */
import type { ServerEvent } from "../../api.ts";
import { SseParser } from "./sse.ts";

export interface StreamListener {
  onOpened(): void;
  onBeat(): void;
  onSaid(event: ServerEvent): void;
  onNotSignedIn(): void;
  /** not called after {@link Stream.close} */
  onEnded(): void;
}

export class Stream {
  readonly #abort = new AbortController();
  readonly #listener: StreamListener;

  constructor(listener: StreamListener) {
    this.#listener = listener;
    void this.#run();
  }

  close(): void {
    this.#abort.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    try {
      const response = await fetch("/api/events", {
        cache: "no-store",
        redirect: "error",
        headers: { Accept: "text/event-stream" },
        signal,
      });
      if (signal.aborted) return;
      if (response.status === 401) this.#listener.onNotSignedIn();
      if (response.ok && response.body !== null) await this.#read(response.body, signal);
    } catch {
      // A network error ends the stream like any other end.
    }
    if (!signal.aborted) this.#listener.onEnded();
  }

  async #read(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
    this.#listener.onOpened();
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      this.#listener.onBeat();
      for (const { event, data } of parser.push(decoder.decode(value, { stream: true }))) {
        if (event !== "gate" && event !== "request") continue;
        this.#listener.onSaid({ event, data: JSON.parse(data) } as ServerEvent);
      }
    }
  }
}
