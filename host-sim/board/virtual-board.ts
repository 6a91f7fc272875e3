import { bootloaderAt, isBootableImage, partitionTableAt } from "../esp32/flash-image.ts";
import { laptopTime, type SiteTime } from "../site/time.ts";
import {
  bootLog,
  downloadLog,
  interpreterLog,
  invalidHeaderLog,
  noApplicationLog,
  type StartCause,
} from "./boot-log.ts";
import { type BootSlot, boot, readBootPlan } from "./bootloader.ts";
import { BoardSlots } from "./firmware-slots.ts";
import type { NorFlash } from "./nor-flash.ts";
import { type ChipModel, chipModels } from "./registers.ts";
import { type RomEffect, RomLoader } from "./rom-loader.ts";

/** The serial port as a program on the board sees it. */
export interface ProgramSerial {
  write(bytes: Uint8Array): void;
  /** What arrives; the program sets it. What nobody takes is lost. */
  onData: ((bytes: Uint8Array) => void) | undefined;
}

export interface RunningProgram {
  /** The chip is reset, or has no power any more: nothing may happen after this. */
  stop(): void;
}

/** The chip as a program on it sees it. */
export interface ProgramChip {
  /** where the program itself is */
  readonly slot: BootSlot;
  /** `FirmwareSlots` (device/hal.ts); undefined if the partition table has one slot only */
  readonly slots: BoardSlots | undefined;
}

/** @param flash the whole flash, which the program may also write */
export type StartProgram = (
  flash: Uint8Array,
  serial: ProgramSerial,
  chip: ProgramChip,
) => RunningProgram;

export interface VirtualBoardOptions {
  readonly flash: NorFlash;
  /** Called when the flash has a bootloader, a partition table and an application. */
  readonly startProgram: StartProgram;
  /** default: the plain ESP32 */
  readonly chip?: ChipModel;
  /** default: an address of Espressif's */
  readonly mac?: Uint8Array;
  readonly time?: SiteTime;
}

/** The control lines of the serial port; true is asserted, which is a low level. */
export interface ControlLines {
  readonly dataTerminalReady?: boolean;
  readonly requestToSend?: boolean;
}

type State = "off" | "reset" | "running" | "download" | "not bootable";

/** EN rises slowly, because of its capacitor. IO0 is read when it is high. */
export const enableRiseMs = 10;
/** The watchdog's time for an attempt to boot. */
export const bootWatchdogMs = 1_000;

const bootBaudRate = 115_200;
const defaultMac = Uint8Array.of(0x24, 0x6f, 0x28, 0x00, 0x00, 0x01);

/**
 * An ESP32 on a development board, as its serial port shows it: the reset by control lines, the
 * ROM's boot log and loader, and a program that its flash has room for. It has no CPU: the caller
 * says what the program is.
 *
 * The board's two transistors (Espressif's DevKitC): RTS alone pulls EN low, which resets the chip.
 * DTR alone pulls IO0 low, which selects the loader when EN rises. Both together do nothing.
 */
export class VirtualBoard {
  /** What the board sends, and its baud rate. What nobody takes is lost. */
  onOutput: ((bytes: Uint8Array, baudRate: number) => void) | undefined;
  readonly #options: VirtualBoardOptions;
  readonly #time: SiteTime;
  #state: State = "off";
  /** The loader takes the baud rate of the first bytes that it receives. */
  #baudRate: number | undefined;
  #isResetPulled = false;
  #isBootPulled = false;
  #isBootPressed = false;
  #timer: object | undefined;
  #loader: RomLoader | undefined;
  #program: RunningProgram | undefined;
  #serial: ProgramSerial | undefined;

  constructor(options: VirtualBoardOptions) {
    this.#options = options;
    this.#time = options.time ?? laptopTime;
  }

  get state(): State {
    return this.#state;
  }

