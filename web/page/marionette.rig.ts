/**
 * Firefox's own protocol, which geckodriver speaks and Debian does not have. Only the session and the virtual
 * authenticator come by it, because WebDriver BiDi has none; all else goes by BiDi.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** `[1, id of the command, error or null, result]` */
type Reply = readonly [1, number, { readonly message: string } | null, unknown];

export class Marionette {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #received = Buffer.alloc(0);
  #last = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes) => this.#receive(bytes));
  }

  static async at(port: number): Promise<Marionette> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Marionette(socket);
  }

  async send(command: string, params: object): Promise<unknown> {
    const id = ++this.#last;
    const text = JSON.stringify([0, id, command, params]);
    const [, , error, result] = await new Promise<Reply>((resolve, reject) => {
      this.#waiting.set(id, resolve);
      setTimeout(() => reject(new Error(`${command}: no answer`)), 30_000).unref();
      this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
    if (error !== null) throw new Error(`${command}: ${error.message}`);
    return result;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Each packet is its length in bytes, a colon, and JSON. The first one greets. */
  #receive(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const colon = this.#received.indexOf(":");
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#received.subarray(0, colon).toString());
      if (this.#received.length < end) return;
      const packet: unknown = JSON.parse(this.#received.subarray(colon + 1, end).toString());
      this.#received = this.#received.subarray(end);
      if (!Array.isArray(packet)) continue;
      const reply = packet as unknown as Reply;
      this.#waiting.get(reply[1])?.(reply);
      this.#waiting.delete(reply[1]);
    }
  }
}
