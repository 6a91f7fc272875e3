import { createHash } from "node:crypto";
import {
  ReadableStream,
  type ReadableStreamDefaultController,
  WritableStream,
} from "node:stream/web";
import { Unzlib } from "fflate";
import { type BoardPort, type ControlLines, PortError } from "../serial/board-port.ts";
import { encodeSlip, SlipDecoder } from "./slip.ts";

export interface FakeBoardOptions {
  /** what the flash has at first */
  readonly flash?: Uint8Array;
  /** at 0x40001000 in the chip's ROM */
  readonly magic?: number;
  /** JEDEC: the third byte of the flash chip's ID */
  readonly flashId?: number;
  /** the words of eFuse block 0 */
  readonly fuses?: readonly number[];
  /** what the board prints when it starts from flash */
  readonly boot?: string;
  /** in download mode from the beginning */
  readonly isHeld?: boolean;
  /** whether it can be brought into download mode by the control lines */
  readonly hasResetCircuit?: boolean;
}

const spiBase = 0x3ff4_2000;
const efuseBase = 0x3ff5_a000;
const sector = 0x1000;

/**
 * A board whose ROM has the loader, and that keeps its flash while the port is closed. It has no RAM, so
 * it does not take a stub: it answers that the command is unknown, as a chip that forbids it.
 */
export class FakeBoard implements BoardPort {
  readonly flash: Uint8Array;
  /** each erased region, in its order */
  readonly erased: { readonly offset: number; readonly length: number }[] = [];
  /** the states of the lines, DTR then RTS */
  readonly lines: string[] = [];
  isOpen = false;
  /** After so many bytes to the board, the cable is pulled. */
  bytesUntilCut = Number.POSITIVE_INFINITY;
  /** a bit of each write that is lost */
  isWornOut = false;
  /** Called with each command of the loader. */
  onCommand: (operation: number) => void = () => {};
  readonly #options: FakeBoardOptions;
  readonly #slip = new SlipDecoder();
  #isInLoader: boolean;
  #dtr = false;
  #rts = false;
  #readable: ReadableStream<Uint8Array> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;
  #output: ReadableStreamDefaultController<Uint8Array> | undefined;
  #inflate: Unzlib | undefined;
  #spiCommand = 0;

  constructor(options: FakeBoardOptions = {}) {
    this.#options = options;
    this.flash = options.flash?.slice() ?? new Uint8Array(0x40_0000).fill(0xff);
    this.#isInLoader = options.isHeld === true;
  }

  get readable() {
    return this.#readable;
  }

  get writable() {
    return this.#writable;
  }

