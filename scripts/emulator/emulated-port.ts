import { type ChildProcess, spawn } from "node:child_process";
import {
  ReadableStream,
  type ReadableStreamDefaultController,
  WritableStream,
} from "node:stream/web";
import { qemuPath } from "../../host-sim/esp32/emulator.ts";
import { type BoardPort, type ControlLines, PortError } from "../serial/board-port.ts";

export interface EmulatedPortOptions {
  /** the program: QEMU with the machine `esp32` */
  readonly qemu: string;
  /** a file with the whole flash of the board; the emulator writes to it */
  readonly flash: string;
  /** a file with its eFuses; the emulator writes to it */
  readonly efuses: string;
}

/** GPIO strapping of the ESP32 (`GPIO_STRAP_REG`): what BOOT selects when EN rises. */
const strapping = { flash: "0x12", download: "0x0f" } as const;
type BootMode = keyof typeof strapping;

/** The loader in the ROM loses bytes where the CPU is not as fast as the serial port. */
const romPace = ["-icount", "shift=3"] as const;

/** The longest that QEMU may take to end. */
const killMs = 2_000;
const startMs = 5_000;

/**
 * The serial port of a board that is an emulated ESP32 (QEMU). The board is on from the first
 * {@link open} until {@link dispose}. DTR and RTS reset it as on Espressif's DevKitC: RTS alone holds it
 * in reset, and DTR alone selects the chip's loader when the reset ends.
 */
export class EmulatedPort implements BoardPort {
  readonly #options: EmulatedPortOptions;
  #readable: ReadableStream<Uint8Array> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;
  #reader: ReadableStreamDefaultController<Uint8Array> | undefined;
  #chip: ChildProcess | undefined;
  #ending: Promise<void> = Promise.resolve();
  #lines = { dataTerminalReady: false, requestToSend: false };
  #isHeld = false;

  constructor(options: EmulatedPortOptions) {
    this.#options = options;
  }

  get readable(): ReadableStream<Uint8Array> | null {
    return this.#readable;
  }

  get writable(): WritableStream<Uint8Array> | null {
    return this.#writable;
  }

  async open(): Promise<void> {
    if (this.#readable !== null) throw new PortError("busy", "the emulated board is in use");
    this.#readable = new ReadableStream({
      start: (controller) => {
        this.#reader = controller;
      },
      cancel: () => {
        this.#reader = undefined;
      },
    });
    this.#writable = new WritableStream({ write: (bytes) => this.#write(bytes) });
    if (this.#chip === undefined && !this.#isHeld) await this.#start("flash");
  }

  /** The board stays on. */
  async close(): Promise<void> {
    this.#reader = undefined;
    this.#readable = null;
    this.#writable = null;
  }

  async setSignals(lines: ControlLines): Promise<void> {
    this.#lines = {
      dataTerminalReady: lines.dataTerminalReady ?? this.#lines.dataTerminalReady,
      requestToSend: lines.requestToSend ?? this.#lines.requestToSend,
    };
    const { dataTerminalReady, requestToSend } = this.#lines;
    const isHeld = requestToSend && !dataTerminalReady;
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) {
      await this.#end();
      return;
    }
    await this.#ending;
    await this.#start(dataTerminalReady ? "download" : "flash");
  }

  /** The port has no speed. */
  async setBaudRate(): Promise<void> {}

  getInfo(): Record<string, never> {
    return {};
  }

  /** Switches the board off. */
  async dispose(): Promise<void> {
    await this.close();
    await this.#end();
  }

  /** Returns when the chip's ROM has printed its first line: a board starts in no time. */
  #start(mode: BootMode): Promise<void> {
    const { qemu, flash, efuses } = this.#options;
    const chip = spawn(
      qemu,
      [
        ...["-display", "none", "-machine", "esp32", "-monitor", "none", "-serial", "stdio"],
        ...["-drive", `file=${qemuPath(flash)},if=mtd,format=raw`],
        ...["-drive", `file=${qemuPath(efuses)},if=none,format=raw,id=efuse`],
        ...["-global", "driver=nvram.esp32.efuse,property=drive,value=efuse"],
        ...["-nic", "user,model=open_eth"],
        ...(mode === "download" ? romPace : []),
        ...["-global", `driver=esp32.gpio,property=strap_mode,value=${strapping[mode]}`],
      ],
      { stdio: ["pipe", "pipe", "pipe"] },
    );
    this.#chip = chip;
    let said = "";
    chip.stdout.on("data", (bytes: Buffer) => {
      if (this.#chip === chip) this.#reader?.enqueue(new Uint8Array(bytes));
    });
    chip.stderr.on("data", (bytes: Buffer) => {
      said = `${bytes}`.trim().split("\n").at(-1) ?? "";
    });
    chip.stdin.on("error", () => {});
    const fail = (words: string) => {
      if (this.#chip !== chip) return;
      this.#chip = undefined;
      this.#reader?.error(new PortError("lost", `the emulated board ended (${words}): try again`));
      this.#reader = undefined;
    };
    chip.on("error", (error) => fail(error.message));
    chip.on("close", (code) => fail(said === "" ? `code ${code}` : said));
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, startMs);
      const finish = () => {
        clearTimeout(limit);
        resolve();
      };
      chip.stdout.once("data", finish);
      chip.once("close", finish);
    });
  }

  #end(): Promise<void> {
    const chip = this.#chip;
    this.#chip = undefined;
    if (chip === undefined) return this.#ending;
    this.#ending = new Promise((resolve) => {
      const limit = setTimeout(resolve, killMs);
      chip.once("close", () => {
        clearTimeout(limit);
        resolve();
      });
      chip.kill("SIGKILL");
    });
    return this.#ending;
  }

  #write(bytes: Uint8Array): Promise<void> {
    const chip = this.#chip;
    // A board that is held in reset hears nothing.
    if (chip?.stdin === null || chip?.stdin === undefined) return Promise.resolve();
    return new Promise((resolve) => chip.stdin?.write(bytes, () => resolve()));
  }
}
