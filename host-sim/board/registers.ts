/** What differs between two chips when they are seen through their loader. */
export interface ChipModel {
  /** the word at 0x40001000 of its ROM */
  readonly magic: number;
  /** for GET_SECURITY_INFO; undefined if the chip has no such command */
  readonly chipId: number | undefined;
  /** the flash chip's answer to RDID, lowest byte first; default: Winbond, 4 MB */
  readonly flashId?: number;
  /** further registers by their addresses, such as burnt eFuses */
  readonly registers?: ReadonlyMap<number, number>;
}

export const chipModels = {
  esp32: { magic: 0x00f0_1d83, chipId: undefined },
  esp32s3: { magic: 0x0000_0009, chipId: 9 },
} as const satisfies Readonly<Record<string, ChipModel>>;

/** Manufacturer Winbond, NOR flash, 2^22 bytes. */
const defaultFlashId = 0x16_40_ef;
const noFlashId = 0xff_ff_ff;

const magicAddress = 0x4000_1000;
const efuse = 0x3ff5_a000;
const apbDate = 0x3ff6_607c;
const calibration = 0x3ff5_f06c;
const uartDivider = 0x3ff4_0014;
const crystalHz = 40_000_000;

/** SPI1, which clients use to send commands of their own to the flash. */
const spi = 0x3ff4_2000;
const spiCommand = spi;
const spiUserCommand = spi + 0x24;
const spiData = spi + 0x80;
const spiStart = 1 << 18;
const readIdentification = 0x9f;

export interface RegistersOptions {
  readonly chip: ChipModel;
  /** six bytes */
  readonly mac: Uint8Array;
  isFlashAttached(): boolean;
  /** of the serial port, in Bd: clients compute the crystal's frequency from its divider */
  baudRate(): number;
}

/**
 * The chip's registers, as far as clients read them (ESP32 Technical Reference Manual). All others
 * are memory, with zeros in it.
 */
export class Registers {
  readonly #options: RegistersOptions;
  readonly #words = new Map<number, number>();

  constructor(options: RegistersOptions) {
    this.#options = options;
    const [a = 0, b = 0, ...rest] = options.mac;
    const low = rest.reduce((word, byte) => word * 256 + byte, 0);
    this.#words
      .set(magicAddress, options.chip.magic)
      .set(efuse + 4, low)
      .set(efuse + 8, a * 256 + b)
      // ESP32-D0WD-V3, revision 3.1: the bits of the revision are in three places.
      .set(efuse + 12, (1 << 15) | (1 << 9))
      .set(efuse + 20, (1 << 24) | (1 << 20))
      .set(apbDate, 0x8000_0000)
      // The ROM's estimate of the crystal: 1024 × 100 × 15625 ÷ 40 = 40 MHz.
      .set(efuse + 16, 100)
      .set(calibration, 1024 << 7);
    for (const [address, value] of options.chip.registers ?? []) this.#words.set(address, value);
  }

  read(address: number): number {
    if (address === uartDivider) return Math.floor(crystalHz / this.#options.baudRate());
    return this.#words.get(address) ?? 0;
  }

  write(address: number, value: number, mask: number): void {
    this.#words.set(address, ((this.read(address) & ~mask) | (value & mask)) >>> 0);
    if (address === spiCommand && (value & spiStart) !== 0) this.#runSpiCommand();
  }

  #runSpiCommand(): void {
    const id = this.#options.isFlashAttached()
      ? (this.#options.chip.flashId ?? defaultFlashId)
      : noFlashId;
    const isIdentification = (this.read(spiUserCommand) & 0xff) === readIdentification;
    this.#words.set(spiData, isIdentification ? id : 0);
    // The chip clears it when the command is done.
    this.#words.set(spiCommand, 0);
  }
}
