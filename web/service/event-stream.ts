import { isDeepStrictEqual } from "node:util";
import type { GateView, RequestState, RequestView, ServerEvent } from "../api.ts";
import { mayFollow } from "../domain/request.ts";

/** So many bytes may wait for a slow reader, beside the socket's own; the stream of a slower one ends. */
export const maximumWaitingBytes = 256 * 1024;
/** Requests of one person within a minute or so: more than the rate limit lets through. */
const maximumRemembered = 500;
const withdrawn = { open: false, why: "no-grant", opensAt: null } as const;

/**
 * One stream of server-sent events. It tells only what is new to its reader, and it ends rather than
 * queue without end: the browser comes back by itself and is told afresh how things are.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  /** as last told */
  readonly #gates = new Map<string, GateView>();
  readonly #requests = new Map<string, RequestState>();
  readonly #onEnd: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#ended(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maximumWaitingBytes }),
    );
  }

  get hasEnded(): boolean {
    return this.#controller === undefined;
  }

  /** All gates the reader may see. Of one he was told of and that is not among them he is told so. */
  tellGates(views: readonly GateView[]): void {
    const seen = new Set(views.map(({ id }) => id));
    for (const view of views) this.#tellGate(view);
    for (const [id, view] of this.#gates) {
      if (!seen.has(id)) this.#tellGate({ ...view, may: withdrawn });
    }
  }

  /** Never backwards: what was read a while ago may be told after what has happened since. */
  tellRequest(data: RequestView): void {
    const before = this.#requests.get(data.id);
    if (before !== undefined && !mayFollow(before, data.state)) return;
    this.#requests.set(data.id, data.state);
    if (this.#requests.size > maximumRemembered) this.#forgetOldest();
    this.#tell({ event: "request", data });
  }

  /** A comment: proxies cut what is silent, and nobody notices a connection that is gone but by writing. */
  beat(): void {
    this.#write(":\n\n");
  }

  end(): void {
    const controller = this.#controller;
    this.#ended();
    controller?.close();
  }

  #tellGate(data: GateView): void {
    const before = this.#gates.get(data.id);
    if (before !== undefined && isDeepStrictEqual(before, data)) return;
    this.#gates.set(data.id, data);
    this.#tell({ event: "gate", data });
  }

  #tell({ event, data }: ServerEvent): void {
    this.#write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
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
    controller.enqueue(this.#encoder.encode(text));
    if ((controller.desiredSize ?? 0) <= 0) this.end();
  }

  #ended(): void {
    if (this.#controller === undefined) return;
    this.#controller = undefined;
    this.#onEnd();
  }
}
