import { type ChildProcess, spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Chip, esp32 } from "../../device/chips/table.ts";
import { earliest } from "../../device/core/earliest.ts";
import { type PinChange, PinModel } from "./pin-model.ts";
import { readTraceLine, traceArguments } from "./register-trace.ts";
import { readSerialLine, type SerialLine } from "./serial-line.ts";

export interface EmulatorOptions {
  /** the program: QEMU with a machine of the chip's name */
  readonly qemu: string;
  /** default: the ESP32 */
  readonly chip?: Chip;
  /** a file with the whole flash; the emulator writes to it */
  readonly flash: string;
  /** a folder of its own, for its control socket */
  readonly directory: string;
  /** of the gates */
  readonly pins: readonly number[];
  onSerial(line: SerialLine): void;
  /** `at` on the scale of `performance.now()` */
  onPin(pin: number, change: PinChange): void;
  /** It exited by itself, not on request. `words` is its last output. */
  onEnded(words: string): void;
}

/**
 * One ESP32 in QEMU, from power-on until its power is cut. QEMU does not report pin levels: it
 * prints every register write, and a {@link PinModel} for each pin computes its level.
 */
export class Emulator {
  readonly #options: EmulatorOptions;
  readonly #child: ChildProcess;
  readonly #pins: ReadonlyMap<number, PinModel>;
  readonly #controlPath: string;
  #control: Socket | undefined;
  #fall: NodeJS.Timeout | undefined;
  #isOver = false;
  #said = "";

  constructor(options: EmulatorOptions) {
    this.#options = options;
    this.#pins = new Map(options.pins.map((pin) => [pin, new PinModel(pin, options.chip)]));
    this.#controlPath = join(options.directory, "control");
    this.#child = spawn(options.qemu, this.#arguments(), { stdio: ["ignore", "pipe", "pipe"] });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new TypeError("the emulator has no output");
    createInterface({ input: stdout }).on("line", (line) => this.#handleSerial(line));
    createInterface({ input: stderr }).on("line", (line) => this.#handleTrace(line));
    this.#child.on("error", (error) => this.#handleEnd(error.message));
    this.#child.on("close", (code, signal) => this.#handleEnd(`${this.#said} (${signal ?? code})`));
  }

  /** Unplugs its Ethernet cable, or plugs it in again. */
  setCable(isIn: boolean): void {
    this.#control ??= this.#openControl();
    this.#command("set_link", { name: netdev, up: isIn });
  }

  /** Cuts the power: no callback runs any more. */
  cutPower(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#fall);
    this.#control?.destroy();
    this.#child.kill("SIGKILL");
    this.#tell((pin) => pin.reset(performance.now()));
  }

  #arguments(): string[] {
    const { flash, chip = esp32 } = this.#options;
    return [
      // Without the monitor, the serial port stops working when standard input has ended.
      ...["-display", "none", "-machine", chip.name, "-serial", "mon:stdio"],
      ...["-drive", `file=${qemuPath(flash)},if=mtd,format=raw`],
      ...["-nic", `user,model=open_eth,id=${netdev}`],
      ...["-qmp", `unix:${qemuPath(this.#controlPath)},server=on,wait=off`],
      ...traceArguments,
    ];
  }

  #handleSerial(text: string): void {
    if (this.#isOver) return;
    const line = readSerialLine(text.trim());
    if (line.type === "reset" && line.isWholeChip) {
      this.#tell((pin) => pin.reset(performance.now()));
    }
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
    // QEMU's times are calendar times; all others here count from the start of this process.
    this.#tell((pin) => pin.write({ ...write, at: write.at - performance.timeOrigin }));
    this.#awaitFall();
  }

  #awaitFall(): void {
    clearTimeout(this.#fall);
    const at = earliest([...this.#pins.values()].map(({ changesAt }) => changesAt));
    if (at === undefined) return;
    this.#fall = setTimeout(
      () => {
        this.#tell((pin) => pin.advance(performance.now()));
        this.#awaitFall();
      },
      Math.max(1, Math.ceil(at - performance.now())),
    );
  }

  #tell(changesOf: (pin: PinModel) => readonly PinChange[]): void {
    for (const [pin, model] of this.#pins) {
      for (const change of changesOf(model)) this.#options.onPin(pin, change);
    }
  }

  #handleEnd(words: string): void {
    if (this.#isOver) return;
    this.cutPower();
    this.#options.onEnded(words);
  }

  /** QEMU's machine protocol: one JSON object per line. Its answers are not needed here. */
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

/** A comma ends a value in QEMU's options; two commas are a literal one. */
export const qemuPath = (path: string) => path.replaceAll(",", ",,");
