import type { GateView, RequestState, RequestView, ServerEvent } from "../api.ts";
import { mayFollow } from "../domain/request.ts";

/** How many bytes may wait for a slow reader, beyond the socket's buffers. More end the stream. */
export const maximumWaitingBytes = 256 * 1024;
/** A long list waits for the reader when more than this waits to be sent. */
const roomBytes = maximumWaitingBytes / 2;
/** How many signs of life a list waits for its reader. */
const patientBeats = 3;
/** More requests than the rate limit allows one person within a minute. */
const maximumRemembered = 500;
const encoder = new TextEncoder();
const withdrawn = { open: false, why: "no-grant", opensAt: null } as const;

/**
 * One stream of server-sent events. It sends only what is new to its reader. If the reader is too slow,
 * the stream ends instead of queueing more. The page then reconnects and gets the current state.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  /** as last sent, in JSON */
  readonly #gates = new Map<string, string>();
  readonly #requests = new Map<string, RequestState>();
  readonly #onEnd: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #waiting: { readonly room: Promise<void>; readonly go: () => void; beats: number } | undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        // Called when the reader has taken something.
        pull: () => {
          if (this.hasRoom) this.#goOn();
        },
        cancel: () => this.#ended(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maximumWaitingBytes }),
    );
  }

  get hasEnded(): boolean {
    return this.#controller === undefined;
  }

  /** Whether the next part of a long list may be sent. It may also be when the stream has ended. */
  get hasRoom(): boolean {
    return (this.#controller?.desiredSize ?? roomBytes) >= roomBytes;
  }

  /** Resolves when there is room. If the reader takes too long, the stream ends. */
  room(): Promise<void> {
    if (this.hasRoom) return Promise.resolve();
    if (this.#waiting === undefined) {
      let go = () => {};
      const room = new Promise<void>((resolve) => {
        go = resolve;
      });
      this.#waiting = { room, go, beats: 0 };
    }
    return this.#waiting.room;
  }

  /** Sends what the reader sees of a gate, unless it was the last that was sent about it. */
  tellGate(data: GateView): void {
    const text = JSON.stringify(data);
    if (this.#gates.get(data.id) === text) return;
    this.#gates.set(data.id, text);
    this.#tell("gate", text);
  }

  /** Sends each gate that was sent before, and that the reader may not see any more, as denied. */
  withdraw(maySee: (id: string) => boolean): void {
    for (const [id, text] of this.#gates) {
      if (!maySee(id)) this.tellGate({ ...(JSON.parse(text) as GateView), may: withdrawn });
    }
  }

  /** Ignores a state that is older than the one sent before. */
  tellRequest(data: RequestView): void {
    const before = this.#requests.get(data.id);
    if (before !== undefined && !mayFollow(before, data.state)) return;
    this.#requests.set(data.id, data.state);
    if (this.#requests.size > maximumRemembered) this.#forgetOldest();
    this.#tell("request", JSON.stringify(data));
  }

  /** Sends a comment. Proxies cut silent connections, and only a write detects a lost one. */
  beat(): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) waiting.beats += 1;
    if (waiting !== undefined && waiting.beats > patientBeats) this.end();
    else this.#write(":\n\n");
  }

  end(): void {
    const controller = this.#controller;
    this.#ended();
    controller?.close();
  }

  #tell(event: ServerEvent["event"], json: string): void {
    this.#write(`event: ${event}\ndata: ${json}\n\n`);
  }

  #forgetOldest(): void {
    for (const id of this.#requests.keys()) {
      this.#requests.delete(id);
      return;
    }
  }

  #write(text: string): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    controller.enqueue(encoder.encode(text));
    if ((controller.desiredSize ?? 0) <= 0) this.end();
  }

  #goOn(): void {
    this.#waiting?.go();
    this.#waiting = undefined;
  }

  #ended(): void {
    if (this.#controller === undefined) return;
    this.#controller = undefined;
    this.#goOn();
    this.#onEnd();
  }
}
