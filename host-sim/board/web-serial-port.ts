import type { CableEnd, UsbCable } from "./usb-cable.ts";
import type { ControlLines } from "./virtual-board.ts";

/** Silicon Labs CP2102N, the bridge of Espressif's DevKitC. */
const bridge = { usbVendorId: 0x10c4, usbProductId: 0xea60 } as const;

/**
 * A `SerialPort` of the Web Serial API (https://wicg.github.io/serial) at the end of a cable, as far
 * as esptool-js and Improv's client use it. A write has reached the board when its promise is
 * fulfilled.
 */
export class WebSerialPort {
  readonly #cable: UsbCable;
  #end: CableEnd | undefined;
  #readable: ReadableStream<Uint8Array> | undefined;
  #source: ReadableStreamDefaultController<Uint8Array> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;
  #sink: WritableStreamDefaultController | undefined;

  constructor(cable: UsbCable) {
    this.#cable = cable;
  }

  /** null while the port is closed or gone; another stream after one was cancelled */
  get readable(): ReadableStream<Uint8Array> | null {
    return this.#readable ?? null;
  }

  /** null while the port is closed or gone */
  get writable(): WritableStream<Uint8Array> | null {
    return this.#writable ?? null;
  }

  /** @throws DOMException InvalidStateError if it is open already, NetworkError if it cannot be */
  async open({ baudRate }: { readonly baudRate: number }): Promise<void> {
    if (this.#end !== undefined) {
      throw new DOMException("The port is already open.", "InvalidStateError");
    }
    const end: CableEnd = {
      baudRate,
      onData: (bytes) => this.#source?.enqueue(bytes.slice()),
      onCut: () => this.#lose(),
    };
    if (this.#cable.open(end) !== "open") {
      throw new DOMException("Failed to open serial port.", "NetworkError");
    }
    this.#end = end;
    this.#startReading();
    this.#writable = new WritableStream({
      start: (controller) => {
        this.#sink = controller;
      },
      write: (bytes) => this.#cable.write(end, bytes),
    });
  }

  /** @throws TypeError while a reader or writer holds a stream */
  async close(): Promise<void> {
    const end = this.#openEnd();
    if (this.readable?.locked === true || this.writable?.locked === true) {
      throw new TypeError("Cannot close a port with a locked stream.");
    }
    this.#cable.close(end);
    this.#forget();
  }

  async setSignals({ dataTerminalReady, requestToSend }: ControlLines): Promise<void> {
    this.#openEnd();
    this.#cable.setLines({
      ...(dataTerminalReady === undefined ? {} : { dataTerminalReady }),
      ...(requestToSend === undefined ? {} : { requestToSend }),
    });
  }

  /** The board drives none of the host's inputs. */
  async getSignals() {
    this.#openEnd();
    return {
      dataCarrierDetect: false,
      clearToSend: false,
      ringIndicator: false,
      dataSetReady: false,
    };
  }

  getInfo() {
    return bridge;
  }

  #startReading(): void {
    this.#readable = new ReadableStream({
      start: (controller) => {
        this.#source = controller;
      },
      cancel: () => {
        if (this.#end !== undefined) this.#startReading();
      },
    });
  }

  #lose(): void {
    const lost = new DOMException("The device has been lost.", "NetworkError");
    this.#source?.error(lost);
    this.#sink?.error(lost);
    this.#forget();
  }

  #forget(): void {
    this.#end = undefined;
    this.#source = undefined;
    this.#sink = undefined;
    this.#readable = undefined;
    this.#writable = undefined;
  }

  #openEnd(): CableEnd {
    if (this.#end === undefined) {
      throw new DOMException("The port is closed.", "InvalidStateError");
    }
    return this.#end;
  }
}
