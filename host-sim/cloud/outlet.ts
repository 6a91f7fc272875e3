import type { Writable } from "node:stream";
import type { Limits } from "./aws-limits.ts";
import { DeliveryWindow } from "./delivery-window.ts";
import { Framer, packetType, packetTypes, publishQos, publishTopic } from "./frames.ts";

export interface OutletHandlers {
  /** CONNACK is about to be written; it may still be changed. */
  readonly onConnack: (connack: Buffer) => void;
  /** A PUBLISH is about to be written. */
  readonly onPublish: ((topic: string) => void) | undefined;
}

/** The writing half of a connection: messages are sent at AWS's pace. */
export class Outlet {
  readonly #socket: Writable;
  readonly #handlers: OutletHandlers;
  readonly #now: () => number;
  readonly #framer = new Framer(Infinity);
  readonly #window: DeliveryWindow;
  #replaying = false;
  #release: NodeJS.Timeout | undefined;
  #resume: (() => void) | undefined;

  constructor(socket: Writable, limits: Limits, now: () => number, handlers: OutletHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#now = now;
    this.#window = new DeliveryWindow(limits, now());
    const drain = () => {
      const resume = this.#resume;
      this.#resume = undefined;
      resume?.();
    };
    socket.on("drain", drain);
    socket.on("close", drain); // from now on, output is discarded without delay
  }

  /** Whether the next messages come from the session's store. */
  set replaying(replaying: boolean) {
    this.#replaying = replaying;
  }

  /** Writes aedes's output; calls `done` when it can write more. */
  send(bytes: Buffer, done: () => void): void {
    if (!this.#socket.destroyed) {
      for (const frame of this.#framer.push(bytes).frames) this.#sendFrame(frame);
    }
    if (this.#socket.writableNeedDrain && !this.#socket.destroyed) this.#resume = done;
    else done();
  }

  /** A PUBACK arrived: messages that waited for it may be sent. */
  acknowledge(packetIdentifier: number, now: number): void {
    this.#window.acknowledge(packetIdentifier);
    for (const frame of this.#window.release(now)) this.#writePublish(frame);
    this.#scheduleRelease();
  }

  close(): void {
    clearTimeout(this.#release);
  }

  #sendFrame(frame: Buffer): void {
    const type = packetType(frame);
    if (type !== packetTypes.publish) {
      if (type === packetTypes.connack) this.#handlers.onConnack(frame);
      this.#socket.write(frame);
      return;
    }
    const leaves =
      publishQos(frame) === 0 || this.#window.admit(frame, this.#replaying, this.#now());
    if (leaves) this.#writePublish(frame);
    else this.#scheduleRelease();
  }

  #writePublish(frame: Buffer): void {
    this.#handlers.onPublish?.(publishTopic(frame));
    this.#socket.write(frame);
  }

  #scheduleRelease(): void {
    if (this.#release !== undefined) return;
    const delayMs = this.#window.msUntilRelease(this.#now());
    if (delayMs === undefined) return;
    this.#release = setTimeout(() => {
      this.#release = undefined;
      for (const frame of this.#window.release(this.#now())) this.#writePublish(frame);
      this.#scheduleRelease();
    }, delayMs);
  }
}
