import type { PageMessage, ServerMessage, SetupCommand, SetupView } from "../view.ts";
import { PortPipe } from "./web-serial.ts";

/** `replaced`: another tab has taken over */
export type LinkState = "connecting" | "connected" | "closed" | "replaced";

const replacedCode = 4001;
const retryMs = 1_000;
const attempts = 3;

/** The WebSocket to the command's process: views come in, commands go out, and the port's bytes both ways. */
export class ProcessLink {
  readonly pipe: PortPipe;
  readonly #onChange: (state: LinkState, view: SetupView | undefined) => void;
  #socket: WebSocket | undefined;
  #view: SetupView | undefined;
  #failures = 0;

  constructor(onChange: (state: LinkState, view: SetupView | undefined) => void) {
    this.#onChange = onChange;
    this.pipe = new PortPipe({
      send: (message) => this.#send(message),
      sendBytes: (bytes) => {
        if (this.#isOpen) this.#socket?.send(bytes as Uint8Array<ArrayBuffer>);
      },
    });
  }

  connect(): void {
    const url = new URL("socket", location.href);
    url.protocol = "ws:";
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#tell("connecting");
    socket.addEventListener("open", () => {
      this.#failures = 0;
      this.#tell("connected");
      void this.pipe.offerAgain();
    });
    socket.addEventListener("message", ({ data }) => this.#receive(data));
    socket.addEventListener("close", ({ code }) => {
      if (this.#socket !== socket) return;
      this.pipe.release();
      this.#failures += 1;
      if (code === replacedCode) this.#tell("replaced");
      else if (this.#failures > attempts) this.#tell("closed");
      else setTimeout(() => this.connect(), retryMs);
    });
  }

  /** After a person asked for it. */
  connectAgain(): void {
    this.#failures = 0;
    this.connect();
  }

  command(command: SetupCommand): void {
    this.#send({ type: "command", command });
  }

  get #isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #send(message: PageMessage): void {
    if (this.#isOpen) this.#socket?.send(JSON.stringify(message));
  }

  #receive(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      this.pipe.handleBytes(new Uint8Array(data));
      return;
    }
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type === "view") {
      this.#view = message.view;
      this.#tell("connected");
    } else this.pipe.handleRequest(message);
  }

  #tell(state: LinkState): void {
    this.#onChange(state, this.#view);
  }
}
