import { type Chip, type ChipName, esp32, esp32c3, esp32s3 } from "../../device/chips/table.ts";

/** A register write, as reported by the emulator. */
export interface RegisterWrite {
  /** physical address */
  readonly address: number;
  readonly value: number;
  /** ms, on a monotonic clock */
  readonly at: number;
}

export interface PinChange {
  readonly value: 0 | 1;
  readonly at: number;
}

/**
 * The level of one pin of a chip, computed from register writes to its GPIO, its GPIO matrix and
 * its RMT (ESP32 Technical Reference Manual, chapters 4 and 15). Emulators store these registers
 * but do not drive the RMT's output, so the pulse is timed here, from the symbols and the clock
 * that the firmware chose. A pin that is not an output is LOW, because of the pull-down in
 * docs/wiring.md.
 */
export class PinModel {
  readonly #pin: number;
  readonly #chip: ChipRegisters;
  readonly #rmt: readonly RmtChannel[];
  #output = 0n;
  #enabled = 0n;
  #signal: number;
  #level: 0 | 1 = 0;

  constructor(pin: number, { name }: Pick<Chip, "name"> = esp32) {
    this.#pin = pin;
    this.#chip = registers[name];
    const { symbols } = this.#chip.rmt;
    this.#rmt = Array.from({ length: this.#chip.channels }, () => new RmtChannel(symbols));
    this.#signal = this.#chip.rmt.gpioSignal;
  }

  get level(): 0 | 1 {
    return this.#level;
  }

  /** The next time at which the level may change by itself; undefined if it will not. */
  get changesAt(): number | undefined {
    return this.#channel?.changesAt;
  }

