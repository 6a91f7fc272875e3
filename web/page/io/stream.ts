/** `GET /api/events` with fetch, because EventSource hides a 401 and silence. */
import type { ServerEvent } from "../../api.ts";
import { SseParser } from "./sse.ts";

export interface StreamListener {
  onBeat(): void;
  onSaid(event: ServerEvent): void;
  /** there are too many streams; nothing else follows */
  onRefused(): void;
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
    const done = await takeTurn(signal);
    if (signal.aborted) return;
    if (done === null) {
      this.#listener.onRefused();
      return;
    }
    try {
      const response = await fetch("/api/events", {
        cache: "no-store",
        redirect: "error",
        headers: { Accept: "text/event-stream" },
        signal,
      });
      if (signal.aborted) return;
      if (response.status === 429) {
        this.#listener.onRefused();
        return;
      }
      if (response.status === 401) this.#listener.onNotSignedIn();
      if (response.ok && response.body !== null) await this.#read(response.body, signal);
    } catch {
      // A network error ends the stream like any other end.
    } finally {
      done();
    }
    if (!signal.aborted) this.#listener.onEnded();
  }

  async #read(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
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

/** A browser opens six connections to a service with HTTP/1.1, and the tabs need some for their requests. */
const mostStreams = 4;

/**
 * Takes one of the streams that all tabs of this browser share.
 * @returns gives it back; null: other tabs have them all
 */
async function takeTurn(signal: AbortSignal): Promise<(() => void) | null> {
  // Not in an old browser. Then each tab has a stream.
  if (!("locks" in navigator)) return () => {};
  for (let number = 0; number < mostStreams; number++) {
    const release = await tryLock(`boom-box-stream-${number}`);
    if (release === null) continue;
    if (signal.aborted) release();
    return release;
  }
  return null;
}

function tryLock(name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const held = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(null);
        return;
      }
      return new Promise<void>((release) => resolve(release));
    });
    // The browser does not allow locks here.
    held.catch(() => resolve(() => {}));
  });
}
