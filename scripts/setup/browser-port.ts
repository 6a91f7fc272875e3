import {
  ReadableStream,
  type ReadableStreamDefaultController,
  WritableStream,
} from "node:stream/web";
import { printable } from "../../host-sim/printable.ts";
import { type BoardPort, type ControlLines, PortError } from "../serial/board-port.ts";
import { type PortRequest, writePrefix } from "./view.ts";

/** The page at the other end. */
export interface PageEnd {
  sendRequest(request: PortRequest): void;
  sendBytes(bytes: Uint8Array): void;
}

type Order = OrderOf<PortRequest>;
type OrderOf<T> = T extends unknown ? Omit<T, "type" | "id"> : never;

const answerMs = 15_000;

interface Waiting {
  settle(error: PortError | undefined): void;
}

/**
 * A serial port that the person has allowed in the browser (Web Serial). Its bytes and lines travel
 * through the page. After the page was loaded again, or the cable was connected again, the same object
 * works with the new end.
 */
export class BrowserPort implements BoardPort {
  #end: PageEnd | undefined;
  #usb: { readonly usbVendorId?: number; readonly usbProductId?: number } = {};
  #readable: ReadableStream<Uint8Array> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;
  #source: ReadableStreamDefaultController<Uint8Array> | undefined;
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();

  get readable(): ReadableStream<Uint8Array> | null {
    return this.#readable;
  }

  get writable(): WritableStream<Uint8Array> | null {
    return this.#writable;
  }

  getInfo() {
    return this.#usb;
  }

  /** The page has a port, and it is not open. */
  attach(end: PageEnd, usb: { readonly usbVendorId?: number; readonly usbProductId?: number }) {
    this.detach();
    this.#end = end;
    this.#usb = usb;
  }

  /** The page, or its port, is gone. */
  detach(): void {
    this.#end = undefined;
    const error = gone();
    for (const { settle } of [...this.#waiting.values()]) settle(error);
    this.#source?.error(error);
    this.#forget();
  }

  /** Bytes that the page's port has received. */
  receive(bytes: Uint8Array): void {
    this.#source?.enqueue(bytes);
  }

  /** @param error the browser's own words, untrusted */
  handleDone(id: number, error: string | null): void {
    const failed =
      error === null
        ? undefined
        : new PortError(
            "other",
            `the browser's port failed (${printable(error)}): close other programs that use it, or connect the board again`,
          );
    this.#waiting.get(id)?.settle(failed);
  }

  async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
    await this.#order({ do: "open", baudRate });
    this.#readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#source = controller;
      },
      cancel: () => {
        this.#source = undefined;
      },
    });
    this.#writable = new WritableStream<Uint8Array>({
      write: (bytes) =>
        this.#request((id, end) => {
          const message = new Uint8Array(writePrefix + bytes.length);
          new DataView(message.buffer).setUint32(0, id, true);
          message.set(bytes, writePrefix);
          end.sendBytes(message);
        }),
    });
  }

  async close(): Promise<void> {
    const isOpen = this.#readable !== null;
    this.#forget();
    if (isOpen && this.#end !== undefined) await this.#order({ do: "close" });
  }

  async setSignals(signals: ControlLines): Promise<void> {
    await this.#order({ do: "signals", signals });
  }

  #forget(): void {
    this.#source = undefined;
    this.#readable = null;
    this.#writable = null;
  }

  #order(order: Order): Promise<void> {
    return this.#request((id, end) => end.sendRequest({ type: "port", id, ...order }));
  }

  /** @throws PortError when the page does not do it, or is gone */
  #request(send: (id: number, end: PageEnd) => void): Promise<void> {
    const end = this.#end;
    if (end === undefined) return Promise.reject(gone());
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      const settle = (error: PortError | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        if (error === undefined) resolve();
        else reject(error);
      };
      const timer = setTimeout(() => settle(gone()), answerMs);
      this.#waiting.set(id, { settle });
      send(id, end);
    });
  }
}

const gone = () =>
  new PortError(
    "lost",
    "the browser's port is gone: connect the board's USB cable, and keep the page open",
  );