  /** @returns the edges up to and including this write */
  write({ address, value, at }: RegisterWrite): PinChange[] {
    const changes = this.advance(at);
    this.#store(address, value, at);
    return [...changes, ...this.#look(at)];
  }

  /** Time has advanced. @returns the edges that were due */
  advance(at: number): PinChange[] {
    const changes: PinChange[] = [];
    for (;;) {
      const next = this.changesAt;
      if (next === undefined || next > at) return changes;
      for (const channel of this.#rmt) channel.advance(next);
      changes.push(...this.#look(next));
    }
  }

  /**
   * Resets all peripherals to their power-on state: a reset of the whole chip, not only of its CPU.
   */
  reset(at: number): PinChange[] {
    const changes = this.advance(at);
    this.#output = 0n;
    this.#enabled = 0n;
    this.#signal = this.#chip.rmt.gpioSignal;
    for (const channel of this.#rmt) channel.reset();
    return [...changes, ...this.#look(at)];
  }

  get #channel(): RmtChannel | undefined {
    return this.#rmt[this.#signal - this.#chip.rmt.signal];
  }

  #look(at: number): PinChange[] {
    const bit = 1n << BigInt(this.#pin);
    const isDriven = (this.#enabled & bit) !== 0n;
    const gpio = (this.#output & bit) === 0n ? 0 : 1;
    const source = this.#signal === this.#chip.rmt.gpioSignal ? gpio : (this.#channel?.level ?? 0);
    const level = isDriven ? source : 0;
    if (level === this.#level) return [];
    this.#level = level;
    return [{ value: level, at }];
  }

  #store(address: number, value: number, at: number): void {
    const bits = BigInt(value >>> 0);
    const { gpio, rmtBase, peripheralReset, outputSelectAt } = this.#chip;
    switch (address) {
      case peripheralReset:
        if ((value & rmtReset) !== 0) for (const channel of this.#rmt) channel.reset();
        return;
      case gpio + 0x04:
      case gpio + 0x10:
        this.#output = replaced(this.#output, bits, address === gpio + 0x10);
        return;
      case gpio + 0x08:
        this.#output |= bits;
        return;
      case gpio + 0x0c:
        this.#output &= ~bits;
        return;
      case gpio + 0x14:
        this.#output |= bits << 32n;
        return;
      case gpio + 0x18:
        this.#output &= ~(bits << 32n);
        return;
      case gpio + 0x20:
      case gpio + 0x2c:
        this.#enabled = replaced(this.#enabled, bits, address === gpio + 0x2c);
        return;
      case gpio + 0x24:
        this.#enabled |= bits;
        return;
      case gpio + 0x28:
        this.#enabled &= ~bits;
        return;
      case gpio + 0x30:
        this.#enabled |= bits << 32n;
        return;
      case gpio + 0x34:
        this.#enabled &= ~(bits << 32n);
        return;
      case gpio + outputSelectAt + 4 * this.#pin:
        this.#signal = value & (2 * this.#chip.rmt.gpioSignal - 1);
        return;
    }
    if (address >= rmtBase && address < rmtBase + 0x1000) {
      this.#chip.storeRmt(this.#rmt, address - rmtBase, value, at);
    }
  }
}

/** Where a chip has what decides about a pin: addresses, and offsets in bytes. */
interface ChipRegisters extends Pick<Chip, "rmt"> {
  readonly channels: number;
  readonly gpio: number;
  /** from `gpio`, of the first pin (`GPIO_FUNC0_OUT_SEL_CFG_REG`) */
  readonly outputSelectAt: number;
  readonly rmtBase: number;
  /** a register in which {@link rmtReset} is a bit */
  readonly peripheralReset: number;
  storeRmt(channels: readonly RmtChannel[], offset: number, value: number, at: number): void;
}

/** The same bit on each chip. */
const rmtReset = 1 << 9;

const registersOfEsp32: ChipRegisters = {
  rmt: esp32.rmt,
  channels: esp32.pulseChannels,
  gpio: 0x3ff4_4000,
  outputSelectAt: 0x530,
  rmtBase: 0x3ff5_6000,
  // DPORT_PERIP_RST_EN_REG (Technical Reference Manual, 5.3)
  peripheralReset: 0x3ff0_00c4,
  storeRmt(channels, offset, value, at) {
    if (offset >= 0x800) storeSymbol(channels, (offset - 0x800) >> 2, value, esp32.rmt.symbols);
    else if (offset >= 0x20 && offset < 0x60) {
      const channel = channels[(offset - 0x20) >> 3];
      if ((offset & 4) === 0) channel?.divide(value & 0xff);
      else {
        channel?.useClock((value & (1 << 17)) === 0 ? 1_000 : 80_000);
        channel?.drive((value & (1 << 18)) !== 0, (value & 1) !== 0, at);
      }
    }
  },
};

/** Where the RMT of a newer chip has its registers: offsets in bytes. */
interface NewerRmt {
  /** RMT_CH0CONF0_REG */
  readonly channelsAt: number;
  /** RMT_SYS_CONF_REG */
  readonly clockAt: number;
  /** RMTMEM (soc, ld/….peripherals.ld) */
  readonly memoryAt: number;
  /** SYSTEM_PERIP_RST_EN0_REG: an address */
  readonly peripheralReset: number;
}

/**
 * The chips after the ESP32 have the same bits at other offsets (ESP-IDF 6.0, soc/…/register/soc:
 * gpio_reg.h, rmt_struct.h, system_reg.h).
 */
function newerRegisters(
  { rmt, pulseChannels }: Chip,
  { channelsAt, clockAt, memoryAt, peripheralReset }: NewerRmt,
): ChipRegisters {
  return {
    rmt,
    channels: pulseChannels,
    gpio: 0x6000_4000,
    outputSelectAt: 0x554,
    rmtBase: 0x6001_6000,
    peripheralReset,
    storeRmt(channels, offset, value, at) {
      if (offset >= memoryAt) storeSymbol(channels, (offset - memoryAt) >> 2, value, rmt.symbols);
      else if (offset === clockAt) {
        // One clock for all channels; the firmware uses the crystal, 40 MHz.
        const source = (value >>> 24) & 3;
        const clockPerMs = source === 1 ? 80_000 : source === 2 ? 17_500 : 40_000;
        for (const channel of channels) channel.useClock(clockPerMs / (((value >>> 4) & 0xff) + 1));
      } else if (offset >= channelsAt && offset < channelsAt + 4 * channels.length) {
        const channel = channels[(offset - channelsAt) >> 2];
        if ((value & (1 << 7)) !== 0) channel?.stop();
        channel?.divide((value >>> 8) & 0xff);
        channel?.drive((value & (1 << 5)) !== 0, (value & 1) !== 0, at);
      }
    },
  };
}

const registers: Readonly<Record<ChipName, ChipRegisters>> = {
  esp32: registersOfEsp32,
  esp32s3: newerRegisters(esp32s3, {
    channelsAt: 0x20,
    clockAt: 0xc0,
    memoryAt: 0x800,
    peripheralReset: 0x600c_0020,
  }),
  esp32c3: newerRegisters(esp32c3, {
    channelsAt: 0x10,
    clockAt: 0x68,
    memoryAt: 0x400,
    peripheralReset: 0x600c_0018,
  }),
};

function storeSymbol(
  channels: readonly RmtChannel[],
  word: number,
  value: number,
  symbols: number,
): void {
  channels[Math.floor(word / symbols)]?.store(word % symbols, value);
}

/** Replaces the lower or upper 32 of 64 bits. */
function replaced(old: bigint, bits: bigint, isUpper: boolean): bigint {
  const lower = 0xffff_ffffn;
  return isUpper ? (old & lower) | (bits << 32n) : (old & ~lower) | bits;
}

/** One channel of the RMT as a transmitter. */
class RmtChannel {
  readonly #memory: Uint32Array;
  #divider = 256;
  #clockPerMs = 1_000;
  #idleLevel: 0 | 1 = 0;
  /** the rest of a transmission, the current part first; its end in ms */
  #parts: { readonly level: 0 | 1; readonly until: number }[] = [];

  /** @param symbols words of its memory */
  constructor(symbols: number) {
    this.#memory = new Uint32Array(symbols);
  }

  get level(): 0 | 1 {
    return this.#parts[0]?.level ?? this.#idleLevel;
  }

  get changesAt(): number | undefined {
    return this.#parts[0]?.until;
  }

  store(word: number, value: number): void {
    this.#memory[word] = value;
  }

  /** @param divider 0: 256 */
  divide(divider: number): void {
    this.#divider = divider || 256;
  }

  useClock(clockPerMs: number): void {
    this.#clockPerMs = clockPerMs;
  }

  drive(isIdleHigh: boolean, isStarted: boolean, at: number): void {
    this.#idleLevel = isIdleHigh ? 1 : 0;
    if (isStarted && this.#parts.length === 0) this.#parts = this.#transmission(at);
  }

  stop(): void {
    this.#parts = [];
  }

  advance(at: number): void {
    while (this.#parts[0] !== undefined && this.#parts[0].until <= at) this.#parts.shift();
  }

  reset(): void {
    this.#parts = [];
    this.#idleLevel = 0;
  }

  /** Halves of 15 bits of duration and one of level, until a duration is zero. */
  #transmission(at: number) {
    const parts: { level: 0 | 1; until: number }[] = [];
    let end = at;
    for (let half = 0; half < 2 * this.#memory.length; half++) {
      const word = this.#memory[half >> 1] ?? 0;
      const bits = half % 2 === 0 ? word & 0xffff : word >>> 16;
      const duration = bits & 0x7fff;
      if (duration === 0) break;
      end += (duration * this.#divider) / this.#clockPerMs;
      const level = bits >>> 15 === 0 ? 0 : 1;
      const last = parts.at(-1);
      if (last?.level === level) last.until = end;
      else parts.push({ level, until: end });
    }
    return parts;
  }
}
