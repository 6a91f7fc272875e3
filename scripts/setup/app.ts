import type { WebSocket } from "ws";
import { BrowserPort } from "./browser-port.ts";
import { readPageMessage } from "./page-messages.ts";
import { type SessionOptions, SetupSession } from "./session.ts";
import type { PageMessage, ServerMessage } from "./view.ts";

/** Codes of the WebSocket's end, for the page: RFC 6455, 7.4.2. */
export const closeCodes = { replaced: 4001, unknownMessage: 4002 } as const;

/** One session, and the page that shows it. The newest page is in use. */
export class SetupApp {
  readonly session: SetupSession;
  readonly #port = new BrowserPort();
  readonly #onBug: (error: unknown) => void;
  #page: WebSocket | undefined;
  #isViewDue = false;

  /** @param onBug is called with an error that no person can fix */
  constructor(options: Omit<SessionOptions, "onChange">, onBug: (error: unknown) => void) {
    this.#onBug = onBug;
    this.session = new SetupSession({ ...options, onChange: () => this.#showSoon() });
  }

  /** A page has connected. */
  handlePage(page: WebSocket): void {
    const before = this.#page;
    this.#leave();
    before?.close(closeCodes.replaced);
    this.#page = page;
    page.binaryType = "nodebuffer";
    page.on("error", () => page.terminate());
    page.on("close", () => {
      if (this.#page === page) this.#leave();
    });
    page.on("message", (data, isBinary) => {
      if (this.#page !== page || !Buffer.isBuffer(data)) return;
      if (isBinary) {
        this.#port.receive(new Uint8Array(data));
        return;
      }
      const message = readPageMessage(data.toString("utf8"));
      if (message === undefined) page.close(closeCodes.unknownMessage);
      else this.#handle(message, page);
    });
    this.#show();
  }

  /** Leaves the port closed. */
  async close(): Promise<void> {
    await this.session.close();
    this.#leave();
  }

  #handle(message: PageMessage, page: WebSocket): void {
    switch (message.type) {
      case "command":
        this.session.dispatch(message.command).catch(this.#onBug);
        break;
      case "port-ready": {
        const { usbVendorId, usbProductId } = message;
        this.#port.attach(
          {
            sendRequest: (request) => send(page, request),
            sendBytes: (bytes) => page.send(bytes),
          },
          {
            ...(usbVendorId === null ? {} : { usbVendorId }),
            ...(usbProductId === null ? {} : { usbProductId }),
          },
        );
        this.session.setBrowserPort(this.#port);
        break;
      }
      case "port-gone":
        this.#port.detach();
        break;
      case "port-done":
        this.#port.handleDone(message.id, message.error);
    }
  }

  #leave(): void {
    this.#page = undefined;
    this.#port.detach();
  }

  /** Progress comes in many small steps. */
  #showSoon(): void {
    if (this.#isViewDue) return;
    this.#isViewDue = true;
    setImmediate(() => {
      this.#isViewDue = false;
      this.#show();
    });
  }

  #show(): void {
    if (this.#page !== undefined) send(this.#page, { type: "view", view: this.session.view });
  }
}

function send(page: WebSocket, message: ServerMessage): void {
  if (page.readyState === page.OPEN) page.send(JSON.stringify(message));
}
