import { type PageMessage, type PortRequest, writePrefix } from "../view.ts";

/** The part of the Web Serial API (https://wicg.github.io/serial/) that is used here. */
export interface WebSerialPort {
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  open(options: { readonly baudRate: number; readonly bufferSize?: number }): Promise<void>;
  close(): Promise<void>;
  setSignals(signals: object): Promise<void>;
  getInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number };
}

interface WebSerial extends EventTarget {
  requestPort(): Promise<WebSerialPort>;
  getPorts(): Promise<readonly WebSerialPort[]>;
}

/** Undefined in browsers without it. */
export const webSerial: WebSerial | undefined = (
  navigator as Navigator & { readonly serial?: WebSerial }
).serial;

interface Process {
  send(message: PageMessage): void;
  sendBytes(bytes: Uint8Array): void;
}

const bufferSize = 0x1_0000;

/** Does with the browser's port what the command's process asks for, one thing after the other. */
export class PortPipe {
  readonly #process: Process;
  #port: WebSerialPort | undefined;
  #queue: Promise<void> = Promise.resolve();
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(process: Process) {
    this.#process = process;
    webSerial?.addEventListener("connect", ({ target }) => {
      if (this.#port !== undefined || target === webSerial) void this.#findAgain(target);
    });
    webSerial?.addEventListener("disconnect", () => this.#process.send({ type: "port-gone" }));
  }

  /** @throws DOMException NotFoundError when the person chooses none */
  async choose(): Promise<void> {
    const port = await webSerial?.requestPort();
    if (port !== undefined) await this.#use(port);
  }

  /** After the page was loaded: a port that was allowed before. */
  async offerAgain(): Promise<void> {
    const allowed = this.#port === undefined ? ((await webSerial?.getPorts()) ?? []) : [this.#port];
    const [only, ...others] = allowed;
    if (only !== undefined && others.length === 0) await this.#use(only);
  }

  handleRequest(request: PortRequest): void {
    this.#enqueue(request.id, async (port) => {
      switch (request.do) {
        case "open":
          await port.open({ baudRate: request.baudRate, bufferSize });
          void this.#read(port);
          break;
        case "close":
          await this.#close(port);
          break;
        case "signals":
          await port.setSignals(request.signals);
      }
    });
  }

  handleBytes(message: Uint8Array<ArrayBuffer>): void {
    const id = new DataView(message.buffer, message.byteOffset).getUint32(0, true);
    this.#enqueue(id, async (port) => {
      const writer = port.writable?.getWriter();
      if (writer === undefined) throw new Error("the port is closed");
      try {
        await writer.write(message.slice(writePrefix));
      } finally {
        writer.releaseLock();
      }
    });
  }

  /** Another tab may want it. */
  release(): void {
    const port = this.#port;
    if (port !== undefined) this.#queue = this.#queue.then(() => this.#close(port).catch(() => {}));
  }

  async #findAgain(target: EventTarget | null): Promise<void> {
    const allowed = (await webSerial?.getPorts()) ?? [];
    const port = allowed.find((each) => (each as unknown) === target) ?? allowed[0];
    if (port !== undefined) await this.#use(port);
  }

  async #use(port: WebSerialPort): Promise<void> {
    const before = this.#port;
    this.#port = port;
    if (before !== undefined) await this.#close(before).catch(() => {});
    const { usbVendorId = null, usbProductId = null } = port.getInfo();
    this.#process.send({ type: "port-ready", usbVendorId, usbProductId });
  }

  #enqueue(id: number, work: (port: WebSerialPort) => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      let error: string | null = null;
      try {
        if (this.#port === undefined) throw new Error("no port is chosen");
        await work(this.#port);
      } catch (problem) {
        error = String(problem instanceof Error ? problem.message : problem).slice(0, 200);
      }
      this.#process.send({ type: "port-done", id, error });
    });
  }

  async #read(port: WebSerialPort): Promise<void> {
    const reader = port.readable?.getReader();
    if (reader === undefined) return;
    this.#reader = reader;
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        this.#process.sendBytes(value);
      }
    } catch {
      this.#process.send({ type: "port-gone" });
    } finally {
      reader.releaseLock();
      if (this.#reader === reader) this.#reader = undefined;
    }
  }

  async #close(port: WebSerialPort): Promise<void> {
    await this.#reader?.cancel().catch(() => {});
    if (port.readable === null && port.writable === null) return;
    await port.close();
  }
}
