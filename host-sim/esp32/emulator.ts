import { type ChildProcess, spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type PinChange, PinModel } from "./pin-model.ts";
import { readTraceLine, traceArguments } from "./register-trace.ts";
import { readSerialLine, type SerialLine } from "./serial-line.ts";

export interface EmulatorOptions {
  /** the program: QEMU with the machine `esp32` */
  readonly qemu: string;
  /** a file with the whole flash, which is written to */
  readonly flash: string;
  /** a folder of its own, for the socket it is controlled by */
  readonly directory: string;
  readonly pin: number;
  onSerial(line: SerialLine): void;
  /** `at` by `performance.now()` */
  onPin(change: PinChange): void;
  /** It is gone: by itself, and not because it was told to. `words` is what it said last. */
  onEnded(words: string): void;
}

/**
 * One ESP32 in QEMU, from power-on until its power is cut. The pin is not QEMU's to tell: QEMU prints
 * every write to a register, and {@link PinModel} works the level out.
 */
export class Emulator {
  readonly #options: EmulatorOptions;
  readonly #child: ChildProcess;
  readonly #pin: PinModel;
  readonly #controlPath: string;
  #control: Socket | undefined;
  #fall: NodeJS.Timeout | undefined;
  #isOver = false;
  #said = "";

  constructor(options: EmulatorOptions) {
    this.#options = options;
    this.#pin = new PinModel(options.pin);
    this.#controlPath = join(options.directory, "control");
    this.#child = spawn(options.qemu, this.#arguments(), { stdio: ["ignore", "pipe", "pipe"] });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new TypeError("the emulator has no output");
    createInterface({ input: stdout }).on("line", (line) => this.#handleSerial(line));
    createInterface({ input: stderr }).on("line", (line) => this.#handleTrace(line));
    this.#child.on("error", (error) => this.#handleEnd(error.message));
    this.#child.on("close", (code, signal) => this.#handleEnd(`${this.#said} (${signal ?? code})`));
  }

  /** The cable of its Ethernet is pulled out, or put in again. */
  setCable(isIn: boolean): void {
    this.#control ??= this.#openControl();
    this.#command("set_link", { name: netdev, up: isIn });
  }

  /** The power is cut: nothing is heard of it any more. */
  cutPower(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#fall);
    this.#control?.destroy();
    this.#child.kill("SIGKILL");
    this.#tell(this.#pin.reset(performance.now()));
  }

  #arguments(): string[] {
    const { flash } = this.#options;
    return [
      // Without the monitor beside it, the serial port falls silent when standard input has ended.
      ...["-display", "none", "-machine", "esp32", "-serial", "mon:stdio"],
      ...["-drive", `file=${escaped(flash)},if=mtd,format=raw`],
      ...["-nic", `user,model=open_eth,id=${netdev}`],
      ...["-qmp", `unix:${escaped(this.#controlPath)},server=on,wait=off`],
      ...traceArguments,
    ];
  }

  #handleSerial(text: string): void {
    if (this.#isOver) return;
    const line = readSerialLine(text.trim());
    if (line.type === "reset" && line.isWholeChip) this.#tell(this.#pin.reset(performance.now()));
    if (line.type === "text" && line.text === "") return;
    this.#options.onSerial(line);
  }

  #handleTrace(line: string): void {
    if (this.#isOver) return;
    const write = readTraceLine(line);
    if (write === undefined) {
      if (!line.includes("memory_region_ops_write")) this.#said = line;
      return;
    }
    // QEMU's times are the calendar's, those of everything here count from the start of this process.
    this.#tell(this.#pin.write({ ...write, at: write.at - performance.timeOrigin }));
    this.#awaitFall();
  }

  #awaitFall(): void {
    clearTimeout(this.#fall);
    const at = this.#pin.changesAt;
    if (at === undefined) return;
    this.#fall = setTimeout(
      () => {
        this.#tell(this.#pin.advance(performance.now()));
        this.#awaitFall();
      },
      Math.max(1, Math.ceil(at - performance.now())),
    );
  }

  #tell(changes: readonly PinChange[]): void {
    for (const change of changes) this.#options.onPin(change);
  }

  #handleEnd(words: string): void {
    if (this.#isOver) return;
    this.cutPower();
    this.#options.onEnded(words);
  }

  /** QEMU's machine protocol: JSON, a line each; its answers say nothing that is needed here. */
  #openControl(): Socket {
    const socket = connect(this.#controlPath);
    socket.on("error", () => {});
    socket.resume();
    this.#control = socket;
    this.#command("qmp_capabilities", {});
    return socket;
  }

  #command(execute: string, values: object): void {
    this.#control?.write(`${JSON.stringify({ execute, arguments: values })}\n`);
  }
}

const netdev = "cable";

/** A comma ends a value of QEMU's options; two are one. */
const escaped = (path: string) => path.replaceAll(",", ",,");