  /** Starts as soon as EN is high. */
  powerOn(): void {
    if (this.#state !== "off") return;
    this.#state = "reset";
    this.#releaseReset();
  }

  powerOff(): void {
    this.#halt();
    this.#state = "off";
  }

  /** The button BOOT pulls IO0 low, like DTR. */
  pressBoot(isPressed: boolean): void {
    this.#isBootPressed = isPressed;
  }

  /** The button EN, pressed and released. */
  pressReset(): void {
    if (this.#state === "off" || this.#isResetPulled) return;
    this.#reset();
    this.#releaseReset();
  }

  setControlLines({ dataTerminalReady, requestToSend }: Required<ControlLines>): void {
    this.#isBootPulled = dataTerminalReady && !requestToSend;
    const isResetPulled = requestToSend && !dataTerminalReady;
    if (isResetPulled === this.#isResetPulled) return;
    this.#isResetPulled = isResetPulled;
    if (this.#state === "off") return;
    if (isResetPulled) this.#reset();
    else this.#releaseReset();
  }

  /**
   * Bytes from the host.
   * @param baudRate of the host; undefined if its port has none. Bytes at another rate than the
   *   board's are noise, and are lost.
   */
  receive(bytes: Uint8Array, baudRate?: number): void {
    if (this.#state === "download") this.#baudRate ??= baudRate;
    if (baudRate !== undefined && this.#baudRate !== undefined && baudRate !== this.#baudRate) {
      return;
    }
    if (this.#loader === undefined) this.#serial?.onData?.(bytes);
    else for (const effect of this.#loader.receive(bytes)) this.#perform(effect);
  }

  #perform(effect: RomEffect): void {
    switch (effect.type) {
      case "reply":
        this.#write(effect.bytes);
        break;
      case "baud-rate":
        this.#baudRate = effect.baudRate;
        break;
      case "run":
        this.#reset();
        this.#runFromLoader();
        break;
      case "restart":
        this.#reset();
        this.#startLoader("software");
    }
  }

  #write(bytes: Uint8Array): void {
    this.onOutput?.(bytes, this.#baudRate ?? bootBaudRate);
  }

  #print(text: string): void {
    this.#write(Buffer.from(text));
  }

  #halt(): void {
    if (this.#timer !== undefined) this.#time.cancel(this.#timer);
    this.#timer = undefined;
    this.#loader = undefined;
    if (this.#serial !== undefined) this.#serial.onData = undefined;
    this.#serial = undefined;
    const program = this.#program;
    this.#program = undefined;
    program?.stop();
  }

  #reset(): void {
    this.#halt();
    this.#state = "reset";
    this.#baudRate = bootBaudRate;
  }

  #restart(): void {
    this.#reset();
    this.#boot("software");
  }

  #releaseReset(): void {
    if (this.#isResetPulled) return;
    this.#after(enableRiseMs, () => {
      if (this.#isBootPulled || this.#isBootPressed) this.#startLoader("powerOn");
      else this.#boot("powerOn");
    });
  }

  #after(delayMs: number, callback: () => void): void {
    if (this.#timer !== undefined) this.#time.cancel(this.#timer);
    this.#timer = this.#time.after(delayMs, () => {
      this.#timer = undefined;
      callback();
    });
  }

  #startLoader(cause: StartCause): void {
    const { flash, chip = chipModels.esp32, mac = defaultMac } = this.#options;
    this.#state = "download";
    this.#print(downloadLog(cause));
    this.#baudRate = undefined;
    this.#loader = new RomLoader({ flash, chip, mac, baudRate: bootBaudRate });
  }

  #boot(cause: StartCause): void {
    this.#print(bootLog(cause));
    const started = startedBy(this.#options.flash);
    if (typeof started !== "string") {
      this.#startProgram(started);
      return;
    }
    this.#state = "not bootable";
    this.#print(started);
    this.#after(bootWatchdogMs, () => this.#boot("watchdog"));
  }

  /** Without a reset there is no log of one, and no watchdog. */
  #runFromLoader(): void {
    const started = startedBy(this.#options.flash);
    if (typeof started !== "string") {
      this.#startProgram(started);
      return;
    }
    this.#state = "not bootable";
    this.#print(interpreterLog);
  }

  #startProgram(slot: BootSlot): void {
    const { flash, startProgram } = this.#options;
    this.#state = "running";
    const serial: ProgramSerial = {
      write: (bytes) => {
        if (this.#serial === serial) this.#write(bytes);
      },
      onData: undefined,
    };
    this.#serial = serial;
    // On a later turn: the program is still running.
    const restart = () => {
      if (this.#serial === serial) this.#after(0, () => this.#restart());
    };
    const { otadata, slots } = readBootPlan(flash.bytes);
    const isUpdatable = otadata !== undefined && slots.length > 1;
    const options = { flash: flash.bytes, writer: flash, running: slot, restart };
    this.#program = startProgram(flash.bytes, serial, {
      slot,
      slots: isUpdatable ? new BoardSlots(options) : undefined,
    });
  }
}

/**
 * The ROM starts the bootloader, and that one an application.
 * @returns the application's slot, or what is printed instead
 */
function startedBy(flash: NorFlash): BootSlot | string {
  const { bytes } = flash;
  const header = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bootloaderAt, true);
  if ((header & 0xff) !== 0xe9) return invalidHeaderLog(header);
  if (!isBootableImage(bytes, bootloaderAt, partitionTableAt - bootloaderAt)) {
    return noApplicationLog;
  }
  return boot(bytes, flash) ?? noApplicationLog;
}
