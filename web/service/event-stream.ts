import { isDeepStrictEqual } from "node:util";
import type { GateView, RequestState, RequestView, ServerEvent } from "../api.ts";
import { mayFollow } from "../domain/request.ts";

/** How many bytes may wait for a slow reader, beyond the socket's buffers. More end the stream. */
export const maximumWaitingBytes = 256 * 1024;
/** More requests than the rate limit allows one person within a minute. */
const maximumRemembered = 500;
const withdrawn = { open: false, why: "no-grant", opensAt: null } as const;

/**
 * One stream of server-sent events. It sends only what is new to its reader. If the reader is too slow,
 * the stream ends instead of queueing more. The page then reconnects and gets the current state.
 */
export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  /** as last sent */
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

  /** @param views every gate that the reader may see; any other gate sent before is sent as denied */
  tellGates(views: readonly GateView[]): void {
    const seen = new Set(views.map(({ id }) => id));
    for (const view of views) this.#tellGate(view);
    for (const [id, view] of this.#gates) {
      if (!seen.has(id)) this.#tellGate({ ...view, may: withdrawn });
    }
  }

  /** Ignores a state that is older than the one sent before. */
  tellRequest(data: RequestView): void {
    const before = this.#requests.get(data.id);
    if (before !== undefined && !mayFollow(before, data.state)) return;
    this.#requests.set(data.id, data.state);
    if (this.#requests.size > maximumRemembered) this.#forgetOldest();
    this.#tell({ event: "request", data });
  }

  /** Sends a comment. Proxies cut silent connections, and only a write detects a lost one. */
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
