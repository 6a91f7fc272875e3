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
 * The level of one pin of an ESP32, computed from register writes to its GPIO, its GPIO matrix and
 * its RMT (ESP32 Technical Reference Manual, chapters 4 and 15). Emulators store these registers
 * but do not drive the RMT's output, so the pulse is timed here, from the symbols and the clock
 * that the firmware chose. A pin that is not an output is LOW, because of the pull-down in
 * docs/wiring.md.
 */
export class PinModel {
  readonly #pin: number;
  readonly #rmt = Array.from({ length: rmtChannels }, () => new RmtChannel());
  #output = 0n;
  #enabled = 0n;
  #signal = gpioSignal;
  #level: 0 | 1 = 0;

  constructor(pin: number) {
    this.#pin = pin;
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
    this.#signal = gpioSignal;
    for (const channel of this.#rmt) channel.reset();
    return [...changes, ...this.#look(at)];
  }

  get #channel(): RmtChannel | undefined {
    return this.#rmt[this.#signal - rmtSignal];
  }

  #look(at: number): PinChange[] {
    const bit = 1n << BigInt(this.#pin);
    const isDriven = (this.#enabled & bit) !== 0n;
    const gpio = (this.#output & bit) === 0n ? 0 : 1;
    const source = this.#signal === gpioSignal ? gpio : (this.#channel?.level ?? 0);
    const level = isDriven ? source : 0;
    if (level === this.#level) return [];
    this.#level = level;
    return [{ value: level, at }];
  }

  #store(address: number, value: number, at: number): void {
    const bits = BigInt(value >>> 0);
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
      case gpio + 0x530 + 4 * this.#pin:
        this.#signal = value & 0x1ff;
        return;
    }
    if (address >= rmt && address < rmt + 0x1000) this.#storeRmt(address - rmt, value, at);
  }

  #storeRmt(offset: number, value: number, at: number): void {
    if (offset >= 0x800) {
      const word = (offset - 0x800) >> 2;
      this.#rmt[Math.floor(word / channelWords)]?.store(word % channelWords, value);
    } else if (offset >= 0x20 && offset < 0x60) {
      const channel = this.#rmt[(offset - 0x20) >> 3];
      if ((offset & 4) === 0) channel?.configure0(value);
      else channel?.configure1(value, at);
    }
  }
}

const gpio = 0x3ff4_4000;
const rmt = 0x3ff5_6000;
/** DPORT_PERIP_RST_EN_REG, and its bit for the RMT (Technical Reference Manual, 5.3) */
const peripheralReset = 0x3ff0_00c4;
const rmtReset = 1 << 9;
/** Signal numbers of the GPIO matrix (Technical Reference Manual, table 4-3). */
const gpioSignal = 256;
const rmtSignal = 87;
const rmtChannels = 8;
/** Words of memory per channel. */
const channelWords = 64;

/** Replaces the lower or upper 32 of 64 bits. */
function replaced(old: bigint, bits: bigint, isUpper: boolean): bigint {
  const lower = 0xffff_ffffn;
  return isUpper ? (old & lower) | (bits << 32n) : (old & ~lower) | bits;
}

/** One channel of the RMT as a transmitter. */
class RmtChannel {
  readonly #memory = new Uint32Array(channelWords);
  #divider = 256;
  #isApb = false;
  #idleLevel: 0 | 1 = 0;
  /** the rest of a transmission, the current part first; its end in ms */
  #parts: { readonly level: 0 | 1; readonly until: number }[] = [];

  get level(): 0 | 1 {
    return this.#parts[0]?.level ?? this.#idleLevel;
  }

  get changesAt(): number | undefined {
    return this.#parts[0]?.until;
  }

  store(word: number, value: number): void {
    this.#memory[word] = value;
  }

  configure0(value: number): void {
    this.#divider = value & 0xff || 256;
  }

  configure1(value: number, at: number): void {
    this.#isApb = (value & (1 << 17)) !== 0;
    this.#idleLevel = (value & (1 << 18)) === 0 ? 0 : 1;
    if ((value & 1) !== 0 && this.#parts.length === 0) this.#parts = this.#transmission(at);
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
    const clockPerMs = this.#isApb ? 80_000 : 1_000;
    const parts: { level: 0 | 1; until: number }[] = [];
    let end = at;
    for (let half = 0; half < 2 * channelWords; half++) {
      const word = this.#memory[half >> 1] ?? 0;
      const bits = half % 2 === 0 ? word & 0xffff : word >>> 16;
      const duration = bits & 0x7fff;
      if (duration === 0) break;
      end += (duration * this.#divider) / clockPerMs;
      const level = bits >>> 15 === 0 ? 0 : 1;
      const last = parts.at(-1);
      if (last?.level === level) last.until = end;
      else parts.push({ level, until: end });
    }
    return parts;
  }
}