  async open(): Promise<void> {
    if (this.bytesUntilCut <= 0) throw this.#lost();
    this.isOpen = true;
    this.#readable = new ReadableStream({
      start: (controller) => {
        this.#output = controller;
      },
    });
    this.#writable = new WritableStream({ write: (bytes) => this.#take(bytes) });
  }

  async close(): Promise<void> {
    this.isOpen = false;
    this.#readable = null;
    this.#writable = null;
    this.#output = undefined;
  }

  getInfo() {
    return {};
  }

  /** The two transistors of a DevKitC: RTS alone holds the chip in reset, DTR alone pulls GPIO 0 down. */
  async setSignals({ dataTerminalReady, requestToSend }: ControlLines): Promise<void> {
    if (this.bytesUntilCut <= 0) throw this.#lost();
    const wasReset = this.#rts && !this.#dtr;
    this.#dtr = dataTerminalReady ?? this.#dtr;
    this.#rts = requestToSend ?? this.#rts;
    this.lines.push(`${Number(this.#dtr)}${Number(this.#rts)}`);
    const isReset = this.#rts && !this.#dtr;
    if (!wasReset || isReset || this.#options.hasResetCircuit === false) return;
    this.#start(this.#dtr && !this.#rts);
  }

  /** The cable is pulled. */
  cut(): void {
    this.bytesUntilCut = 0;
    this.#output?.error(this.#lost());
    this.#output = undefined;
  }

  #lost(): PortError {
    return new PortError("lost", "the port is gone: connect it again");
  }

  #start(isDownload: boolean): void {
    this.#isInLoader = isDownload || this.#options.isHeld === true;
    this.#slip.reset();
    const text = this.#isInLoader
      ? "rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))\r\nwaiting for download\r\n"
      : (this.#options.boot ?? "");
    this.print(Buffer.from(text));
  }

  /** The board sends bytes. */
  print(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#output?.enqueue(new Uint8Array(bytes));
  }

  #take(bytes: Uint8Array): void {
    const arriving = bytes.subarray(0, this.bytesUntilCut);
    this.bytesUntilCut -= arriving.length;
    for (let at = 0; at < arriving.length; ) {
      const { taken, packet } = this.#slip.push(arriving.subarray(at));
      at += taken;
      if (packet !== undefined && this.#isInLoader) this.#handle(packet);
    }
    if (this.bytesUntilCut > 0) return;
    this.cut();
    throw this.#lost();
  }

  #handle(packet: Uint8Array): void {
    const view = viewOf(packet);
    // The rest of a packet whose beginning was lost.
    if (packet.length < 8 || packet.length !== 8 + view.getUint16(2, true)) return;
    const operation = packet[1] ?? 0;
    const data = packet.subarray(8);
    this.onCommand(operation);
    const word = (index: number) => viewOf(data).getUint32(index * 4, true);
    switch (operation) {
      case 0x08: // sync
        for (let i = 0; i < 8; i++) this.#answer(operation, 0x2012_0707);
        return;
      case 0x0a: // read a register
        this.#answer(operation, this.#register(word(0)));
        return;
      case 0x09: // write a register
        if (word(0) === spiBase + 0x24) this.#spiCommand = word(1) & 0xff;
        this.#answer(operation);
        return;
      case 0x0b: // the flash's size
      case 0x0d: // attach the flash
        this.#answer(operation);
        return;
      case 0x10: // begin to write compressed data
        this.#begin(word(0), word(3));
        this.#answer(operation);
        return;
      case 0x11: // compressed data
        if (view.getUint32(4, true) !== checksum(data.subarray(16))) {
          this.#refuse(operation, 7);
          return;
        }
        this.#inflate?.push(data.slice(16));
        this.#answer(operation);
        return;
      case 0x13: {
        const region = this.flash.subarray(word(0), word(0) + word(1));
        const digest = createHash("md5").update(region).digest("hex");
        this.#answer(operation, 0, Buffer.from(digest));
        return;
      }
      case 0x0e: // read 64 bytes of flash
        this.#answer(operation, 0, this.flash.subarray(word(0), word(0) + 64));
        return;
      case 0x02: // begin to write
        this.#answer(operation);
        return;
      case 0x04: // end of writing
        this.#answer(operation);
        if (word(0) === 0) this.#start(false);
        return;
      default:
        this.#refuse(operation, 5);
        return;
    }
  }

  #register(address: number): number {
    const { magic = 0x00f0_1d83, flashId = 0x16, fuses = [] } = this.#options;
    if (address === 0x4000_1000) return magic;
    if (address === spiBase + 0x80 && this.#spiCommand === 0x9f) return (flashId << 16) | 0x40c8;
    const fuse = (address - efuseBase) / 4;
    return fuse >= 0 && fuse < 7 ? (fuses[fuse] ?? 0) : 0;
  }

  #begin(length: number, offset: number): void {
    const end = Math.ceil((offset + length) / sector) * sector;
    this.erased.push({ offset, length: end - offset });
    this.flash.fill(0xff, offset, end);
    let at = offset;
    this.#inflate = new Unzlib((chunk) => {
      this.flash.set(chunk, at);
      if (this.isWornOut && at === offset) this.flash[at] = (chunk[0] ?? 0) ^ 1;
      at += chunk.length;
    });
  }

  #answer(operation: number, value = 0, data: Uint8Array = new Uint8Array()): void {
    this.#reply(operation, value, Buffer.concat([data, Buffer.from([0, 0, 0, 0])]));
  }

  #refuse(operation: number, reason: number): void {
    this.#reply(operation, 0, Buffer.from([1, reason, 0, 0]));
  }

  #reply(operation: number, value: number, data: Uint8Array): void {
    const packet = new Uint8Array(8 + data.length);
    const view = viewOf(packet);
    packet[0] = 1;
    packet[1] = operation;
    view.setUint16(2, data.length, true);
    view.setUint32(4, value, true);
    packet.set(data, 8);
    this.print(encodeSlip(packet));
  }
}

const checksum = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum ^ byte, 0xef);

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  new DataView(buffer, byteOffset, byteLength);
