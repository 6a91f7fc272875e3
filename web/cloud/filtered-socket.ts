import { Duplex, type Transform } from "node:stream";

/**
 * A socket whose incoming bytes pass through a filter. It ends with the socket, after everything that the
 * filter lets through was read. An error of the socket or the filter is its error.
 */
export class FilteredSocket extends Duplex {
  readonly #socket: Duplex;
  readonly #filter: Transform;

  constructor(socket: Duplex, filter: Transform) {
    super();
    this.#socket = socket;
    this.#filter = filter;
    const fail = (error: Error) => this.destroy(error);
    socket.on("error", fail);
    socket.on("close", () => filter.end());
    filter.on("error", fail);
    filter.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) filter.pause();
    });
    filter.on("end", () => this.push(null));
    this.on("end", () => this.destroy());
    socket.pipe(filter);
  }

  override _read(): void {
    this.#filter.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    this.#filter.destroy();
    done(error);
  }
}
